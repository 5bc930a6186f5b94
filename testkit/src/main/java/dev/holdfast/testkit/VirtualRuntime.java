package dev.holdfast.testkit;

import dev.holdfast.runtime.Cancellable;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import dev.holdfast.runtime.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time: ordinary blocking code runs under it, a day of waiting passes in no time, and the same seed gives the
 * same run to the byte.
 *
 * <pre>{@code
 * VirtualRuntime time = VirtualRuntime.seeded(42);
 * Agent desk = Holdfast.agent("desk").model(model).runtime(time).build();
 *
 * desk.ask("hello", ann);                             // retries sleep, and the test does not
 * assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(3));
 *
 * time.run(() -> {                                    // many callers
 *     for (int i = 0; i < 100; i++) {
 *         time.start("caller-" + i, () -> desk.ask("hello", ann));
 *     }
 * });                                                 // returns when all of them are done
 * }</pre>
 *
 * <p><b>How time passes.</b> One thread runs at a time. A thread that waits (sleep, await, join) lets the next one run;
 * when all wait, time jumps to the earliest end of a wait. Computing takes no time. Where several threads could go on,
 * {@link #seeded} draws which one does, and {@link #fifo} takes the one that could first.
 *
 * <p><b>Threading.</b> The test thread takes part in {@link #run}, or for as long as it waits; between its waits the
 * forked threads stand still. One test thread at a time: a second one that wants to wait meanwhile gets a
 * {@link VirtualTimeError}, because what came of it would depend on the machine. Code under test gets its threads from
 * {@link #fork}, {@link #schedule} and {@link #executor}. Everything that does not wait may be called from any thread;
 * called by one from outside during a run, it makes the run depend on the machine. An interrupt by {@link Task#interrupt}
 * takes effect in its place in virtual time; one by {@link Thread#interrupt} before time next moves.
 *
 * <p><b>Futures.</b> A {@link CompletionStage} that a tool answers with is waited for in virtual time. Let threads or
 * timers of this runtime complete it, for example by {@code supplyAsync(work, time.executor())}: for a pool from outside
 * virtual time does not wait, and may be at the tool's timeout before the answer is there.
 *
 * <p><b>Errors.</b> A deadlock, the end of virtual time ({@link VirtualRuntimeBuilder#maxVirtualTime}) and a thread that blocks outside
 * of the runtime ({@link VirtualRuntimeBuilder#stallLimit}) end everything: each wait throws a {@link VirtualTimeError} that lists who
 * waits for what. What a forked thread throws is logged as in production, and also fails the test: see {@link #run},
 * {@link #close} and {@link #takeFailures}. An {@link InterruptedException} is no failure; it is how an interrupted
 * thread ends.
 */
public final class VirtualRuntime implements HoldfastRuntime, AutoCloseable {

    /** Negative, and zero an hour later: code that compares ticks other than by subtraction shows itself in a test. */
    private static final long FIRST_TICK = -Duration.ofHours(1).toNanos();

    private final Failures failures = new Failures();
    private final Lockstep lockstep;
    private final Instant start;
    private final Random random;

    VirtualRuntime(VirtualRuntimeBuilder builder) {
        Ready ready = builder.fifo ? Ready.inOrder() : Ready.drawn(builder.seed);
        this.lockstep = new Lockstep(new Agenda(ready, new Trace(builder.traced), builder.maxVirtualTime), failures);
        this.start = builder.start;
        this.random = new Random(builder.seed); // its algorithms are specified: the same numbers on every JDK
        VirtualWatchdog.watch(lockstep, builder.stallLimit);
    }

    /**
     * Virtual time in which the seed decides which thread goes first, and what {@link #random} gives.
     *
     * @param seed any number; try several to try several orders
     * @return a new runtime
     */
    public static VirtualRuntime seeded(long seed) {
        return builder().seed(seed).build();
    }

    /**
     * Virtual time in which threads go on in the order in which they could, equal instants in the order in which the
     * waits began: for tests that spell out an order.
     *
     * @return a new runtime
     */
    public static VirtualRuntime fifo() {
        return builder().fifo().build();
    }

    /**
     * Virtual time with options.
     *
     * @return a builder of a runtime with seed 0
     */
    public static VirtualRuntimeBuilder builder() {
        return new VirtualRuntimeBuilder();
    }

    /**
     * Runs a test's body in virtual time, then lets everything that was forked come to its end. Timers that are not due
     * by then are left behind.
     *
     * @param body what to run, in the calling thread
     * @param <X> what the body may throw
     * @throws X what the body threw; the forked threads are ended then
     * @throws VirtualTimeError when virtual time could not go on, or a forked thread failed
     */
    public <X extends Exception> void run(Action<X> body) throws X {
        boolean unused = this.<Boolean, X>call(() -> {
            body.run();
            return true;
        });
    }

    /**
     * Like {@link #run}, with a value.
     *
     * @param body what to run, in the calling thread
     * @param <T> what the body returns
     * @param <X> what the body may throw
     * @return what the body returned
     * @throws X what the body threw; the forked threads are ended then
     * @throws VirtualTimeError when virtual time could not go on, or a forked thread failed
     */
    public <T extends @Nullable Object, X extends Exception> T call(Body<T, X> body) throws X {
        lockstep.enter();
        T value;
        try {
            value = body.call();
        } catch (Throwable thrown) { // rethrown; the others would otherwise go on for as long as virtual time lasts
            endAfter(thrown);
            throw thrown;
        }
        drain();
        failIfAnyFailed();
        return value;
    }

    /**
     * Lets everything that was forked come to its end, like {@link #run} with nothing in it.
     *
     * @throws VirtualTimeError when virtual time could not go on, or a forked thread failed
     */
    public void finish() {
        run(() -> {});
    }

    /**
     * Lets time pass: everything up to then happens, and the forked threads go on until all of them wait. Zero lets go
     * on what can, without time. For a test thread outside of {@link #run}; inside, sleep.
     *
     * @param duration how far to move the clock
     * @throws VirtualTimeError when virtual time could not go on, or another thread takes part in it
     */
    public void advance(Duration duration) {
        lockstep.advance(Lockstep.nanos(duration));
    }

    /**
     * Like {@link #fork}, for work that may throw checked exceptions.
     *
     * @param name what the thread is called while it does this
     * @param work what to run
     * @return a handle to wait for it or to interrupt it
     */
    public Task start(String name, Action<?> work) {
        return lockstep.fork(name, work, 0);
    }

    /**
     * Lets time pass until a stage that threads of this runtime complete is complete. ({@code Future.get} would wait
     * outside of virtual time, where nothing completes it.)
     *
     * @param stage what to wait for
     * @param <T> what it gives
     * @return what it gave
     * @throws ExecutionException when it completed with an exception, which is the cause
     * @throws InterruptedException when the thread is interrupted before or while it waits
     */
    public <T> T await(CompletionStage<T> stage) throws ExecutionException, InterruptedException {
        VirtualSignal complete = new VirtualSignal(lockstep, "a completion stage");
        var unused = stage.whenComplete((value, thrown) -> complete.fire());
        boolean fired = lockstep.await(complete, Lockstep.FOREVER);
        assert fired;
        return stage.toCompletableFuture().get();
    }

    /**
     * How much time has passed since this runtime was built.
     *
     * @return the virtual time
     */
    public Duration elapsed() {
        return Duration.ofNanos(lockstep.now());
    }

    @Override
    public long nanoTime() {
        return FIRST_TICK + lockstep.now();
    }

    @Override
    public Instant now() {
        return start.plusNanos(lockstep.now());
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        boolean unused = lockstep.await(null, Lockstep.nanos(duration));
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        return lockstep.fork("timer", task::run, Lockstep.nanos(delay));
    }

    @Override
    public Task fork(String name, Runnable work) {
        return lockstep.fork(name, work::run, 0);
    }

    @Override
    public Signal newSignal() {
        return new VirtualSignal(lockstep, "a signal");
    }

    @Override
    public Executor executor() {
        return task -> fork("worker", task);
    }

    /**
     * What forked threads threw since the last time this was asked. What is taken here is the test's to judge, and fails
     * it no longer.
     *
     * @return the failures, in their order
     */
    public List<Failure> takeFailures() {
        return failures.take();
    }

    /**
     * Who is left: forked threads that have not ended, the caller excepted, and timers that are not due yet.
     *
     * @return a line about each, for people to read
     */
    public List<String> stillWaiting() {
        return lockstep.stillWaiting();
    }

    /**
     * Asserts that nothing is left behind: no thread, no timer, no failure.
     *
     * @throws VirtualTimeError which names what is
     */
    public void assertQuiet() {
        List<String> left = stillWaiting();
        if (!left.isEmpty()) {
            throw new VirtualTimeError("Left behind in virtual time:\n  " + String.join("\n  ", left));
        }
        failIfAnyFailed();
    }

    /**
     * A hash of all that happened: which thread went on when and why. Two runs that give the same were the same.
     *
     * @return sixteen hexadecimal digits
     */
    public String fingerprint() {
        return String.format("%016x", lockstep.traceHash());
    }

    /**
     * What happened, a line for each time a thread went on: nanoseconds since the start, the thread, and why.
     *
     * @return the lines so far
     * @throws IllegalStateException when the runtime was not built with {@link VirtualRuntimeBuilder#traced}
     */
    public List<String> trace() {
        return lockstep.traceLines();
    }

    /**
     * Ends what is left behind: threads that wait get a {@link VirtualTimeError} and can clean up, timers are dropped.
     * Waiting in this runtime is over then. Closing again does nothing.
     *
     * @throws VirtualTimeError when a forked thread failed, so that no test loses it
     */
    @Override
    public void close() {
        if (lockstep.broken() == null) {
            lockstep.enter();
            lockstep.breakDown("This virtual time is closed");
            lockstep.drain();
            lockstep.exit();
        }
        failIfAnyFailed();
    }

    /** Without timers: a service of the code under test may well have one that looks after it now and then. */
    int leftBehind() {
        if (lockstep.broken() == null) {
            advance(Duration.ZERO); // a thread that has only not had its turn, since nobody waits any more, comes to
            // its end
        }
        return lockstep.stillRunning().size() + failures.size();
    }

    private void drain() {
        lockstep.drain();
        lockstep.exit();
        lockstep.rethrowBroken();
    }

    private void endAfter(Throwable thrown) {
        VirtualTimeError before = lockstep.broken();
        lockstep.breakDown("The body of the run threw " + thrown);
        lockstep.drain();
        lockstep.exit();
        VirtualTimeError failed = failures.takeAsError();
        if (failed != null) {
            thrown.addSuppressed(failed);
        }
        if (before != null && before != thrown) {
            before.addSuppressed(thrown); // what it threw comes of the breakdown, which is the news
            throw before;
        }
    }

    private void failIfAnyFailed() {
        VirtualTimeError failed = failures.takeAsError();
        if (failed != null) {
            throw failed;
        }
    }

    /**
     * A test's body, or the work of a thread.
     *
     * @param <X> what it may throw
     */
    @FunctionalInterface
    public interface Action<X extends Exception> {

        /**
         * Runs it.
         *
         * @throws X as it likes
         */
        void run() throws X;
    }

    /**
     * A test's body that gives a value.
     *
     * @param <T> what it returns
     * @param <X> what it may throw
     */
    @FunctionalInterface
    public interface Body<T extends @Nullable Object, X extends Exception> {

        /**
         * Runs it.
         *
         * @return its value
         * @throws X as it likes
         */
        T call() throws X;
    }

    /**
     * What a forked thread threw.
     *
     * @param thread the name of the thread
     * @param thrown what it threw
     */
    public record Failure(String thread, Throwable thrown) {}
}
