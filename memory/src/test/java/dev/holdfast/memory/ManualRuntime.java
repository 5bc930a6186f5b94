package dev.holdfast.memory;

import dev.holdfast.runtime.Cancellable;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import dev.holdfast.runtime.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** A clock that a test moves. The rooms below the testkit cannot have its virtual runtime; this does for idle times. */
final class ManualRuntime implements HoldfastRuntime {
    private final AtomicLong nanos = new AtomicLong();

    void advance(Duration by) {
        nanos.addAndGet(by.toNanos());
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    @Override
    public Instant now() {
        return Instant.ofEpochSecond(0, nanos.get());
    }

    @Override
    public RandomGenerator random() {
        throw new UnsupportedOperationException("memory needs no randomness");
    }

    @Override
    public void sleep(Duration duration) {
        throw new UnsupportedOperationException("memory never waits");
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        throw new UnsupportedOperationException("memory schedules nothing");
    }

    @Override
    public Task fork(String name, Runnable work) {
        throw new UnsupportedOperationException("memory needs no threads");
    }

    @Override
    public Signal newSignal() {
        throw new UnsupportedOperationException("memory never waits");
    }

    @Override
    public Executor executor() {
        throw new UnsupportedOperationException("memory needs no threads");
    }
}
