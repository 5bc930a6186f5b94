package dev.holdfast.benchmarks.wire;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What to do about an error, as the table words it: steps one after another ({@code then}), each of which may hold
 * several things to do together ({@code +}) or to choose from ({@code |}, {@code or}).
 *
 * @param text as in the table
 * @param steps what to do first, next, …
 * @param choice whether a step lists alternatives
 */
record ErrorClass(String text, List<Set<Action>> steps, boolean choice) {
    enum Action {
        /** The same call again, later. */
        RETRY,
        /** The same call to another model. */
        FALLBACK,
        /** A person has to act. */
        ESCALATE,
        /** The same call, made smaller. */
        SHRINK,
        /** The same call with more time. */
        MORE_TIME,
        /** Neither again nor elsewhere. */
        NO,
        /** As the error within the answer says. */
        BY_CODE,
        /** As the header says. */
        OBEY
    }

    static ErrorClass parse(String text) {
        List<Set<Action>> steps = new ArrayList<>();
        boolean choice = false;
        for (String step : text.toLowerCase(Locale.ROOT).split(" then ", -1)) {
            Set<Action> actions = EnumSet.noneOf(Action.class);
            String[] parts = step.split("\\+|\\||\\bor\\b", -1);
            choice |= step.contains("|") || step.contains(" or ");
            for (String part : parts) {
                actions.add(action(part.strip(), text));
            }
            steps.add(actions);
        }
        return new ErrorClass(text, List.copyOf(steps), choice);
    }

    private static Action action(String word, String text) {
        if (word.startsWith("retry")) {
            return Action.RETRY;
        }
        if (word.startsWith("by ")) {
            return Action.BY_CODE;
        }
        return switch (word) {
            case "fallback" -> Action.FALLBACK;
            case "escalate" -> Action.ESCALATE;
            case "shrink" -> Action.SHRINK;
            case "longer deadline" -> Action.MORE_TIME;
            case "no" -> Action.NO;
            case "obey" -> Action.OBEY;
            default ->
                throw new IllegalArgumentException("the class '" + text + "' has an unknown part '" + word + "'");
        };
    }

    /** Whether the first thing to do is, or may be, this. */
    boolean beginsWith(Action action) {
        return steps.get(0).contains(action);
    }

    /** Whether it is part of it at any time. */
    boolean has(Action action) {
        return steps.stream().anyMatch(step -> step.contains(action));
    }

    @Override
    public String toString() {
        return text;
    }
}
