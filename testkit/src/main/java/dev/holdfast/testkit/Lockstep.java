package dev.holdfast.testkit;

import dev.holdfast.testkit.Strand.Event;
import dev.holdfast.testkit.Strand.State;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The scheduler of virtual time: one strand runs at a time, and one that waits hands the baton to the next.
 *
 * <p>Strands run only while the test thread takes part: inside {@code run}, or while it waits. Between its waits the
 * test thread is what runs, and the others stand still; that is what makes a plain test method deterministic.
 *
 * <p>Threading: everything is guarded by one lock, held for a few instructions and never while anything waits. Nobody
 * contends for it, except threads from outside that fire a signal or fork.
 */
final class Lockstep {
    static final long FOREVER = Long.MAX_VALUE;

    private final ReentrantLock lock = new ReentrantLock();
    private final Agenda agenda;
    private final Failures failures;
    private long strands;

    Lockstep(Agenda agenda, Failures failures) {
        this.agenda = agenda;
        this.failures = failures;
    }

    static long nanos(Duration duration) {
        try {
            return Math.max(0, duration.toNanos());
        } catch (ArithmeticException tooLong) {
            return duration.isNegative() ? 0 : FOREVER;
        }
    }

    long now() {
        return agenda.now();
    }

    /**
     * Waits. A thread that is not ours takes part for as long as it waits.
     *
     * @param signal ends the wait when it fires; null for a sleep
     * @return true when the signal has fired
     */
    boolean await(@Nullable VirtualSignal signal, long nanos) throws InterruptedException {
        Strand me;
        Strand next;
        boolean adopted;
        lock.lock();
        try {
            agenda.throwIfBroken();
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted before it waited");
            }
            if (signal != null && signal.hasFired()) {
                return true;
            }
            if (nanos <= 0) {
                return false;
            }
            adopted = agenda.running() == null;
            me = adopted ? agenda.adopt(this) : agenda.runningCaller();
            agenda.suspend(me, signal, nanos);
            next = agenda.next();
        } finally {
            lock.unlock();
        }
        pass(me, next);
        if (adopted) {
            exit();
        }
        tellWhyItWoke(me);
        return signal != null && signal.hasFired(); // also when it fired after the time ran out, but before our turn
    }

    private void tellWhyItWoke(Strand me) throws InterruptedException {
        if (me.event == Event.INTERRUPT) {
            me.forgetInterrupt();
            throw new InterruptedException("interrupted while it waited");
        }
        me.restoreInterrupt();
        if (me.event == Event.BROKEN) {
            throw Objects.requireNonNull(broken());
        }
    }

    /** Hands the baton over, and comes back when it does. The lock is not held. */
    private static void pass(Strand me, Strand next) {
        if (next != me) {
            boolean started = next.thread() != null;
            next.go();
            me.awaitTurn(started);
        }
    }

    void fire(VirtualSignal signal) {
        lock.lock();
        try {
            agenda.fire(signal);
        } finally {
            lock.unlock();
        }
    }

    Strand fork(String name, VirtualRuntime.Action<?> work, long delay) {
        lock.lock();
        try {
            Strand strand = Strand.of(this, ++strands, name, work);
            agenda.add(strand, delay);
            return strand;
        } finally {
            lock.unlock();
        }
    }

    void interrupt(Strand strand) {
        lock.lock();
        try {
            Thread thread = strand.thread();
            switch (strand.state) {
                case NEW -> agenda.cancel(strand);
                case READY -> strand.keepInterrupt(); // what woke it came first; its next wait will throw
                case WAITING -> {
                    strand.keepInterrupt();
                    agenda.wake(strand, Event.INTERRUPT);
                }
                case RUNNING -> Objects.requireNonNull(thread).interrupt();
                case ENDED -> {}
            }
        } finally {
            lock.unlock();
        }
    }

    boolean cancel(Strand strand) {
        lock.lock();
        try {
            return agenda.cancel(strand);
        } finally {
            lock.unlock();
        }
    }

    /** Tells whether the strand, whose turn it is, still has work to do. */
    boolean begin(Strand strand, Thread worker) {
        lock.lock();
        try {
            strand.begins(worker);
            if (strand.cancelled) {
                return false;
            }
            strand.state = State.RUNNING;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the strand and gives the next one when it is new, so that the same worker runs it without any hand-over. */
    @Nullable
    Strand end(Strand strand, @Nullable Throwable thrown) {
        Strand next;
        boolean failed;
        lock.lock();
        try {
            Thread.interrupted(); // the worker goes on without our interrupt
            if (agenda.running() != strand) {
                return null; // it was given up as stuck, and the others went on without it
            }
            failed = thrown != agenda.broken() && !(thrown instanceof InterruptedException);
            agenda.trace().add(agenda.now(), strand, Event.ENDS);
            agenda.retire(strand);
            next = agenda.next();
        } finally {
            lock.unlock();
        }
        if (failed && thrown != null) {
            failures.add(strand.name, thrown);
        }
        if (next.thread() == null) {
            return next;
        }
        next.go();
        return null;
    }

    /** Makes the calling thread, which is the test's, the one that runs. */
    void enter() {
        lock.lock();
        try {
            agenda.throwIfBroken();
            agenda.adopt(this);
        } finally {
            lock.unlock();
        }
    }

    /** The test thread takes part no longer. */
    void exit() {
        lock.lock();
        try {
            agenda.release();
        } finally {
            lock.unlock();
        }
    }

    /** Lets the others run until all have ended. */
    void drain() {
        idle(Agenda.ALL_ENDED);
    }

    /** Lets the others run and time pass by so much, and no further. */
    void advance(long nanos) {
        enter();
        idle(nanos < FOREVER - now() ? now() + nanos : FOREVER - 1);
        exit();
        rethrowBroken();
    }

    private void idle(long until) {
        boolean interruptedBefore = Thread.interrupted(); // only one that comes while we wait calls the others off
        Strand me;
        Strand next;
        lock.lock();
        try {
            me = agenda.runningCaller();
            agenda.idle(me, until);
            next = agenda.next();
        } finally {
            lock.unlock();
        }
        pass(me, next);
        me.restoreInterrupt();
        if (interruptedBefore) {
            Thread.currentThread().interrupt();
        }
    }

    void breakDown(String why) {
        lock.lock();
        try {
            agenda.breakDown(why);
        } finally {
            lock.unlock();
        }
    }

    @Nullable
    VirtualTimeError broken() {
        lock.lock();
        try {
            return agenda.broken();
        } finally {
            lock.unlock();
        }
    }

    void rethrowBroken() {
        lock.lock();
        try {
            agenda.throwIfBroken();
        } finally {
            lock.unlock();
        }
    }

    /** See {@link Agenda#pulse}. */
    long pulse() {
        lock.lock();
        try {
            return agenda.pulse();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Breaks down because the running strand is stuck, and goes on without it so that the others can end.
     *
     * @return false when nobody runs
     */
    boolean giveUpRunning(String limit) {
        Strand next = null;
        lock.lock();
        try {
            Strand stuck = agenda.running();
            if (stuck == null) {
                return false;
            }
            agenda.breakDown("'" + stuck.name + "' has neither waited nor ended for " + limit
                    + " of real time: it computes, or blocks on something that is not of this runtime");
            Thread thread = stuck.thread();
            if (thread != null) {
                thread.interrupt();
            }
            if (!agenda.isMain(stuck)) {
                agenda.retire(stuck);
                next = agenda.next();
            }
        } finally {
            lock.unlock();
        }
        if (next != null) {
            next.go();
        }
        return true;
    }

    List<String> stillWaiting() {
        lock.lock();
        try {
            return agenda.stillWaiting();
        } finally {
            lock.unlock();
        }
    }

    List<String> stillRunning() {
        lock.lock();
        try {
            return agenda.stillRunning();
        } finally {
            lock.unlock();
        }
    }

    long traceHash() {
        lock.lock();
        try {
            return agenda.trace().hash();
        } finally {
            lock.unlock();
        }
    }

    List<String> traceLines() {
        lock.lock();
        try {
            return agenda.trace().lines();
        } finally {
            lock.unlock();
        }
    }
}
