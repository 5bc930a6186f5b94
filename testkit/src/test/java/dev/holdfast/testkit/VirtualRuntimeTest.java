package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.chat.ChatModel;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.resilience.Deadlines;
import dev.holdfast.runtime.Cancellable;
import dev.holdfast.runtime.Signal;
import dev.holdfast.runtime.Task;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

final class VirtualRuntimeTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    private final VirtualRuntime time = VirtualRuntime.fifo();
    private final List<String> log = new ArrayList<>();

    @Test
    void aPlainTestSleepsForADayInNoTime() throws InterruptedException {
        long tick = time.nanoTime();
        time.sleep(DAY);
        assertThat(time.elapsed()).isEqualTo(DAY);
        assertThat(time.nanoTime() - tick).isEqualTo(DAY.toNanos());
        assertThat(time.now()).isEqualTo(Instant.parse("2026-01-02T00:00:00Z"));
        time.assertQuiet();
    }

    @Test
    void durationsOfAnyLengthAreTakenAtTheirWord() throws InterruptedException {
        time.sleep(FOREVER.negated());
        assertThat(time.newSignal().await(FOREVER.negated())).isFalse();
        Cancellable never = time.schedule(FOREVER, () -> log.add("never"));
        time.sleep(Duration.ofDays(364));
        assertThat(never.cancel()).isTrue();
    }

    @Test
    void theWallClockStartsWhereTheTestSays() {
        Instant start = Instant.parse("1999-12-31T23:59:59Z");
        VirtualRuntime late = VirtualRuntime.builder().startsAt(start).build();
        late.advance(SECOND);
        assertThat(late.now()).isEqualTo(start.plusSeconds(1));
    }

    @Test
    void forkedThreadsStandStillUnlessTheTestWaits() throws InterruptedException {
        Task task = time.start("sleeper", () -> {
            log.add("begins");
            time.sleep(SECOND);
            log.add("ends");
        });
        assertThat(log).isEmpty();
        time.advance(Duration.ZERO);
        assertThat(log).containsExactly("begins");
        time.advance(Duration.ofMillis(999));
        assertThat(task.isDone()).isFalse();
        time.advance(Duration.ofMillis(1));
        assertThat(task.isDone()).isTrue();
        assertThat(time.elapsed()).isEqualTo(SECOND);
    }

    @Test
    void advancingLetsTimersFireOnTheirWayAndAtTheEnd() {
        for (int seconds = 1; seconds <= 4; seconds++) {
            String name = "timer " + seconds;
            Cancellable unused =
                    time.schedule(Duration.ofSeconds(seconds), () -> log.add(name + " at " + time.elapsed()));
        }
        time.advance(Duration.ofSeconds(3));
        assertThat(log).containsExactly("timer 1 at PT1S", "timer 2 at PT2S", "timer 3 at PT3S");
        assertThat(time.stillWaiting()).containsExactly("'timer' is scheduled for +4 s");
        time.close();
    }

    @Test
    void runReturnsWhenAllThatWasForkedIsDone() {
        Task outside = time.start("forked before", () -> time.sleep(DAY));
        String value = time.call(() -> {
            time.start("child", () -> {
                time.sleep(SECOND);
                time.start("grandchild", () -> time.sleep(DAY));
            });
            return "value";
        });
        assertThat(value).isEqualTo("value");
        assertThat(outside.isDone()).isTrue();
        assertThat(time.elapsed()).isEqualTo(DAY.plus(SECOND));
        time.assertQuiet();
    }

    @Test
    void runLeavesTimersThatAreNotDue() throws InterruptedException {
        time.run(() -> {
            Cancellable unused = time.schedule(DAY, () -> log.add("never"));
            time.sleep(SECOND);
        });
        assertThat(time.elapsed()).isEqualTo(SECOND);
        assertThatThrownBy(time::assertQuiet)
                .isInstanceOf(VirtualTimeError.class)
                .hasMessageContaining("'timer' is scheduled for +24 h");
        assertThat(Leftovers.found()).as("a timer holds nothing").isEmpty();
        time.close();
    }

    @Test
    void runThrowsWhatItsBodyThrewAndEndsTheOthers() {
        Task endless = time.start("endless", () -> {
            try {
                time.newSignal().await(FOREVER);
            } finally {
                log.add("cleaned up");
            }
        });
        assertThatThrownBy(() -> time.run(() -> {
                    time.sleep(SECOND);
                    throw new IOException("of the body");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("of the body");
        assertThat(endless.isDone()).isTrue();
        assertThat(log).containsExactly("cleaned up");
    }

    @Test
    void runThrowsWhatAForkedThreadThrew() {
        assertThatThrownBy(() -> time.run(() -> {
                    time.fork("first", () -> {
                        throw new IllegalStateException("one");
                    });
                    time.start("second", () -> {
                        throw new IOException("two");
                    });
                }))
                .isInstanceOf(VirtualTimeError.class)
                .hasMessageContaining("2 forked threads failed")
                .hasMessageContaining("'first' threw java.lang.IllegalStateException: one")
                .hasMessageContaining("'second' threw java.io.IOException: two")
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void failuresThatATestTakesAreItsOwn() throws InterruptedException {
        time.run(() -> {
            time.fork("failing", () -> {
                throw new IllegalStateException("expected");
            });
            time.sleep(SECOND);
            assertThat(time.takeFailures()).singleElement().satisfies(failure -> {
                assertThat(failure.thread()).isEqualTo("failing");
                assertThat(failure.thrown()).hasMessage("expected");
            });
        });
        time.close();
    }

    @Test
    void noTestLosesAFailure() {
        time.fork("failing", () -> {
            throw new IllegalStateException("unexpected");
        });
        time.advance(SECOND);
        assertThatThrownBy(time::close).hasMessageContaining("unexpected");
    }

    @Test
    void equalInstantsKeepTheOrderOfTheirWaits() {
        time.run(() -> {
            for (int i = 0; i < 5; i++) {
                String name = "sleeper " + i;
                time.start(name, () -> {
                    time.sleep(SECOND);
                    log.add(name);
                });
            }
            Cancellable unused = time.schedule(SECOND, () -> log.add("timer"));
        });
        assertThat(log).containsExactly("timer", "sleeper 0", "sleeper 1", "sleeper 2", "sleeper 3", "sleeper 4");
    }

    @Test
    void aSignalThatFiresAtTheInstantOfATimeoutCountsWhenItComesFirst() {
        Signal signal = time.newSignal();
        time.run(() -> {
            time.start("early waiter", () -> log.add("early " + signal.await(SECOND)));
            Cancellable unused = time.schedule(
                    Duration.ofMillis(500),
                    () -> time.start("late", () -> {
                        log.add("late " + signal.await(Duration.ofMillis(500)));
                    }));
            time.start("firing", () -> {
                time.sleep(SECOND);
                signal.fire();
            });
        });
        assertThat(log).containsExactly("early false", "late true");
    }

    @Test
    void aCancelledTimerThatIsDueButHasNotBegunNeverBegins() throws InterruptedException {
        time.run(() -> {
            List<Cancellable> timers = new ArrayList<>();
            timers.add(time.schedule(
                    SECOND, () -> log.add("cancels: " + timers.get(1).cancel())));
            timers.add(time.schedule(SECOND, () -> log.add("never")));
            time.sleep(DAY);
        });
        assertThat(log).containsExactly("cancels: true");
    }

    @Test
    void aTimerThatHasBegunCannotBeCancelled() throws InterruptedException {
        time.run(() -> {
            List<Cancellable> timer = new ArrayList<>();
            timer.add(time.schedule(
                    SECOND, () -> log.add("cancels itself: " + timer.get(0).cancel())));
            time.sleep(DAY);
            log.add("cancelled after: " + timer.get(0).cancel());
        });
        assertThat(log).containsExactly("cancels itself: false", "cancelled after: false");
    }

    @Test
    void stagesAreAwaitedInVirtualTime() throws Exception {
        CompletableFuture<String> future = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        time.sleep(DAY);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return "answer";
                },
                time.executor());
        assertThat(time.await(future)).isEqualTo("answer");
        assertThat(time.elapsed()).isEqualTo(DAY);
        assertThatThrownBy(() -> time.await(CompletableFuture.failedFuture(new IOException("broken"))))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void closingEndsWhatIsLeftBehind() throws InterruptedException {
        Task endless = time.start("endless", () -> time.newSignal().await(FOREVER));
        Cancellable timer = time.schedule(DAY, () -> log.add("never"));
        time.sleep(SECOND);
        assertThat(time.stillWaiting())
                .containsExactly("'endless' waits for a signal without a time limit", "'timer' is scheduled for +24 h");
        time.close();
        time.close();
        assertThat(endless.isDone()).isTrue();
        assertThat(timer.cancel()).isFalse();
        time.assertQuiet();
        assertThatThrownBy(() -> time.sleep(SECOND)).hasMessageContaining("closed");
    }

    @Test
    void aThousandCallersShareTheThreadsOfTheProcess() {
        try (VirtualRuntime seeded = VirtualRuntime.seeded(7)) {
            seeded.run(() -> {
                for (int i = 0; i < 1_000; i++) {
                    seeded.start("caller-" + i, () -> {
                        for (int k = 0; k < 5; k++) {
                            seeded.sleep(Duration.ofMillis(seeded.random().nextInt(1, 1_000)));
                        }
                    });
                }
            });
            assertThat(seeded.elapsed()).isBetween(SECOND, Duration.ofSeconds(5));
        }
    }

    @Test
    void aThreadThatHasNotHadItsTurnWhenTheTestEndsIsNotLeftBehind() {
        int waiting = 0;
        for (int seed = 0; seed < 20; seed++) {
            VirtualRuntime time = VirtualRuntime.seeded(seed);
            ChatModel bounded = Deadlines.of(Duration.ofSeconds(1), time)
                    .around(FakeModel.named("mini", time).reply(FakeReply.silent()));

            assertThatThrownBy(() -> bounded.chat("hello")).isInstanceOf(DeadlineException.class);

            waiting += time.stillWaiting().isEmpty() ? 0 : 1; // the timer's thread, where it was not its turn
            assertThat(time.leftBehind()).as("seed %d", seed).isZero();
        }
        assertThat(waiting).as("seeds by which the test goes on first").isPositive();
    }
}
