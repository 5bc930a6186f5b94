package dev.holdfast.context;

import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;

/**
 * A point in monotonic time after which an answer is of no use any more. Every wait below a call is bounded by it.
 */
public final class Deadline {
    private static final Deadline NONE = new Deadline(false, 0);

    /** 146 years: as far as two values of a clock may lie apart to be compared by subtraction, with room to spare. */
    private static final Duration FARTHEST = Duration.ofNanos(Long.MAX_VALUE / 2);

    private final boolean bounded;
    private final long nanoTime;

    private Deadline(boolean bounded, long nanoTime) {
        this.bounded = bounded;
        this.nanoTime = nanoTime;
    }

    /**
     * No deadline.
     *
     * @return the deadline that never passes
     */
    public static Deadline none() {
        return NONE;
    }

    /**
     * A deadline from now.
     *
     * @param duration how long from now
     * @param runtime whose clock counts
     * @return the deadline
     */
    public static Deadline in(Duration duration, HoldfastRuntime runtime) {
        Duration bounded = duration.compareTo(FARTHEST) > 0 ? FARTHEST : duration;
        bounded = bounded.compareTo(FARTHEST.negated()) < 0 ? FARTHEST.negated() : bounded;
        return new Deadline(true, runtime.nanoTime() + bounded.toNanos());
    }

    /**
     * A deadline at a moment.
     *
     * @param nanoTime the moment, by {@link HoldfastRuntime#nanoTime}
     * @return the deadline
     */
    public static Deadline at(long nanoTime) {
        return new Deadline(true, nanoTime);
    }

    /**
     * Tells whether there is a deadline at all.
     *
     * @return false for {@link #none()}
     */
    public boolean isBounded() {
        return bounded;
    }

    /**
     * The time left.
     *
     * @param runtime the runtime that the deadline was made with
     * @return nanoseconds, negative once it has passed, {@link Long#MAX_VALUE} when there is no deadline
     */
    public long nanosLeft(HoldfastRuntime runtime) {
        return bounded ? nanoTime - runtime.nanoTime() : Long.MAX_VALUE;
    }

    /**
     * The time left at a moment.
     *
     * @param now the moment, by the {@link HoldfastRuntime#nanoTime} of the runtime that the deadline was made with
     * @return nanoseconds, negative once it has passed, {@link Long#MAX_VALUE} when there is no deadline
     */
    public long nanosLeft(long now) {
        return bounded ? nanoTime - now : Long.MAX_VALUE;
    }

    /**
     * Tells whether it has passed.
     *
     * @param runtime the runtime that the deadline was made with
     * @return true when no time is left
     */
    public boolean hasPassed(HoldfastRuntime runtime) {
        return bounded && nanosLeft(runtime) <= 0;
    }

    /**
     * The shorter of the time left and a wait of one's own.
     *
     * @param wait how long one would like to wait
     * @param runtime the runtime that the deadline was made with
     * @return how long one may wait; never negative
     */
    public Duration cap(Duration wait, HoldfastRuntime runtime) {
        if (!bounded) {
            return wait;
        }
        Duration left = Duration.ofNanos(Math.max(0, nanosLeft(runtime)));
        return left.compareTo(wait) < 0 ? left : wait;
    }

    /**
     * The earlier of two deadlines made with the same runtime.
     *
     * @param other the other one
     * @return this one or the other
     */
    public Deadline or(Deadline other) {
        if (!bounded) {
            return other;
        }
        return other.bounded && other.nanoTime - nanoTime < 0 ? other : this;
    }

    @Override
    public String toString() {
        return bounded ? "deadline@" + nanoTime : "no deadline";
    }
}
