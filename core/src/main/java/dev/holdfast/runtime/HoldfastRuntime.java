package dev.holdfast.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * Time, randomness, waiting and threads, as one injected value.
 *
 * <p>Nothing in Holdfast asks the system for any of these; it asks the runtime that it was built with. Production code
 * uses {@link #system()}. Tests use the virtual runtime of {@code holdfast-testkit}, in which a day of traffic passes in
 * seconds and comes out the same for the same seed.
 *
 * <p><b>Waiting.</b> Code that runs under a runtime waits only through it: {@link #sleep}, {@link Signal#await} and
 * {@link Task#join}. A lock may guard a few instructions, but is never held across one of these.
 *
 * <p><b>Threading.</b> Every method may be called from any thread.
 */
public interface HoldfastRuntime {

    /**
     * A monotonic clock for measuring durations. Its zero is arbitrary; compare values by subtraction.
     *
     * @return nanoseconds
     */
    long nanoTime();

    /**
     * The wall clock, for calendar windows and for people.
     *
     * @return the current instant
     */
    Instant now();

    /**
     * The wall clock at a reading of the monotonic one, for whoever has just read that: one clock to read instead of two.
     * A step of the wall clock may show here up to a second later than in {@link #now}.
     *
     * @param nanoTime a recent value of {@link #nanoTime()}
     * @return the instant of that reading
     */
    default Instant at(long nanoTime) {
        return now().plusNanos(nanoTime - nanoTime());
    }

    /**
     * The source of randomness: jitter, identifiers, sampling. Not for secrets.
     *
     * @return a generator that is safe to use from the calling thread
     */
    RandomGenerator random();

    /**
     * Waits.
     *
     * @param duration how long; zero or less returns at once
     * @throws InterruptedException when the thread is interrupted before or while it waits
     */
    void sleep(Duration duration) throws InterruptedException;

    /**
     * Runs a task once, later, on a thread of {@link #executor()}.
     *
     * @param delay how long from now; zero or less means as soon as possible
     * @param task what to run; what it throws is logged and goes no further
     * @return a handle that prevents the run while it has not begun
     */
    Cancellable schedule(Duration delay, Runnable task);

    /**
     * Runs work now, on another thread.
     *
     * @param name what the thread is called while it does this
     * @param work what to run; what it throws is logged and goes no further
     * @return a handle to wait for it or to interrupt it
     * @throws java.util.concurrent.RejectedExecutionException when the executor takes no more work
     */
    Task fork(String name, Runnable work);

    /**
     * Creates a signal that has not fired.
     *
     * @return a new one-shot signal
     */
    Signal newSignal();

    /**
     * The executor behind {@link #fork} and {@link #schedule}: virtual threads where the JVM has them.
     *
     * @return an executor that never runs a task in the calling thread
     */
    Executor executor();

    /**
     * An id for a run, a call or a reservation: 64 random bits.
     *
     * @return 16 hexadecimal digits
     */
    default String newId() {
        return HexFormat.of().toHexDigits(random().nextLong());
    }

    /**
     * The runtime of the machine: system clocks, daemon threads.
     *
     * @return the shared instance
     */
    static HoldfastRuntime system() {
        return SystemRuntime.SHARED;
    }

    /**
     * The runtime of the machine on an executor of the user's own.
     *
     * <p>Tools, timers and deadlines run there, beside each other: with a fixed number of threads and a queue, a timer
     * waits behind the tools that it is to end. Where the executor refuses, a timer runs on a daemon thread of its own.
     *
     * @param executor runs forked and scheduled work; it must not run tasks in the calling thread
     * @return a new runtime
     */
    static HoldfastRuntime on(Executor executor) {
        return new SystemRuntime(executor);
    }
}
