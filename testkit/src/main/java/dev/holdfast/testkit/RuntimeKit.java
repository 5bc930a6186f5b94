package dev.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.runtime.Cancellable;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import dev.holdfast.runtime.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * What every {@link HoldfastRuntime} keeps to. Extend it, and give the runtime to be judged.
 *
 * <p>The kit waits through the runtime alone, so that it judges one of virtual time as well as one of the machine. It
 * needs JUnit 5 on the test class path.
 */
public abstract class RuntimeKit {
    private static final Duration SHORT = Duration.ofMillis(15);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration PAST = Duration.ofSeconds(Long.MIN_VALUE);
    private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    /** For subclasses. */
    protected RuntimeKit() {}

    /**
     * The runtime to be judged.
     *
     * @return the same one for as long as a test lasts
     */
    protected abstract HoldfastRuntime runtime();

    @Test
    final void bothClocksMoveBySleeping() throws InterruptedException {
        long tick = runtime().nanoTime();
        Instant instant = runtime().now();
        runtime().sleep(SHORT);
        assertTrue(runtime().nanoTime() - tick >= SHORT.toNanos());
        assertFalse(runtime().now().isBefore(instant.plus(SHORT).minusMillis(5)), "a wall clock may be coarse");
    }

    @Test
    final void theWallClockIsKnownAtAReadingOfTheOther() throws InterruptedException {
        long tick = runtime().nanoTime();
        Instant instant = runtime().now();
        runtime().sleep(SHORT);
        Duration apart = Duration.between(instant, runtime().at(tick)).abs();
        assertTrue(apart.compareTo(Duration.ofMillis(5)) < 0, "the instant of the reading, not of the question");
    }

    @Test
    final void aSleepOfZeroOrLessReturnsAtOnce() throws InterruptedException {
        runtime().sleep(Duration.ZERO);
        runtime().sleep(PAST);
    }

