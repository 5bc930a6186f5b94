package dev.holdfast.testkit;

import dev.holdfast.runtime.Cancellable;
import dev.holdfast.runtime.Task;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One line of execution in virtual time: a forked task, a timer's task, or the test thread while it takes part. It is
 * also its own node in every list that it can be on, which is why a wait allocates nothing.
 *
 * <p>Threading: fields are guarded by the lock of the {@link Lockstep}, except where they say otherwise.
 */
final class Strand implements Task, Cancellable, Runnable {

    /** Where a strand is in its life. */
    enum State {
        NEW,
        READY,
        RUNNING,
        WAITING,
        ENDED
    }

    /** Why a strand runs, as the trace tells it. */
    enum Event {
        BEGINS("begins"),
        TIME("goes on: its time has come"),
        SIGNAL("goes on: what it waited for has happened"),
        INTERRUPT("goes on: it was interrupted"),
        QUIET("goes on: the others are done or wait"),
        BROKEN("is ended: virtual time has broken down"),
        ENDS("ends");

        final String words;

        Event(String words) {
            this.words = words;
        }
    }

    private static final int YIELDS = 1_000; // less than a millisecond

    /** Whether some thread stays awake until its turn comes. */
    private static final AtomicBoolean AWAKE = new AtomicBoolean();

    final long id;
    final String name;
    final VirtualSignal done;
    State state = State.NEW;
    Event event = Event.BEGINS;
    boolean cancelled;
    int liveIndex = -1;
    long due = Lockstep.FOREVER;
    long order;
    int heapIndex = -1;

    @Nullable
    VirtualSignal signal;

    @Nullable
    Strand waiterBefore;

    @Nullable
    Strand waiterAfter;

    private final Lockstep lockstep;
    private final VirtualRuntime.@Nullable Action<?> work;

    /** Volatile: read by whoever wakes, interrupts or reports this strand. */
    private volatile @Nullable Thread thread;

    /** The baton, on its way to this strand. Set by the one who hands it over, cleared by the one who takes it. */
    private volatile boolean turn;

    /** An interrupt that was taken off the thread, because a thread that is marked as interrupted cannot park. */
    private volatile boolean interruptKept;

    private Strand(
            Lockstep lockstep,
            long id,
            String name,
            VirtualRuntime.@Nullable Action<?> work,
            @Nullable Thread thread,
            State state) {
        this.lockstep = lockstep;
        this.id = id;
        this.name = name;
        this.work = work;
        this.thread = thread;
        this.state = state;
        this.done = new VirtualSignal(lockstep, "the end of '" + name + "'");
    }

    static Strand of(Lockstep lockstep, long id, String name, VirtualRuntime.Action<?> work) {
        return new Strand(lockstep, id, name, work, null, State.NEW);
    }

    /** The calling thread, which was not started by us, as a participant. */
    static Strand caller(Lockstep lockstep) {
        Thread thread = Thread.currentThread();
        return new Strand(lockstep, 0, thread.getName(), null, thread, State.RUNNING);
    }

    @Override
    public boolean isDone() {
        return done.hasFired();
    }

    @Override
    public boolean join(Duration timeout) throws InterruptedException {
        return done.await(timeout);
    }

    @Override
    public void interrupt() {
        lockstep.interrupt(this);
    }

    @Override
    public boolean cancel() {
        return lockstep.cancel(this);
    }

    /** Runs on a worker thread, which goes on with other new strands as long as one of them is next. */
    @Override
    public void run() {
        Thread worker = Thread.currentThread();
        String workerName = worker.getName();
        Strand strand = this;
        while (strand != null) {
            strand = strand.perform(worker);
        }
        worker.setName(workerName);
    }

    private @Nullable Strand perform(Thread worker) {
        Throwable thrown = null;
        if (lockstep.begin(this, worker)) {
            if (!worker.getName().equals(name)) { // setting it is a system call, and timers all have the same
                worker.setName(name);
            }
            try {
                if (work != null) {
                    work.run();
                }
            } catch (Throwable t) { // whatever it is: it must not take the worker and the baton with it
                thrown = t;
            }
        }
        return lockstep.end(this, thrown);
    }

    void begins(Thread worker) {
        thread = worker;
    }

    @Nullable
    Thread thread() {
        return thread;
    }

    boolean isOn(Thread candidate) {
        return thread == candidate;
    }

    /** Gives this strand the baton. Called without the lock by the one who had it. */
    void go() {
        if (thread == null) {
            VirtualWorkers.EXECUTOR.execute(this);
        } else {
            turn = true;
            LockSupport.unpark(thread);
        }
    }

    /**
     * Blocks the calling thread, which must be this strand's, until it is given the baton. Deaf to interrupts.
     *
     * <p>A platform thread yields once before it parks: the one that it has woken then takes over this core, instead of
     * waiting for another to come out of its idle state. One thread at a time goes on yielding for a while: it keeps a
     * core awake, and is there at once when its turn comes soon. Measured on two idle cores, that is a third faster for a
     * thousand threads, twenty times as fast for two that wake each other, and slower where the one that goes on has to
     * be started first. More than one of them are slower.
     *
     * @param started whether the one that goes on now has a thread already
     */
    @SuppressWarnings("ThreadPriorityCheck") // correct without the yields, only slower
    void awaitTurn(boolean started) {
        if (!VirtualWorkers.VIRTUAL_THREADS) {
            Thread.yield();
            if (started && !turn && AWAKE.compareAndSet(false, true)) {
                for (int i = 0; i < YIELDS && !turn; i++) {
                    Thread.yield();
                }
                AWAKE.set(false);
            }
        }
        while (!turn) {
            LockSupport.park(this);
            if (Thread.currentThread().isInterrupted()) {
                interruptKept = true; // before the flag goes: whoever looks sees one of the two
                Thread.interrupted();
            }
        }
        turn = false;
    }

    void keepInterrupt() {
        interruptKept = true;
    }

    boolean isInterrupted() {
        Thread current = thread;
        return interruptKept || (current != null && current.isInterrupted());
    }

    /** Called by this strand's thread after a wait: an interrupt that nobody was told of goes back to the thread. */
    void restoreInterrupt() {
        if (interruptKept) {
            interruptKept = false;
            Thread.currentThread().interrupt();
        }
    }

    /** Called by this strand's thread when it tells of the interrupt, by throwing. */
    void forgetInterrupt() {
        interruptKept = false;
        Thread.interrupted();
    }
}
