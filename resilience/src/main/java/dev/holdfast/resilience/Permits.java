package dev.holdfast.resilience;

import dev.holdfast.context.Priority;
import dev.holdfast.runtime.Signal;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The permits of a bulkhead and who waits for them. While nobody waits, taking and giving back is one compare-and-set.
 *
 * <p>No wake-up is lost: who queues up counts itself before it looks for a permit once more, and who gives back frees the
 * permit before it looks whether somebody is counted; whichever comes second sees the first.
 */
final class Permits {
    private final int size;
    private final int maxQueue;
    private final AtomicInteger free;
    private final ReentrantLock lock = new ReentrantLock(); // guards the queues, and what they hold
    private final Map<Priority, ArrayDeque<Waiter>> queues = new EnumMap<>(Priority.class);
    private final AtomicInteger waiting = new AtomicInteger(); // written under the lock

    /** One who waits, and is woken by its signal. */
    static final class Waiter {
        private final Priority priority;
        private final Signal signal;
        private boolean granted; // guarded by the lock

        private Waiter(Priority priority, Signal signal) {
            this.priority = priority;
            this.signal = signal;
        }

        Signal signal() {
            return signal;
        }
    }

    Permits(int size, int maxQueue) {
        this.size = size;
        this.maxQueue = maxQueue;
        this.free = new AtomicInteger(size);
        for (Priority priority : Priority.values()) {
            queues.put(priority, new ArrayDeque<>());
        }
    }

    int size() {
        return size;
    }

    int taken() {
        return size - free.get();
    }

    int waiting() {
        return waiting.get();
    }

    /** Takes a permit if one is free and nobody waits for it. */
    boolean tryTake() {
        return waiting.get() == 0 && takeFree();
    }

    private boolean takeFree() {
        int left = free.get();
        while (left > 0) {
            if (free.compareAndSet(left, left - 1)) {
                return true;
            }
            left = free.get();
        }
        return false;
    }

    void giveBack() {
        free.incrementAndGet();
        if (waiting.get() > 0) {
            serve();
        }
    }

    /** How many may wait. */
    int maxQueue() {
        return maxQueue;
    }

    /** Joins the queue; null when it is full. A permit that is free meanwhile is granted at once. */
    @Nullable
    Waiter enqueue(Priority priority, Signal signal) {
        Waiter waiter = new Waiter(priority, signal);
        lock.lock();
        try {
            if (waiting.get() == maxQueue) {
                return null;
            }
            queueOf(priority).add(waiter);
            waiting.incrementAndGet();
        } finally {
            lock.unlock();
        }
        serve();
        return waiter;
    }

    /** Leaves the queue; true when the waiter has been granted a permit, which is then its own. */
    boolean leave(Waiter waiter) {
        lock.lock();
        try {
            if (!waiter.granted) {
                queueOf(waiter.priority).remove(waiter);
                waiting.decrementAndGet();
            }
            return waiter.granted;
        } finally {
            lock.unlock();
        }
    }

    /** Gives the permits that are free to those who wait, the most urgent first. */
    private void serve() {
        while (true) {
            Waiter served = null;
            lock.lock();
            try {
                if (waiting.get() > 0 && takeFree()) {
                    served = first();
                    served.granted = true;
                    waiting.decrementAndGet();
                }
            } finally {
                lock.unlock();
            }
            if (served == null) {
                return;
            }
            served.signal.fire();
        }
    }

    private Waiter first() {
        for (ArrayDeque<Waiter> queue : queues.values()) { // in the order of the priorities
            Waiter first = queue.poll();
            if (first != null) {
                return first;
            }
        }
        throw new IllegalStateException("somebody was counted who does not wait");
    }

    private ArrayDeque<Waiter> queueOf(Priority priority) {
        ArrayDeque<Waiter> queue = queues.get(priority);
        if (queue == null) {
            throw new IllegalStateException("no queue for " + priority);
        }
        return queue;
    }
}
