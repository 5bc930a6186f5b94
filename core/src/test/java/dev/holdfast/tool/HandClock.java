package dev.holdfast.tool;

import dev.holdfast.runtime.Cancellable;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import dev.holdfast.runtime.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * The machine's threads with a clock that is moved by hand: however slow the machine is, no time passes in a test but
 * what the test lets pass. Waits for signals end early and often, so that whoever waits looks at the clock again.
 */
class HandClock implements HoldfastRuntime {
    private static final Duration SLICE = Duration.ofMillis(2);

    private final HoldfastRuntime machine = HoldfastRuntime.system();
    private final AtomicLong nanos = new AtomicLong();

    void advance(Duration duration) {
        nanos.addAndGet(duration.toNanos());
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    @Override
    public Instant now() {
        return Instant.EPOCH.plusNanos(nanos.get());
    }

    @Override
    public RandomGenerator random() {
        return machine.random();
    }

    @Override
    public void sleep(Duration duration) {
        throw new UnsupportedOperationException("the loop does not sleep");
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        throw new UnsupportedOperationException("the loop has no timers");
    }

    @Override
    public Task fork(String name, Runnable work) {
        return machine.fork(name, work);
    }

    @Override
    public Signal newSignal() {
        Signal signal = machine.newSignal();
        return new Signal() {
            @Override
            public void fire() {
                signal.fire();
            }

            @Override
            public boolean hasFired() {
                return signal.hasFired();
            }

            @Override
            public boolean await(Duration timeout) throws InterruptedException {
                return signal.await(timeout.compareTo(SLICE) < 0 ? timeout : SLICE);
            }
        };
    }

    @Override
    public Executor executor() {
        return machine.executor();
    }
}
