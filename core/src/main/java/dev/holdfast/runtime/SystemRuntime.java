package dev.holdfast.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The runtime of the machine. The only class of the library that touches system time, randomness and threads. */
final class SystemRuntime implements HoldfastRuntime {
    private static final Logger log = LoggerFactory.getLogger(HoldfastRuntime.class);

    static final SystemRuntime SHARED = new SystemRuntime(defaultExecutor());

    private final Executor executor;
    private volatile Anchor anchor = Anchor.now();

    /** Both clocks, read together. */
    private record Anchor(long nanoTime, long second, long nanoOfSecond) {
        private static final long GOOD_FOR_NANOS = TimeUnit.SECONDS.toNanos(1);

        /** The best of three: a thread that is held up between the two readings would be late by that until the next. */
        static Anchor now() {
            Anchor best = null;
            long shortest = Long.MAX_VALUE;
            for (int i = 0; i < 3; i++) {
                long before = System.nanoTime();
                Instant now = Instant.now();
                long took = System.nanoTime() - before;
                if (best == null || took < shortest) {
                    shortest = took;
                    best = new Anchor(before + took / 2, now.getEpochSecond(), now.getNano());
                }
            }
            return Objects.requireNonNull(best);
        }

        boolean isGoodFor(long at) {
            return Math.abs(at - nanoTime) < GOOD_FOR_NANOS;
        }

        Instant at(long at) {
            return Instant.ofEpochSecond(second, nanoOfSecond + (at - nanoTime));
        }
    }

    SystemRuntime(Executor executor) {
        this.executor = executor;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public Instant at(long nanoTime) {
        Anchor known = anchor;
        if (!known.isGoodFor(nanoTime)) {
            known = Anchor.now();
            anchor = known;
        }
        return known.at(nanoTime);
    }

    @Override
    public RandomGenerator random() {
        return ThreadLocalRandom.current();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        if (Thread.interrupted()) { // a sleep of zero does not look by itself
            throw new InterruptedException();
        }
        TimeUnit.NANOSECONDS.sleep(saturatedNanos(duration));
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        Timer timer = new Timer(logged("timer", task));
        // The timer thread only hands over: a task that blocks must not delay the timers behind it.
        timer.entry = Timers.POOL.schedule(() -> handOver(timer), saturatedNanos(delay), TimeUnit.NANOSECONDS);
        return timer;
    }

    /** A timer is what ends a call that hangs: it must ring, also when the executor is full or has been shut down. */
    private void handOver(Timer timer) {
        try {
            executor.execute(timer);
        } catch (RuntimeException | Error e) { // a refusal by its contract, and no thread left by experience
            log.warn("the executor refused a timer, which runs on a thread of its own instead: {}", e.toString());
            ringAnyhow(timer);
        }
    }

    private static void ringAnyhow(Timer timer) {
        try {
            Timers.LATE.newThread(timer).start();
        } catch (Error e) { // no thread left at all: better that other timers are late than that this one never rings
            timer.run();
        }
    }

    @Override
    public Task fork(String name, Runnable work) {
        ForkedTask task = new ForkedTask(name, logged(name, work));
        executor.execute(task);
        return task;
    }

    @Override
    public Signal newSignal() {
        return new LatchSignal();
    }

    @Override
    public Executor executor() {
        return executor;
    }

    private static long saturatedNanos(Duration duration) {
        try {
            return Math.max(0, duration.toNanos());
        } catch (ArithmeticException tooLong) {
            return duration.isNegative() ? 0 : Long.MAX_VALUE;
        }
    }

    private static Runnable logged(String name, Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                log.error("'{}' threw on a background thread; nothing waits for its result", name, e);
            }
        };
    }

    /** Virtual threads from JDK 21 on, looked up by name because the bytecode is for 17; daemon threads before. */
    private static Executor defaultExecutor() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException beforeJdk21) {
            return Executors.newCachedThreadPool(daemon("holdfast-worker"));
        }
    }

    private static ThreadFactory daemon(String name) {
        AtomicLong number = new AtomicLong();
        return work -> {
            Thread thread = new Thread(work, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** One timer thread for the process, started by its first use. */
    private static final class Timers {
        static final ScheduledThreadPoolExecutor POOL = create();
        static final ThreadFactory LATE = daemon("holdfast-timer-refused");

        private static ScheduledThreadPoolExecutor create() {
            ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(1, daemon("holdfast-timer"));
            pool.setRemoveOnCancelPolicy(true);
            return pool;
        }
    }

    /** A task that runs or is called off, whichever comes first: the pool's own future forgets a task as it hands over. */
    private static final class Timer extends AtomicBoolean implements Runnable, Cancellable {
        private static final long serialVersionUID = 1L;

        private final transient Runnable task;
        private transient volatile @Nullable ScheduledFuture<?> entry;

        Timer(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            if (compareAndSet(false, true)) {
                task.run();
            }
        }

        @Override
        public boolean cancel() {
            if (!compareAndSet(false, true)) {
                return false;
            }
            ScheduledFuture<?> waiting = entry;
            if (waiting != null) {
                waiting.cancel(false);
            }
            return true;
        }
    }

    private static final class LatchSignal implements Signal {
        private final CountDownLatch latch = new CountDownLatch(1);

        @Override
        public void fire() {
            latch.countDown();
        }

        @Override
        public boolean hasFired() {
            return latch.getCount() == 0;
        }

        @Override
        public boolean await(Duration timeout) throws InterruptedException {
            return latch.await(saturatedNanos(timeout), TimeUnit.NANOSECONDS);
        }
    }

    private static final class ForkedTask implements Task, Runnable {
        private final String name;
        private final Runnable work;
        private final CountDownLatch done = new CountDownLatch(1);
        private final ReentrantLock lock = new ReentrantLock();
        private @Nullable Thread worker;
        private boolean interrupted;

        ForkedTask(String name, Runnable work) {
            this.name = name;
            this.work = work;
        }

        @Override
        public void run() {
            Thread current = Thread.currentThread();
            String before = current.getName();
            if (!begin(current)) {
                done.countDown();
                return;
            }
            current.setName(name);
            try {
                work.run();
            } finally {
                end();
                current.setName(before);
                done.countDown();
            }
        }

        private boolean begin(Thread current) {
            lock.lock();
            try {
                if (interrupted) {
                    return false;
                }
                worker = current;
                return true;
            } finally {
                lock.unlock();
            }
        }

        private void end() {
            lock.lock();
            try {
                worker = null;
                if (interrupted) {
                    Thread.interrupted(); // the thread goes back to the pool without our interrupt
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public boolean isDone() {
            return done.getCount() == 0;
        }

        @Override
        public boolean join(Duration timeout) throws InterruptedException {
            return done.await(saturatedNanos(timeout), TimeUnit.NANOSECONDS);
        }

        @Override
        public void interrupt() {
            lock.lock();
            try {
                interrupted = true;
                if (worker != null) {
                    worker.interrupt();
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
