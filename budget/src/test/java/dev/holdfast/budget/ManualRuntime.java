package dev.holdfast.budget;

import dev.holdfast.runtime.Cancellable;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import dev.holdfast.runtime.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** A clock that stands still until it is moved; a wait moves it, after running what the test wants to happen meanwhile. */
final class ManualRuntime implements HoldfastRuntime {
    private final Instant start;
    private final AtomicLong nanos = new AtomicLong();
    private final Random random = new Random(42);
    Runnable duringWait = () -> {};

    ManualRuntime(String start) {
        this.start = Instant.parse(start);
    }

    ManualRuntime advance(Duration duration) {
        nanos.addAndGet(duration.toNanos());
        return this;
    }

    Duration elapsed() {
        return Duration.ofNanos(nanos.get());
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    @Override
    public Instant now() {
        return start.plusNanos(nanos.get());
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public void sleep(Duration duration) {
        advance(duration);
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        throw new UnsupportedOperationException("nothing is scheduled");
    }

    @Override
    public Task fork(String name, Runnable work) {
        throw new UnsupportedOperationException("nothing is forked");
    }

    @Override
    public Executor executor() {
        throw new UnsupportedOperationException("nothing is executed");
    }

    @Override
    public Signal newSignal() {
        AtomicBoolean fired = new AtomicBoolean();
        return new Signal() {
            @Override
            public void fire() {
                fired.set(true);
            }

            @Override
            public boolean hasFired() {
                return fired.get();
            }

            @Override
            public boolean await(Duration timeout) throws InterruptedException {
                duringWait.run();
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (!fired.get()) {
                    advance(timeout);
                }
                return fired.get();
            }
        };
    }
}
