package dev.holdfast.error;

import dev.holdfast.internal.words.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects what is wrong with a configuration, so that a builder names every wrong field at once. Not safe for use by
 * several threads.
 */
public final class Problems {
    /** 146 years: what fits twice into the nanoseconds of a long, so that no sum with a clock overflows. */
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

    private final List<InvalidConfigurationException.Problem> found = new ArrayList<>();

    /** Creates an empty collection. */
    public Problems() {}

    /**
     * Adds a problem, unless it is known already: one setting of several parts is one problem.
     *
     * @param path the field, as in {@code models.cheap}
     * @param message what is wrong and how to mend it
     * @return this collection
     */
    public Problems add(String path, String message) {
        InvalidConfigurationException.Problem problem = new InvalidConfigurationException.Problem(path, message);
        if (!found.contains(problem)) {
            found.add(problem);
        }
        return this;
    }

    /**
     * Adds a problem unless a condition holds.
     *
     * @param condition what must hold
     * @param path the field
     * @param message what is wrong when it does not, and how to mend it
     * @return this collection
     */
    public Problems require(boolean condition, String path, String message) {
        return condition ? this : add(path, message);
    }

    /**
     * Requires a duration longer than zero, and of 146 years at the most: the clock counts nanoseconds in a long.
     *
     * @param duration the value
     * @param path the field
     * @return this collection
     */
    public Problems requirePositive(@Nullable Duration duration, String path) {
        return require(
                        duration != null && !duration.isNegative() && !duration.isZero(),
                        path,
                        "is " + Durations.exactly(duration) + "; give a duration longer than zero")
                .require(
                        duration == null || duration.compareTo(LONGEST) <= 0,
                        path,
                        "is longer than 146 years; give a duration that the clock can count");
    }

    /**
     * Requires a number of at least one.
     *
     * @param number the value
     * @param path the field
     * @return this collection
     */
    public Problems requirePositive(long number, String path) {
        return require(number > 0, path, "is " + number + "; give a number of at least 1");
    }

    /**
     * Requires a text that is not blank.
     *
     * @param text the value
     * @param path the field
     * @return this collection
     */
    public Problems requireText(@Nullable String text, String path) {
        return require(text != null && !text.isBlank(), path, "is missing or blank; give a text");
    }

    /**
     * Takes over the problems of a part.
     *
     * @param prefix where the part stands; empty where the part's own names say it
     * @param error what the part's own builder said
     * @return this collection
     */
    public Problems addAll(String prefix, InvalidConfigurationException error) {
        for (InvalidConfigurationException.Problem problem : error.problems()) {
            add(prefix.isEmpty() ? problem.path() : prefix + "." + problem.path(), problem.message());
        }
        return this;
    }

    /**
     * Ends the check.
     *
     * @param subject what is being built, for people: {@code agent 'support-desk'}
     * @throws InvalidConfigurationException with all problems, when there are any
     */
    public void throwIfAny(String subject) {
        if (!found.isEmpty()) {
            throw new InvalidConfigurationException(subject, found);
        }
    }
}
