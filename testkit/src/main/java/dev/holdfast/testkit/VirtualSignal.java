package dev.holdfast.testkit;

import dev.holdfast.runtime.Signal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A signal of virtual time.
 *
 * <p>Its waiters form a list that runs through the strands themselves, for a strand waits for one signal at a time:
 * leaving it early (a timeout, an interrupt) costs the same with one waiter and with thousands.
 */
final class VirtualSignal implements Signal {
    private final Lockstep lockstep;
    private final String name;
    private volatile boolean fired;
    private @Nullable Strand firstWaiter; // guarded by the lock of lockstep
    private @Nullable Strand lastWaiter; // guarded by the lock of lockstep

    VirtualSignal(Lockstep lockstep, String name) {
        this.lockstep = lockstep;
        this.name = name;
    }

    @Override
    public void fire() {
        if (!fired) {
            lockstep.fire(this);
        }
    }

    @Override
    public boolean hasFired() {
        return fired;
    }

    @Override
    public boolean await(Duration timeout) throws InterruptedException {
        return lockstep.await(this, Lockstep.nanos(timeout));
    }

    @Override
    public String toString() {
        return name;
    }

    /** Guarded by the lock of lockstep. */
    void markFired() {
        fired = true;
    }

    /** Guarded by the lock of lockstep. */
    @Nullable
    Strand firstWaiter() {
        return firstWaiter;
    }

    /** Guarded by the lock of lockstep. */
    void add(Strand strand) {
        strand.signal = this;
        strand.waiterBefore = lastWaiter;
        if (lastWaiter == null) {
            firstWaiter = strand;
        } else {
            lastWaiter.waiterAfter = strand;
        }
        lastWaiter = strand;
    }

    /** Guarded by the lock of lockstep. */
    void remove(Strand strand) {
        Strand before = strand.waiterBefore;
        Strand after = strand.waiterAfter;
        if (before == null) {
            firstWaiter = after;
        } else {
            before.waiterAfter = after;
        }
        if (after == null) {
            lastWaiter = before;
        } else {
            after.waiterBefore = before;
        }
        strand.waiterBefore = null;
        strand.waiterAfter = null;
        strand.signal = null;
    }
}
