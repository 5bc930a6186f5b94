package dev.holdfast.resilience;

import dev.failsafe.spi.Scheduler;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Lets Failsafe work in the calling thread and wait through the injected runtime: what is not delayed runs at once, what
 * is delayed runs after a wait, and either has ended when {@link #schedule} returns.
 */
final class CallingThreadScheduler implements Scheduler {
    private final Consumer<Duration> waiting;

    CallingThreadScheduler(Consumer<Duration> waiting) {
        this.waiting = waiting;
    }

    @Override
    public ScheduledFuture<?> schedule(Callable<?> work, long delay, TimeUnit unit) {
        if (delay > 0) {
            waiting.accept(Duration.ofNanos(unit.toNanos(delay)));
        }
        Ended<Object> ended = new Ended<>();
        try {
            ended.complete(work.call());
        } catch (Throwable thrown) { // a future keeps what its work threw, whatever it is
            ended.completeExceptionally(thrown);
        }
        return ended;
    }

    private static final class Ended<T> extends CompletableFuture<T> implements ScheduledFuture<T> {
        @Override
        public long getDelay(TimeUnit unit) {
            return 0;
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(0, other.getDelay(TimeUnit.NANOSECONDS));
        }
    }
}
