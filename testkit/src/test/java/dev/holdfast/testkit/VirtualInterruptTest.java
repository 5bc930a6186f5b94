package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.runtime.Signal;
import dev.holdfast.runtime.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class VirtualInterruptTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

    private final VirtualRuntime time = VirtualRuntime.fifo();
    private final List<String> log = new ArrayList<>();

    @Test
    void anInterruptedSleepEndsAtTheInstantOfTheInterrupt() throws InterruptedException {
        time.run(() -> {
            Task sleeper = time.start("sleeper", this::logInterruptOfADay);
            time.sleep(SECOND);
            sleeper.interrupt();
            time.sleep(DAY);
        });
        assertThat(log).containsExactly("interrupted at PT1S, flag false");
    }

    @Test
    void aDirectInterruptIsNoticedBeforeTimeMoves() throws InterruptedException {
        AtomicReference<Thread> thread = new AtomicReference<>();
        time.run(() -> {
            time.start("sleeper", () -> {
                thread.set(Thread.currentThread());
                logInterruptOfADay();
            });
            time.sleep(SECOND);
            thread.get().interrupt();
            time.sleep(DAY);
        });
        assertThat(log).containsExactly("interrupted at PT1S, flag false");
    }

    @Test
    void aDirectInterruptDoesNotBreakTheLockstep() throws InterruptedException {
        AtomicReference<Thread> thread = new AtomicReference<>();
        time.run(() -> {
            time.start("sleeper", () -> {
                thread.set(Thread.currentThread());
                logInterruptOfADay();
            });
            time.sleep(SECOND);
            thread.get().interrupt();
            Thread.sleep(20); // real time, in which the sleeper wakes although it is not its turn
            log.add("still alone");
        });
        assertThat(log).containsExactly("still alone", "interrupted at PT1S, flag false");
    }

    @Test
    void workThatHasNotBegunNeverBegins() throws InterruptedException {
        time.run(() -> {
            Task task = time.start("never", () -> log.add("began"));
            task.interrupt();
            assertThat(task.join(SECOND)).isTrue();
        });
        assertThat(log).isEmpty();
        assertThat(time.elapsed()).isZero();
    }

    @Test
    void aWaitThatHasItsAnswerKeepsItAndTheFlagIsSet() throws InterruptedException {
        Signal signal = time.newSignal();
        time.run(() -> {
            Task waiter = time.start("waiter", () -> {
                log.add("fired " + signal.await(DAY) + ", flag "
                        + Thread.currentThread().isInterrupted());
                time.sleep(SECOND);
                log.add("not reached");
            });
            time.sleep(SECOND);
            signal.fire();
            waiter.interrupt();
        });
        assertThat(log).containsExactly("fired true, flag true");
    }

    @Test
    void evenASleepOfNothingThrowsWhenInterrupted() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> time.sleep(Duration.ZERO)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void aRunEndsForATestThreadThatIsInterrupted() {
        Thread test = Thread.currentThread();
        time.start("endless", () -> {
            time.sleep(SECOND);
            test.interrupt();
            time.newSignal().await(Duration.ofDays(300));
        });
        assertThatThrownBy(time::finish)
                .isInstanceOf(VirtualTimeError.class)
                .hasMessageContaining("The test thread was interrupted")
                .hasMessageContaining("'endless' waits for a signal until");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aFlagThatTheBodyLeavesDoesNotEndTheOthers() {
        Task task = time.start("sleeper", () -> time.sleep(DAY));
        time.run(() -> Thread.currentThread().interrupt());
        assertThat(Thread.interrupted()).isTrue();
        assertThat(time.elapsed()).isEqualTo(DAY);
        assertThat(task.isDone()).isTrue();
    }

    private void logInterruptOfADay() {
        try {
            time.sleep(DAY);
            log.add("slept");
        } catch (InterruptedException e) {
            log.add("interrupted at " + time.elapsed() + ", flag "
                    + Thread.currentThread().isInterrupted());
        }
    }
}