    @Test
    final void anInterruptedThreadDoesNotSleep() {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> runtime().sleep(LONG));
        assertFalse(Thread.interrupted(), "the exception takes the flag's place");
    }

    @Test
    final void anInterruptEndsASleep() throws InterruptedException {
        assertInterruptEnds(() -> runtime().sleep(LONG));
    }

    @Test
    final void anInterruptEndsAnAwait() throws InterruptedException {
        Signal never = runtime().newSignal();
        assertInterruptEnds(() -> never.await(FOREVER));
    }

    @Test
    final void anInterruptEndsAJoin() throws InterruptedException {
        Signal end = runtime().newSignal();
        Task endless = runtime().fork("endless", () -> awaitQuietly(end));
        assertInterruptEnds(() -> endless.join(FOREVER));
        assertFalse(endless.isDone(), "the one that waits is interrupted, not the one it waits for");
        end.fire();
        assertTrue(endless.join(LONG));
    }

    private void assertInterruptEnds(Wait wait) throws InterruptedException {
        Signal begun = runtime().newSignal();
        AtomicReference<Object> seen = new AtomicReference<>("nothing");
        Task task = runtime().fork("to be interrupted", () -> {
            begun.fire();
            try {
                wait.run();
            } catch (InterruptedException e) {
                seen.set(Thread.currentThread().isInterrupted());
            }
        });
        assertTrue(begun.await(LONG));
        runtime().sleep(SHORT);
        task.interrupt();
        assertTrue(task.join(LONG));
        assertEquals(false, seen.get());
    }

    @Test
    final void aSignalThatFiredLetsEveryWaiterThroughNowAndLater() throws InterruptedException {
        Signal signal = runtime().newSignal();
        List<Task> waiters = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiters.add(runtime().fork("waiter-" + i, () -> awaitQuietly(signal)));
        }
        runtime().sleep(SHORT);
        assertFalse(signal.hasFired());
        signal.fire();
        signal.fire();
        assertTrue(signal.hasFired());
        for (Task waiter : waiters) {
            assertTrue(waiter.join(LONG));
        }
        assertTrue(signal.await(Duration.ZERO));
        assertTrue(signal.await(FOREVER));
    }

    @Test
    final void anAwaitGivesUpWhenItsTimeIsOver() throws InterruptedException {
        long tick = runtime().nanoTime();
        assertFalse(runtime().newSignal().await(SHORT));
        assertTrue(runtime().nanoTime() - tick >= SHORT.toNanos());
    }

    @Test
    final void anAwaitOfZeroOrLessOnlyLooks() throws InterruptedException {
        assertFalse(runtime().newSignal().await(Duration.ZERO));
        assertFalse(runtime().newSignal().await(PAST));
    }

    @Test
    final void anInterruptedThreadDoesNotAwaitEvenWhatHasFired() {
        Signal signal = runtime().newSignal();
        signal.fire();
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> signal.await(LONG));
        assertFalse(Thread.interrupted(), "the exception takes the flag's place");
    }

    @Test
    final void aForkRunsOnAnotherThreadOfThatName() throws InterruptedException {
        AtomicReference<Thread> thread = new AtomicReference<>();
        AtomicReference<String> name = new AtomicReference<>();
        Task task = runtime().fork("caller-7", () -> {
            thread.set(Thread.currentThread());
            name.set(Thread.currentThread().getName());
        });
        assertTrue(task.join(LONG));
        assertTrue(task.isDone());
        assertEquals("caller-7", name.get());
        assertNotEquals(Thread.currentThread(), thread.get());
    }

    @Test
    final void aJoinGivesUpWhenItsTimeIsOver() throws InterruptedException {
        Signal end = runtime().newSignal();
        Task task = runtime().fork("endless", () -> awaitQuietly(end));
        assertFalse(task.join(Duration.ZERO));
        assertFalse(task.join(SHORT));
        assertFalse(task.isDone());
        end.fire();
        assertTrue(task.join(FOREVER));
        assertTrue(task.join(Duration.ZERO));
    }

    @Test
    final void whatAForkThrowsGoesNoFurther() throws InterruptedException {
        Task task = runtime().fork("failing", () -> {
            throw new IllegalStateException("on purpose");
        });
        assertTrue(task.join(LONG));
        assertTrue(runtime().fork("next", () -> {}).join(LONG));
    }

    @Test
    final void anInterruptIsOfOneTaskAlone() throws InterruptedException {
        Task first = runtime().fork("first", () -> Thread.currentThread().interrupt());
        assertTrue(first.join(LONG));
        first.interrupt();
        AtomicBoolean interrupted = new AtomicBoolean(true);
        Task second = runtime()
                .fork("second", () -> interrupted.set(Thread.currentThread().isInterrupted()));
        assertTrue(second.join(LONG));
        assertFalse(interrupted.get());
    }

    @Test
    final void aScheduledTaskRunsOnAnotherThreadAfterItsDelay() throws InterruptedException {
        Signal ran = runtime().newSignal();
        AtomicReference<Thread> thread = new AtomicReference<>();
        long tick = runtime().nanoTime();
        Cancellable timer = runtime().schedule(SHORT, () -> {
            thread.set(Thread.currentThread());
            ran.fire();
        });
        assertTrue(ran.await(LONG));
        assertTrue(runtime().nanoTime() - tick >= SHORT.toNanos());
        assertNotEquals(Thread.currentThread(), thread.get());
        assertFalse(timer.cancel(), "too late");
    }

    @Test
    final void anInterruptedThreadDoesNotEvenSleepForZero() {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> runtime().sleep(Duration.ZERO));
    }

    @Test
    final void aScheduledTaskWithoutDelayRunsSoon() throws InterruptedException {
        Signal now = runtime().newSignal();
        Signal before = runtime().newSignal();
        Cancellable unused = runtime().schedule(Duration.ZERO, now::fire);
        Cancellable unusedToo = runtime().schedule(PAST, before::fire);
        assertTrue(now.await(LONG));
        assertTrue(before.await(LONG));
    }

    @Test
    final void aCancelledTaskNeverRuns() throws InterruptedException {
        AtomicBoolean ran = new AtomicBoolean();
        Cancellable soon = runtime().schedule(SHORT, () -> ran.set(true));
        Cancellable never = runtime().schedule(FOREVER, () -> ran.set(true));
        assertTrue(soon.cancel());
        assertFalse(soon.cancel(), "it was called off before");
        runtime().sleep(SHORT.multipliedBy(2));
        assertTrue(never.cancel());
        assertFalse(ran.get());
    }

    @Test
    final void whatAScheduledTaskThrowsGoesNoFurther() throws InterruptedException {
        Cancellable unused = runtime().schedule(Duration.ZERO, () -> {
            throw new IllegalStateException("on purpose");
        });
        Signal ran = runtime().newSignal();
        Cancellable unusedToo = runtime().schedule(SHORT, ran::fire);
        assertTrue(ran.await(LONG));
    }

    @Test
    final void theExecutorUsesAnotherThread() throws InterruptedException {
        Signal ran = runtime().newSignal();
        AtomicReference<Thread> thread = new AtomicReference<>();
        runtime().executor().execute(() -> {
            thread.set(Thread.currentThread());
            ran.fire();
        });
        assertTrue(ran.await(LONG));
        assertNotEquals(Thread.currentThread(), thread.get());
    }

    @Test
    final void randomNumbersDiffer() {
        assertNotEquals(runtime().random().nextLong(), runtime().random().nextLong());
    }

    private static void awaitQuietly(Signal signal) {
        try {
            assertTrue(signal.await(FOREVER));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One of the runtime's waits. */
    @FunctionalInterface
    private interface Wait {
        void run() throws InterruptedException;
    }
}
