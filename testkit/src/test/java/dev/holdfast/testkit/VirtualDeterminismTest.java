package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.runtime.Signal;
import dev.holdfast.runtime.Task;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The same seed gives the same run to the byte, another seed another. */
final class VirtualDeterminismTest {
    @Test
    void theSameSeedGivesTheSameRun() {
        Run first = run(42);
        Run second = run(42);
        assertThat(second.trace()).isEqualTo(first.trace()).hasSizeGreaterThan(400);
        assertThat(second.fingerprint()).isEqualTo(first.fingerprint()).hasSize(16);
    }

    @Test
    void theFingerprintIsTheSameOnEveryJdk() {
        assertThat(run(42).fingerprint()).isEqualTo("248d48553128c776");
    }

    @Test
    void anotherSeedGivesAnotherRun() {
        Set<String> fingerprints = new HashSet<>();
        for (int seed = 0; seed < 20; seed++) {
            fingerprints.add(run(seed).fingerprint());
        }
        assertThat(fingerprints).hasSize(20);
    }

    @Test
    void seedsTryDifferentOrdersOfTheSameInstant() {
        Set<String> orders = new HashSet<>();
        for (int seed = 0; seed < 100; seed++) {
            StringBuilder order = new StringBuilder();
            VirtualRuntime time = VirtualRuntime.seeded(seed);
            time.run(() -> {
                for (String name : List.of("a", "b", "c")) {
                    time.fork(name, () -> order.append(name));
                }
            });
            orders.add(order.toString());
        }
        assertThat(orders).containsExactlyInAnyOrder("abc", "acb", "bac", "bca", "cab", "cba");
    }

    @Test
    void aTraceIsKeptOnRequestAlone() {
        assertThatThrownBy(() -> VirtualRuntime.seeded(1).trace()).hasMessageContaining("traced()");
        VirtualRuntime time = VirtualRuntime.builder().traced().build();
        time.run(() -> time.start("caller", () -> time.sleep(Duration.ofNanos(7))));
        assertThat(time.trace())
                .containsExactly(
                        "0 caller begins",
                        "7 caller goes on: its time has come",
                        "7 caller ends",
                        "7 " + Thread.currentThread().getName() + " goes on: the others are done or wait");
    }

    /** Sleeps, signals, timeouts, interrupts of both kinds, timers and forks, among 30 threads. */
    private static Run run(long seed) {
        VirtualRuntime time = VirtualRuntime.builder().seed(seed).traced().build();
        time.run(() -> {
            Signal[] signals = new Signal[30];
            Task[] tasks = new Task[30];
            Thread[] threads = new Thread[30];
            for (int i = 0; i < 30; i++) {
                signals[i] = time.newSignal();
            }
            for (int i = 0; i < 30; i++) {
                int me = i;
                tasks[i] = time.start("thread-" + i, () -> {
                    threads[me] = Thread.currentThread();
                    for (int k = 0; k < 20; k++) {
                        step(time, signals, tasks, threads);
                    }
                });
            }
        });
        Run run = new Run(time.trace(), time.fingerprint());
        time.close(); // timers that the last steps set are not due yet
        return run;
    }

    private static void step(VirtualRuntime time, Signal[] signals, Task[] tasks, Thread[] threads) {
        int other = time.random().nextInt(30);
        try {
            switch (time.random().nextInt(7)) {
                case 0, 1 -> time.sleep(Duration.ofMillis(time.random().nextInt(5)));
                case 2 -> signals[other].await(Duration.ofMillis(3));
                case 3 -> {
                    signals[other].fire();
                    signals[other] = time.newSignal();
                }
                case 4 -> {
                    if (time.random().nextInt(8) == 0) {
                        tasks[other].interrupt();
                    } else {
                        tasks[other].join(Duration.ofMillis(2));
                    }
                }
                case 5 -> {
                    Thread thread = threads[other];
                    if (thread != null && !tasks[other].isDone()) {
                        thread.interrupt();
                    }
                }
                default -> {
                    var unused = time.schedule(Duration.ofMillis(1), signals[other]::fire);
                }
            }
        } catch (InterruptedException e) {
            time.random().nextInt();
        }
    }

    private record Run(List<String> trace, String fingerprint) {}
}
