package dev.holdfast.internal.words;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Durations in messages. */
public final class Durations {
    private Durations() {}

    /**
     * For people, who need no more than two units; rounded up, so that whoever waits as long has waited enough.
     *
     * @param wait how long; what is negative is over
     * @return for example {@code 24 min 1 s}
     */
    public static String inWords(Duration wait) {
        if (wait.isNegative()) {
            return "0 s";
        }
        long whole = wait.getSeconds();
        long seconds = wait.getNano() > 0 && whole < Long.MAX_VALUE ? whole + 1 : whole;
        if (seconds <= 1 && wait.getNano() > 0) {
            return wait.plusNanos(999_999).toMillis() + " ms";
        }
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return twoUnits(seconds / 60, " min", seconds % 60, " s");
        }
        long minutes = seconds / 60 + (seconds % 60 > 0 ? 1 : 0);
        return twoUnits(minutes / 60, " h", minutes % 60, " min");
    }

    /**
     * What somebody has set, without anything left out.
     *
     * @param set how long
     * @return for example {@code 1 min 30 s}, {@code 1 s 500 ms}; {@code negative} or {@code missing} where it is that
     */
    public static String exactly(@Nullable Duration set) {
        if (set == null) {
            return "missing";
        }
        if (set.isNegative()) {
            return "negative";
        }
        StringBuilder words = new StringBuilder();
        add(words, set.getSeconds() / 3600, "h");
        add(words, set.toMinutesPart(), "min");
        add(words, set.toSecondsPart(), "s");
        add(words, set.getNano() / 1_000_000, "ms");
        add(words, set.getNano() % 1_000_000, "ns");
        return words.length() == 0 ? "0 s" : words.toString();
    }

    private static void add(StringBuilder words, long amount, String unit) {
        if (amount > 0) {
            words.append(words.length() == 0 ? "" : " ")
                    .append(amount)
                    .append(' ')
                    .append(unit);
        }
    }

    private static String twoUnits(long large, String largeUnit, long small, String smallUnit) {
        return large + largeUnit + (small == 0 ? "" : " " + small + smallUnit);
    }
}
