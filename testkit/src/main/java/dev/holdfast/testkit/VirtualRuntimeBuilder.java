package dev.holdfast.testkit;

import dev.holdfast.error.Problems;
import dev.holdfast.internal.words.Durations;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;

/** The options of a {@link VirtualRuntime}. */
public final class VirtualRuntimeBuilder {
    private static final String LONGER = "; give a duration longer than zero";

    long seed;
    boolean fifo;
    boolean traced;
    Instant start = Instant.parse("2026-01-01T00:00:00Z");
    Duration maxVirtualTime = Duration.ofDays(365);
    Duration stallLimit = Duration.ofSeconds(30);

    VirtualRuntimeBuilder() {}

    private static boolean isPositive(Duration limit) {
        return !limit.isNegative() && !limit.isZero();
    }

    /**
     * Decides what {@link VirtualRuntime#random} gives and, unless {@link #fifo} is set, which thread goes first.
     *
     * @param value any number; 0 unless set
     * @return this builder
     */
    public VirtualRuntimeBuilder seed(long value) {
        seed = value;
        return this;
    }

    /**
     * Lets threads go on in the order in which they could.
     *
     * @return this builder
     */
    public VirtualRuntimeBuilder fifo() {
        fifo = true;
        return this;
    }

    /**
     * Sets the wall clock.
     *
     * @param instant the first {@link VirtualRuntime#now}; the start of 2026 unless set
     * @return this builder
     */
    public VirtualRuntimeBuilder startsAt(Instant instant) {
        start = instant;
        return this;
    }

    /**
     * Ends a run in which something goes on for ever.
     *
     * @param limit how much time may pass since the start; 365 days unless set
     * @return this builder
     */
    public VirtualRuntimeBuilder maxVirtualTime(Duration limit) {
        maxVirtualTime = limit;
        return this;
    }

    /**
     * Ends a run in which a thread computes for ever or blocks on something that is not of this runtime, such as a
     * lock that another thread holds across a wait. Time at a breakpoint that halts all threads does not count.
     *
     * @param limit how long in real time a thread may run without a wait; 30 seconds unless set
     * @return this builder
     */
    public VirtualRuntimeBuilder stallLimit(Duration limit) {
        stallLimit = limit;
        return this;
    }

    /**
     * Keeps {@link VirtualRuntime#trace}, which grows with every event.
     *
     * @return this builder
     */
    public VirtualRuntimeBuilder traced() {
        traced = true;
        return this;
    }

    /**
     * Builds it.
     *
     * @return a new runtime
     * @throws dev.holdfast.error.InvalidConfigurationException when a limit is not longer than zero
     */
    public VirtualRuntime build() {
        new Problems()
                .require(
                        isPositive(maxVirtualTime),
                        "maxVirtualTime",
                        "is " + Durations.exactly(maxVirtualTime) + LONGER)
                .require(isPositive(stallLimit), "stallLimit", "is " + Durations.exactly(stallLimit) + LONGER)
                .throwIfAny("the virtual runtime");
        VirtualRuntime runtime = new VirtualRuntime(this);
        // Weak: what is watched stays so until a test ends, and not every project has the extension that says when.
        WeakReference<VirtualRuntime> watched = new WeakReference<>(runtime);
        Leftovers.watch("threads and failures of virtual time", () -> {
            VirtualRuntime left = watched.get();
            return left == null ? 0 : left.leftBehind();
        });
        return runtime;
    }
}
