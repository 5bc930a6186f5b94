package dev.holdfast.benchmarks.wire;

import dev.holdfast.error.Classification;
import dev.holdfast.error.Remedy;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares a class of the table with the remedies of the library. */
final class Remedies {
    private Remedies() {}

    /**
     * What is wrong with a classification; null when it says what the table says. Steps and what is joined by a plus must
     * all be there and nothing else; of alternatives one must be there, or none where doing nothing is one of them.
     */
    static @Nullable String problem(ErrorTable.Verdict verdict, Classification actual) {
        ErrorClass expected = verdict.errorClass();
        if (expected.has(ErrorClass.Action.BY_CODE) || expected.has(ErrorClass.Action.OBEY)) {
            return null; // says where to look, and nothing by itself
        }
        Set<Remedy> may = allowed(expected);
        boolean hopeless = may.contains(Remedy.SHRINK) || may.contains(Remedy.ESCALATE);
        Set<Remedy> must = expected.choice() ? EnumSet.noneOf(Remedy.class) : EnumSet.copyOf(may);
        if (verdict.obeys().equalsIgnoreCase("false")) {
            may.removeAll(Set.of(Remedy.RETRY, Remedy.RETRY_ONCE));
            must.removeAll(Set.of(Remedy.RETRY, Remedy.RETRY_ONCE));
        } else if (verdict.obeys().equalsIgnoreCase("true") && !hopeless && !may.contains(Remedy.RETRY_ONCE)) {
            may.add(Remedy.RETRY);
            must.add(Remedy.RETRY);
        }
        Set<Remedy> remedies = actual.remedies();
        boolean nothing = remedies.isEmpty() && !may.isEmpty() && !expected.has(ErrorClass.Action.NO);
        return remedies.containsAll(must) && may.containsAll(remedies) && !nothing
                ? null
                : actual + " for '" + expected + "' of " + verdict.row();
    }

    private static Set<Remedy> allowed(ErrorClass expected) {
        Set<Remedy> allowed = EnumSet.noneOf(Remedy.class);
        if (expected.has(ErrorClass.Action.RETRY)) {
            allowed.add(expected.text().contains("retry once") ? Remedy.RETRY_ONCE : Remedy.RETRY);
        }
        if (expected.has(ErrorClass.Action.FALLBACK)) {
            allowed.add(Remedy.FALLBACK);
        }
        if (expected.has(ErrorClass.Action.ESCALATE)) {
            allowed.add(Remedy.ESCALATE);
        }
        if (expected.has(ErrorClass.Action.SHRINK)) {
            allowed.add(Remedy.SHRINK);
        }
        return allowed;
    }
}
