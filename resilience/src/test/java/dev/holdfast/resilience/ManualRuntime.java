package dev.holdfast.resilience;

import dev.holdfast.runtime.Cancellable;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import dev.holdfast.runtime.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * Time that stands still until a test moves it. A thread that waits is parked until then; or, where the test says so,
 * waiting itself moves the time. Timers run in the thread that moves the time.
 */
final class ManualRuntime implements HoldfastRuntime {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Timer> timers = new ArrayList<>();
    private final List<Duration> waits = new ArrayList<>();
    private final Random random = new Random(42);
    private final boolean waitsMoveTime;
    private long now;
    private int parked;
    private volatile boolean refusesWork;
    private volatile boolean breaksWaits;

    private record Timer(long at, Runnable task) {}

    private ManualRuntime(boolean waitsMoveTime) {
        this.waitsMoveTime = waitsMoveTime;
    }

    /** Waiting threads are parked until the test moves the time. */
    static ManualRuntime parking() {
        return new ManualRuntime(false);
    }

    /** Who waits finds the time gone by. */
    static ManualRuntime passing() {
        return new ManualRuntime(true);
    }

    void advance(Duration duration) {
        long end = nanoTime() + duration.toNanos();
        while (true) {
            Timer due;
            lock.lock();
            try {
                due = timers.stream()
                        .filter(timer -> timer.at <= end)
                        .min(Comparator.comparingLong(Timer::at))
                        .orElse(null);
                now = due == null ? end : Math.max(now, due.at);
                timers.remove(due);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            if (due == null) {
                return;
            }
            due.task.run();
        }
    }

    /** What was waited for, in order. */
    List<Duration> waits() {
        lock.lock();
        try {
            return List.copyOf(waits);
        } finally {
            lock.unlock();
        }
    }

    int timers() {
        lock.lock();
        try {
            return timers.size();
        } finally {
            lock.unlock();
        }
    }

    /** Returns when so many threads wait. */
    void awaitParked(int threads) throws InterruptedException {
        lock.lock();
        try {
            while (parked != threads) {
                if (!changed.await(10, TimeUnit.SECONDS)) {
                    throw new AssertionError(parked + " threads wait, not " + threads);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long nanoTime() {
        lock.lock();
        try {
            return now;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Instant now() {
        return Instant.EPOCH.plusNanos(nanoTime());
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        newSignal().await(duration);
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        Timer timer = new Timer(nanoTime() + delay.toNanos(), task);
        lock.lock();
        try {
            timers.add(timer);
        } finally {
            lock.unlock();
        }
        return () -> {
            lock.lock();
            try {
                return timers.remove(timer);
            } finally {
                lock.unlock();
            }
        };
    }

    /** From now on no thread is to be had. */
    void refuseWork() {
        refusesWork = true;
    }

    /** From now on whoever waits is thrown out. */
    void breakWaits() {
        breaksWaits = true;
    }

    @Override
    public Task fork(String name, Runnable work) {
        if (refusesWork) {
            throw new RejectedExecutionException("the queue is full");
        }
        return HoldfastRuntime.system().fork(name, work);
    }

    @Override
    public Signal newSignal() {
        return new ManualSignal();
    }

    @Override
    public Executor executor() {
        return HoldfastRuntime.system().executor();
    }

    private final class ManualSignal implements Signal {
        private boolean fired;

        @Override
        public void fire() {
            lock.lock();
            try {
                fired = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public boolean hasFired() {
            lock.lock();
            try {
                return fired;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public boolean await(Duration timeout) throws InterruptedException {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (breaksWaits) {
                throw new IllegalStateException("the end of the simulation");
            }
            long end = note(timeout);
            if (waitsMoveTime) {
                advance(timeout);
                return hasFired();
            }
            lock.lock();
            try {
                parked++;
                changed.signalAll();
                while (!fired && now < end) {
                    changed.await();
                }
                return fired;
            } finally {
                parked--;
                changed.signalAll();
                lock.unlock();
            }
        }

        private long note(Duration timeout) {
            lock.lock();
            try {
                waits.add(timeout);
                return now + timeout.toNanos();
            } finally {
                lock.unlock();
            }
        }
    }
}
