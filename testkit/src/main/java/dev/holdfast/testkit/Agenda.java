package dev.holdfast.testkit;

import dev.holdfast.testkit.Strand.Event;
import dev.holdfast.testkit.Strand.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who runs, who could, who waits for what, and what time it is. {@link #next} is where virtual time passes.
 *
 * <p>Threading: guarded by the lock of the {@link Lockstep}, except for {@link #now}.
 */
final class Agenda {

    /** An idle test thread that waits until the others have ended. */
    static final long ALL_ENDED = Lockstep.FOREVER;

    private static final long NOT_IDLE = -1;

    /** Bounds the search for interrupts before a jump of time, or every jump would cost as much as threads wait. */
    private static final int INTERRUPT_CHECKS = 32;

    private final Timers timers = new Timers();
    private final List<Strand> live = new ArrayList<>();
    private final Ready ready;
    private final Trace trace;
    private final long maxTime;

    private volatile long now;
    private long turns;
    private int interruptCursor;
    private long idleUntil = NOT_IDLE;
    private @Nullable Strand running;
    private @Nullable Strand main;
    private @Nullable VirtualTimeError broken;

    Agenda(Ready ready, Trace trace, Duration maxTime) {
        this.ready = ready;
        this.trace = trace;
        this.maxTime = Lockstep.nanos(maxTime);
    }

    long now() {
        return now;
    }

    @Nullable
    Strand running() {
        return running;
    }

    @Nullable
    VirtualTimeError broken() {
        return broken;
    }

    void throwIfBroken() {
        if (broken != null) {
            throw broken;
        }
    }

    Trace trace() {
        return trace;
    }

    /** A number that stands still while nothing happens although something should; negative when nothing should. */
    long pulse() {
        return running == null && ready.isEmpty() ? -1 : turns;
    }

    /** Makes the calling thread, which is not one of ours, the one that runs. */
    Strand adopt(Lockstep lockstep) {
        if (main != null) {
            throw stranger(main);
        }
        Strand caller = Strand.caller(lockstep);
        main = caller;
        running = caller;
        return caller;
    }

    /** The adopted thread takes part no longer: nobody runs. */
    void release() {
        idleUntil = NOT_IDLE;
        running = null;
        main = null;
    }

    boolean isMain(Strand strand) {
        return strand == main;
    }

    Strand runningCaller() {
        Strand current = Objects.requireNonNull(running);
        if (!current.isOn(Thread.currentThread())) {
            throw stranger(Objects.requireNonNull(main));
        }
        return current;
    }

    /** The running strand begins to wait. Follow with {@link #next}. */
    void suspend(Strand strand, @Nullable VirtualSignal signal, long nanos) {
        if (nanos < Lockstep.FOREVER - now) {
            timers.add(strand, now + nanos);
        }
        if (signal != null) {
            signal.add(strand);
        }
        strand.state = State.WAITING;
    }

    /** The test thread begins to wait until time has come so far, or for {@link #ALL_ENDED}. Follow with {@link #next}. */
    void idle(Strand strand, long until) {
        strand.state = State.WAITING;
        idleUntil = until;
    }

    /** Chooses who runs next, letting time pass when it must. */
    Strand next() {
        for (; ; ) {
            Strand chosen = ready.take();
            if (chosen == null) {
                chosen = whenNoneIsReady();
            }
            if (chosen != null && chosen.cancelled) {
                retire(chosen);
            } else if (chosen != null) {
                if (chosen.state != State.NEW) {
                    chosen.state = State.RUNNING;
                }
                running = chosen;
                turns++;
                trace.add(now, chosen, chosen.event);
                return chosen;
            }
        }
    }

    /** Makes strands ready and gives null, or gives the test thread when it is what should run. */
    private @Nullable Strand whenNoneIsReady() {
        Strand test = Objects.requireNonNull(main);
        if (broken != null) {
            return unhook(test, Event.BROKEN); // last of all, so that the others have cleaned up when the test goes on
        }
        if (noticeInterrupts(test)) {
            return null;
        }
        Strand first = timers.first();
        if (idleUntil == ALL_ENDED) {
            if (live.isEmpty()) {
                return unhook(test, Event.QUIET);
            }
        } else if (idleUntil != NOT_IDLE && (first == null || first.due > idleUntil)) {
            now = idleUntil;
            return unhook(test, Event.QUIET);
        }
        if (first == null) {
            breakDown("Deadlock: every thread waits for another, and no time limit ends a wait");
        } else if (first.due > maxTime) {
            breakDown("Nothing can run before virtual time is over, at " + Standstill.at(maxTime));
        } else {
            jump(first.due);
        }
        return null;
    }

    private void jump(long due) {
        now = due;
        for (Strand first = timers.first(); first != null && first.due == due; first = timers.first()) {
            if (first.state == State.NEW) {
                timers.remove(first);
                admit(first);
            } else {
                wake(first, Event.TIME);
            }
        }
    }

    /**
     * Wakes those whose thread was interrupted directly, before time moves on. (A {@code Task.interrupt} needs no
     * search.) With more strands than are looked at, an interrupt may be noticed some jumps of time later.
     */
    private boolean noticeInterrupts(Strand test) {
        boolean noticed = false;
        if (test.isInterrupted()) {
            noticed = true;
            if (idleUntil == NOT_IDLE) {
                wake(test, Event.INTERRUPT);
            } else {
                breakDown("The test thread was interrupted while it waited for the others");
            }
        }
        for (int i = Math.min(INTERRUPT_CHECKS, live.size()); i > 0; i--) {
            interruptCursor = interruptCursor + 1 < live.size() ? interruptCursor + 1 : 0;
            Strand strand = live.get(interruptCursor);
            if (strand.state == State.WAITING && strand.isInterrupted()) {
                noticed = true;
                wake(strand, Event.INTERRUPT);
            }
        }
        return noticed;
    }

    /** Ends the wait of a strand: it goes on when its turn comes. */
    void wake(Strand strand, Event why) {
        unhook(strand, why);
        strand.state = State.READY;
        ready.add(strand);
    }

    private Strand unhook(Strand strand, Event why) {
        timers.remove(strand);
        if (strand.signal != null) {
            strand.signal.remove(strand);
        }
        strand.event = why;
        return strand;
    }

    void fire(VirtualSignal signal) {
        signal.markFired();
        for (Strand waiter = signal.firstWaiter(); waiter != null; waiter = signal.firstWaiter()) {
            wake(waiter, Event.SIGNAL);
        }
    }

    /** Takes in a new strand, which begins after the delay. */
    void add(Strand strand, long delay) {
        if (broken != null) {
            retire(strand); // new work would outlive a test that has failed already
        } else if (delay <= 0) {
            admit(strand);
        } else if (delay < Lockstep.FOREVER - now) {
            timers.add(strand, now + delay);
        }
    }

    private void admit(Strand strand) {
        strand.liveIndex = live.size();
        live.add(strand);
        ready.add(strand);
    }

    boolean cancel(Strand strand) {
        if (strand.state != State.NEW || strand.cancelled) {
            return false;
        }
        strand.cancelled = true; // one that is ready already leaves when its turn comes
        if (strand.liveIndex < 0) {
            timers.remove(strand);
            retire(strand);
        }
        return true;
    }

    /** The strand has ended, or never begins. */
    void retire(Strand strand) {
        strand.state = State.ENDED;
        if (strand.liveIndex >= 0) {
            Strand last = live.remove(live.size() - 1);
            if (last != strand) {
                live.set(strand.liveIndex, last);
                last.liveIndex = strand.liveIndex;
            }
            strand.liveIndex = -1;
        }
        fire(strand.done);
    }

    /** Ends every strand: each wait, now and later, throws. Only the first reason counts. */
    void breakDown(String why) {
        if (broken != null) {
            return;
        }
        broken = new VirtualTimeError(why + report());
        for (Strand timer : timers.all()) {
            cancel(timer); // does nothing to one that waits
        }
        for (Strand strand : List.copyOf(live)) {
            if (strand.state == State.WAITING) {
                wake(strand, Event.BROKEN);
            } else {
                cancel(strand); // does nothing to one that has begun: its next wait throws
            }
        }
    }

    private String report() {
        List<Strand> all = new ArrayList<>(live);
        if (main != null) {
            all.add(main);
        }
        return Standstill.report(now, all);
    }

    /** A line about each strand that has not ended, other than the running one. */
    List<String> stillRunning() {
        List<String> waiting = new ArrayList<>();
        for (Strand strand : live) {
            if (strand != running && !strand.cancelled) {
                waiting.add(Standstill.describe(strand));
            }
        }
        return waiting;
    }

    /** The same, and a line about each timer. */
    List<String> stillWaiting() {
        List<String> waiting = stillRunning();
        for (Strand timer : timers.all()) {
            if (timer.state == State.NEW) {
                waiting.add(Standstill.describe(timer));
            }
        }
        return waiting;
    }

    private static VirtualTimeError stranger(Strand main) {
        return new VirtualTimeError("Thread '" + Thread.currentThread().getName()
                + "' wants to wait in virtual time while '" + main.name
                + "' takes part in it. One test thread at a time can; start the others with fork(), start() or executor()"
                + " of the virtual runtime, which then takes turns with them.");
    }
}
