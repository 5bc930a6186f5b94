package dev.holdfast.testkit;

import dev.holdfast.internal.words.Durations;
import dev.holdfast.runtime.HoldfastRuntime;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a strand that blocks outside of virtual time. Such a strand keeps the baton, so that without a watchdog the
 * test would hang and say nothing.
 *
 * <p>It counts its own looks and does not compare times: a debugger that halts all threads halts it too, and a pause at
 * a breakpoint is not taken for a hang.
 */
final class VirtualWatchdog implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(HoldfastRuntime.class);
    private static final int LOOKS = 30;

    /** Weak: a virtual runtime that the test has dropped is not kept for its watchdog. */
    private final WeakReference<Lockstep> watched;

    private final String limit;
    private long pulseBefore = -1;
    private int looks;

    private VirtualWatchdog(Lockstep lockstep, Duration limit) {
        this.watched = new WeakReference<>(lockstep);
        this.limit = Durations.exactly(limit);
    }

    static void watch(Lockstep lockstep, Duration limit) {
        long pause = Math.max(1, Lockstep.nanos(limit) / LOOKS);
        var unused = Clock.POOL.scheduleWithFixedDelay(
                new VirtualWatchdog(lockstep, limit), pause, pause, TimeUnit.NANOSECONDS);
    }

    @Override
    public void run() {
        Lockstep lockstep = watched.get();
        if (lockstep == null) {
            throw new Dropped(); // ends the repetition, the only way there is from inside
        }
        long pulse = lockstep.pulse();
        if (pulse < 0 || pulse != pulseBefore) {
            pulseBefore = pulse;
            looks = 0;
        } else if (++looks == LOOKS) {
            looks = 0;
            if (!lockstep.giveUpRunning(limit)) {
                log.warn(
                        "Threads are ready to run in virtual time, but nothing has let them for {}. They run while the test"
                                + " thread waits through the runtime (sleep, await, join, advance, finish) or is inside run().",
                        limit);
            }
        }
    }

    /** See {@link #run}. */
    private static final class Dropped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Dropped() {
            super(null, null, false, false);
        }
    }

    /** One thread for the process, started by its first use. */
    private static final class Clock {
        static final ScheduledThreadPoolExecutor POOL = create();

        private static ScheduledThreadPoolExecutor create() {
            return new ScheduledThreadPoolExecutor(1, work -> {
                Thread thread = new Thread(work, "virtual-time-watchdog");
                thread.setDaemon(true);
                return thread;
            });
        }
    }
}
