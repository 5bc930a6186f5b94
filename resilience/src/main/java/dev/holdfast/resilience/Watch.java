package dev.holdfast.resilience;

import dev.holdfast.runtime.Cancellable;
import dev.holdfast.runtime.HoldfastRuntime;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs something for every call that is still there when its time is over: with one timer for all calls, since a timer
 * for each would cost more than most of what is between two layers.
 *
 * <p>Most calls get the same time, so they end in the order in which they began: the timer is set to the end of the oldest
 * one that is known, and set anew when it has rung. Calls that end earlier only empty their entry. To let entries not
 * pile up between two rings, they are swept out whenever as many have come as were left by the sweep before. A call whose
 * time ends before that of one that came earlier gets a timer of its own.
 */
final class Watch {
    private static final int SWEEP_AT_LEAST = 64; // few enough to stay where a core finds them at once
    private static final long MOST_LATE_NANOS = Duration.ofMillis(1).toNanos(); // worth no timer
    private static final VarHandle NEWEST;
    private static final VarHandle ARMED;
    private static final VarHandle LATEST;
    private static final VarHandle DONE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            NEWEST = lookup.findVarHandle(Watch.class, "newest", Entry.class);
            ARMED = lookup.findVarHandle(Watch.class, "armed", boolean.class);
            DONE = lookup.findVarHandle(Entry.class, "done", boolean.class);
            LATEST = lookup.findVarHandle(Watch.class, "latest", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final HoldfastRuntime runtime;

    /** The entries since the last sweep, the newest first. */
    private volatile @Nullable Entry newest;

    private volatile boolean armed;

    @SuppressWarnings("UnusedVariable") // read through its handle
    private long latest; // when the last call ends, but for a race of two that end at nearly the same time

    private volatile int sweepAt = SWEEP_AT_LEAST;

    private final ReentrantLock lock = new ReentrantLock(); // guards what the last sweep left
    private List<Entry> left = new ArrayList<>(); // the oldest first

    /** One call that is watched. It stays in the list for a while after its end, so it then lets go of what it holds. */
    abstract static class Entry implements Runnable {
        private long until;

        @SuppressWarnings("UnusedVariable")
        private boolean done; // by its handle: seen a moment too late, it makes a call end that has ended

        private @Nullable Cancellable timer; // of one that is out of order
        private @Nullable Entry older;
        private int number;

        /** The time is up. */
        abstract void expire();

        @Override
        public final void run() {
            if (!isDone()) {
                expire();
            }
        }

        final boolean isDone() {
            return (boolean) DONE.getAcquire(this);
        }

        /** Ends the watch. */
        final void done() {
            DONE.setRelease(this, true);
            if (timer != null) {
                timer.cancel();
            }
        }
    }

    Watch(HoldfastRuntime runtime) {
        this.runtime = runtime;
        this.latest = runtime.nanoTime();
    }

    /**
     * Watches a call.
     *
     * @param entry the call, watched for the first time; expires unless it is done by then
     * @param until by the monotonic clock
     */
    void watch(Entry entry, long until) {
        entry.until = until;
        long last = (long) LATEST.getOpaque(this);
        if (last - until > MOST_LATE_NANOS) {
            watchAlone(entry, until);
            return;
        }
        if (until - last > 0) {
            LATEST.setOpaque(this, until);
        }
        Entry before;
        do {
            before = newest;
            entry.older = before;
            entry.number = before == null ? 1 : before.number + 1;
        } while (!NEWEST.compareAndSet(this, before, entry));
        if (!armed && ARMED.compareAndSet(this, false, true)) {
            arm(entry.until);
        }
        if (entry.number >= sweepAt && lock.tryLock()) { // whoever holds it is sweeping
            try {
                sweep();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Watches a call by a timer of its own: for one that is known to be in no order with the others. */
    void watchAlone(Entry entry, long until) {
        entry.timer = runtime.schedule(Duration.ofNanos(until - runtime.nanoTime()), entry);
    }

    /** How many entries are kept, those of ended calls included. */
    int kept() {
        Entry entry = newest;
        lock.lock();
        try {
            return left.size() + (entry == null ? 0 : entry.number);
        } finally {
            lock.unlock();
        }
    }

    private void arm(long until) {
        runtime.schedule(Duration.ofNanos(Math.max(0, until - runtime.nanoTime())), this::ring);
    }

    private void ring() {
        List<Entry> expired = new ArrayList<>();
        Entry next;
        lock.lock();
        try {
            sweep();
            int passed = 0;
            long now = runtime.nanoTime();
            while (passed < left.size() && left.get(passed).until - now <= 0) {
                expired.add(left.get(passed));
                passed++;
            }
            left.subList(0, passed).clear();
            next = left.isEmpty() ? null : left.get(0);
        } finally {
            lock.unlock();
        }
        if (next != null) {
            arm(next.until);
        } else {
            armed = false;
            Entry since = newest; // one that came after the sweep and still saw the timer armed
            if (since != null && ARMED.compareAndSet(this, false, true)) {
                arm(since.until);
            }
        }
        expire(expired);
    }

    /** Every call in a thread of its own but the last: one that is slow to close must not keep the others. */
    private void expire(List<Entry> expired) {
        for (int i = 0; i < expired.size(); i++) {
            Entry entry = expired.get(i);
            if (!entry.isDone() && (i == expired.size() - 1 || !isForked(entry))) {
                entry.run();
            }
        }
    }

    /** False where no thread is to be had: the call must end all the same. */
    private boolean isForked(Runnable expiry) {
        try {
            runtime.fork("holdfast-deadline", expiry);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Drops the entries of ended calls, and joins the new ones to those that the last sweep left. */
    private void sweep() {
        List<Entry> kept = new ArrayList<>();
        for (Entry earlier : left) {
            if (!earlier.isDone()) {
                kept.add(earlier);
            }
        }
        int old = kept.size();
        Entry entry = (Entry) NEWEST.getAndSet(this, null);
        while (entry != null) {
            if (!entry.isDone()) {
                kept.add(entry);
            }
            Entry older = entry.older;
            entry.older = null; // a call that lasts must not hold on to those that began before it
            entry = older;
        }
        Collections.reverse(kept.subList(old, kept.size()));
        left = kept;
        sweepAt = Math.max(SWEEP_AT_LEAST, kept.size());
    }
}
