package dev.holdfast.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SystemRuntimeTest {
    private final HoldfastRuntime full = HoldfastRuntime.on(work -> {
        throw new RejectedExecutionException("the queue is full");
    });

    @Test
    void aTimerRingsAlsoWhenTheExecutorRefusesIt() throws Exception {
        CompletableFuture<Thread> rung = new CompletableFuture<>();

        full.schedule(Duration.ofMillis(1), () -> rung.complete(Thread.currentThread()));

        assertThat(rung.get(10, TimeUnit.SECONDS)).isNotSameAs(Thread.currentThread());
    }

    @Test
    void aTimerRingsAlsoWhenTheExecutorHasNoThreadLeft() throws Exception {
        HoldfastRuntime starved = HoldfastRuntime.on(work -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        CompletableFuture<Thread> rung = new CompletableFuture<>();

        starved.schedule(Duration.ofMillis(1), () -> rung.complete(Thread.currentThread()));

        assertThat(rung.get(10, TimeUnit.SECONDS)).isNotSameAs(Thread.currentThread());
    }

    @Test
    void anErrorOfABackgroundTaskGoesNoFurtherEither() throws Exception {
        CompletableFuture<Throwable> escaped = new CompletableFuture<>();
        HoldfastRuntime runtime = HoldfastRuntime.on(work -> {
            Thread thread = new Thread(() -> {
                try {
                    work.run();
                    escaped.complete(null);
                } catch (Throwable t) {
                    escaped.complete(t);
                }
            });
            thread.start();
        });

        Task task = runtime.fork("failing", () -> {
            throw new AssertionError("on purpose");
        });

        assertThat(task.join(Duration.ofSeconds(10))).isTrue();
        assertThat(escaped.get(10, TimeUnit.SECONDS)).isNull();
    }

    @Test
    void workThatTheExecutorRefusesIsRefused() {
        assertThatThrownBy(() -> full.fork("work", () -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void aTimerThatWasCalledOffDoesNotRing() throws Exception {
        CompletableFuture<String> rung = new CompletableFuture<>();
        HoldfastRuntime runtime = HoldfastRuntime.system();
        Cancellable early = runtime.schedule(Duration.ofMillis(200), () -> rung.complete("called off"));

        assertThat(early.cancel()).isTrue();
        runtime.schedule(Duration.ofMillis(300), () -> rung.complete("later"));

        assertThat(rung.get(10, TimeUnit.SECONDS)).isEqualTo("later");
        assertThat(early.cancel()).isFalse();
    }
}
