package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.runtime.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** When virtual time cannot go on, a test fails with an account of who waits for what. It never hangs. */
final class VirtualBreakdownTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    private final VirtualRuntime time = VirtualRuntime.fifo();
    private final VirtualRuntime impatient =
            VirtualRuntime.builder().stallLimit(Duration.ofMillis(150)).build();
    private final List<String> log = new ArrayList<>();

    @Test
    void aDeadlockNamesWhoWaitsForWhatAndWhere() {
        assertThatThrownBy(() -> time.run(() -> {
                    Task first = time.start(
                            "first",
                            () -> cleaningUp("first", () -> time.newSignal().await(FOREVER)));
                    time.start("second", () -> cleaningUp("second", () -> first.join(FOREVER)));
                }))
                .isInstanceOf(VirtualTimeError.class)
                .hasMessageContaining("Deadlock")
                .hasMessageContaining("'first' waits for a signal without a time limit")
                .hasMessageContaining("'second' waits for the end of 'first' without a time limit")
                .hasMessageContaining("VirtualBreakdownTest.cleaningUp")
                .hasMessageNotContaining("Agenda")
                .hasMessageNotContaining("VirtualWorkers");
        assertThat(log).containsExactlyInAnyOrder("first cleans up", "second cleans up");
    }

    @Test
    void aDeadlockOfTheTestThreadIsThrownWhereItWaits() {
        assertThatThrownBy(() -> time.newSignal().await(FOREVER))
                .isInstanceOf(VirtualTimeError.class)
                .hasMessageContaining("Deadlock")
                .hasMessageContaining("'" + Thread.currentThread().getName() + "' waits for a signal");
        assertThatThrownBy(() -> time.sleep(SECOND)).hasMessageContaining("Deadlock");
    }

    @Test
    void aBodyThatSwallowsTheErrorStillFails() {
        assertThatThrownBy(() -> time.run(() -> {
                    try {
                        time.newSignal().await(FOREVER);
                    } catch (VirtualTimeError swallowed) {
                        log.add("swallowed");
                    }
                }))
                .hasMessageContaining("Deadlock");
        assertThat(log).containsExactly("swallowed");
    }

    @Test
    void whatGoesOnForEverEndsWithVirtualTime() {
        VirtualRuntime day =
                VirtualRuntime.builder().maxVirtualTime(Duration.ofDays(1)).build();
        assertThatThrownBy(() -> day.run(() -> day.start("poller", () -> {
                    while (true) {
                        day.sleep(Duration.ofMinutes(1));
                    }
                })))
                .hasMessageContaining("Nothing can run before virtual time is over, at +24 h")
                .hasMessageContaining("'poller' sleeps until +24 h 1 min");
    }

    @Test
    void aThreadThatBlocksOutsideOfTheRuntimeIsNamed() {
        CountDownLatch outside = new CountDownLatch(1);
        assertThatThrownBy(() -> impatient.run(() -> {
                    impatient.start("stuck", outside::await);
                    impatient.start("other", () -> cleaningUp("other", () -> impatient.sleep(SECOND)));
                }))
                .isInstanceOf(VirtualTimeError.class)
                .hasMessageContaining("'stuck' has neither waited nor ended for 150 ms of real time")
                .hasMessageContaining("CountDownLatch.await");
    }

    @Test
    void aBodyThatBlocksOutsideOfTheRuntimeIsInterrupted() {
        assertThatThrownBy(() -> impatient.run(() -> new CountDownLatch(1).await()))
                .isInstanceOf(VirtualTimeError.class)
                .hasMessageContaining("has neither waited nor ended")
                .hasSuppressedException(new InterruptedException());
    }

    @Test
    void aSecondTestThreadIsRefused() throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        time.run(() -> {
            Thread second = new Thread(
                    () -> {
                        try {
                            time.sleep(SECOND);
                        } catch (Throwable t) {
                            thrown.set(t);
                        }
                    },
                    "second");
            second.start();
            second.join();
        });
        assertThat(thrown.get())
                .isInstanceOf(VirtualTimeError.class)
                .hasMessageContaining("Thread 'second' wants to wait in virtual time while '"
                        + Thread.currentThread().getName() + "'");
    }

    @Test
    void advancingIsForTheTestThreadOutsideOfARun() {
        assertThatThrownBy(() -> time.run(() -> time.advance(SECOND))).isInstanceOf(VirtualTimeError.class);
    }

    private void cleaningUp(String name, VirtualRuntime.Action<InterruptedException> work) throws InterruptedException {
        try {
            work.run();
        } finally {
            log.add(name + " cleans up");
        }
    }

    @Test
    void limitsThatNothingKeepsAreRefused() { // a stall limit of zero took any computing for a hang
        assertThatThrownBy(() -> VirtualRuntime.builder()
                        .stallLimit(Duration.ZERO)
                        .maxVirtualTime(Duration.ofSeconds(-1))
                        .build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("stallLimit")
                .hasMessageContaining("maxVirtualTime");
    }
}
