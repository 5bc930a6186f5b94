package dev.holdfast.error;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a failure means: the remedies that may help, and the rule that says so. Immutable.
 */
public final class Classification {
    private static final Classification NONE = new Classification(Set.of(), "unclassified");

    private final Set<Remedy> remedies;
    private final String rule;

    private Classification(Set<Remedy> remedies, String rule) {
        this.remedies = remedies;
        this.rule = rule;
    }

    /**
     * A failure that nothing is known of: no remedy.
     *
     * @return the classification
     */
    public static Classification none() {
        return NONE;
    }

    /**
     * A classification.
     *
     * @param rule the rule that decided, for people
     * @param remedies what may help; none means: do not try again
     * @return the classification
     */
    public static Classification of(String rule, Collection<Remedy> remedies) {
        return new Classification(
                remedies.isEmpty() ? Set.of() : java.util.Collections.unmodifiableSet(EnumSet.copyOf(remedies)), rule);
    }

    /**
     * A classification.
     *
     * @param rule the rule that decided, for people
     * @param remedies what may help; none means: do not try again
     * @return the classification
     */
    public static Classification of(String rule, Remedy... remedies) {
        return of(rule, Set.of(remedies));
    }

    /**
     * Tells whether a remedy may help.
     *
     * @param remedy the remedy
     * @return true when it may
     */
    public boolean allows(Remedy remedy) {
        return remedies.contains(remedy);
    }

    /**
     * Tells whether the same target may be tried again.
     *
     * @return true for {@link Remedy#RETRY} and {@link Remedy#RETRY_ONCE}
     */
    public boolean isRetryable() {
        return allows(Remedy.RETRY) || allows(Remedy.RETRY_ONCE);
    }

    /**
     * All remedies.
     *
     * @return an immutable set, empty when nothing helps
     */
    public Set<Remedy> remedies() {
        return remedies;
    }

    /**
     * Which rule decided.
     *
     * @return the rule, for people
     */
    public String rule() {
        return rule;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Classification that && remedies.equals(that.remedies) && rule.equals(that.rule);
    }

    @Override
    public int hashCode() {
        return 31 * remedies.hashCode() + rule.hashCode();
    }

    @Override
    public String toString() {
        return (remedies.isEmpty() ? "do not try again" : remedies.toString().toLowerCase(java.util.Locale.ROOT)) + " ("
                + rule + ")";
    }
}
