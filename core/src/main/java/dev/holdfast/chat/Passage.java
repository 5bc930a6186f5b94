package dev.holdfast.chat;

import dev.holdfast.context.CallContext;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way of one call through a row of guards: what they hold for it, and what they make of its end. */
final class Passage implements GuardedCall {
    static final Permit NOTHING = (outcome, call) -> {};

    private static final Logger log = LoggerFactory.getLogger(Passage.class);

    private final @Nullable Permit[] permits;
    private int admitted; // how many guards have let the call through
    private CallContext context;
    private @Nullable ChatCall call; // null for work of the application until somebody asks
    private final @Nullable GuardedReply reply; // null where nobody can close the call
    private @Nullable HoldfastRuntime clock; // whose clocks have been read in this step
    private long nanoTime;
    private @Nullable Instant now;
    private volatile @Nullable Signal waiting;
    private @Nullable Steps steps;

    /** What the guards, by their index, made of an outcome below; kept so that an end is told of what was answered. */
    private static final class Steps {
        private final Outcome below;
        private final Outcome[] each;

        Steps(Outcome below, Outcome[] each) {
            this.below = below;
            this.each = each;
        }
    }

    /** Of work that nobody can close. */
    Passage(int guards, CallContext context) {
        this.permits = new Permit[guards];
        this.context = context;
        this.reply = null;
    }

    Passage(int guards, ChatCall call, GuardedReply reply) {
        this.permits = new Permit[guards];
        this.context = call.context();
        this.call = call;
        this.reply = reply;
    }

    void admit(GuardLayer[] guards) {
        for (GuardLayer guard : guards) {
            permits[admitted] = Objects.requireNonNull(guard.admit(this), "a guard returned null for a permit");
            admitted++;
            if (isClosed()) {
                throw new CancelledException(
                        "closed before the call was sent", ErrorDetails.nothingSent(context), null);
            }
        }
    }

    private boolean isClosed() {
        return reply != null && reply.isGivenUp();
    }

    @Override
    public ChatCall call() {
        ChatCall known = call;
        if (known == null) {
            known = new ChatCall(ChatRequest.empty(), context);
            call = known;
        }
        return known;
    }

    @Override
    public CallContext context() {
        return context;
    }

    @Override
    public ChatRequest request() {
        return call == null ? ChatRequest.empty() : call.request();
    }

    @Override
    public void forward(ChatCall changed) {
        call = Objects.requireNonNull(changed, "changed");
        context = changed.context();
    }

    @Override
    public long nanoTime(HoldfastRuntime runtime) {
        if (clock != runtime) {
            clock = runtime;
            nanoTime = runtime.nanoTime();
            now = null;
        }
        return nanoTime;
    }

    @Override
    public Instant now(HoldfastRuntime runtime) {
        long read = nanoTime(runtime);
        Instant known = now;
        if (known == null) {
            known = runtime.at(read);
            now = known;
        }
        return known;
    }

    @Override
    public void await(Signal signal, Duration timeout, String what) {
        waiting = signal; // before the check: a close either finds the signal or is seen here
        try {
            if (!isClosed()) {
                signal.await(timeout);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cancelled("interrupted", what, e);
        } finally {
            waiting = null;
            clock = null;
        }
        if (isClosed()) {
            throw cancelled("closed", what, null);
        }
    }

    private CancelledException cancelled(String how, String what, @Nullable InterruptedException cause) {
        return new CancelledException(how + " while it waited for " + what, ErrorDetails.nothingSent(context), cause);
    }

    void onChunk(Chunk chunk) {
        for (int i = admitted - 1; i >= 0; i--) {
            permit(i).onChunk(chunk);
        }
    }

    /** Fires a signal when the call is closed while somebody waits for its answer to begin. */
    void wakesOnClose(Signal signal) {
        waiting = signal; // before the check, as above
        if (isClosed()) {
            signal.fire();
        }
    }

    /** Takes over the clocks of whoever sends this call and has just read them. */
    void startAt(Passage sender) {
        clock = sender.clock;
        nanoTime = sender.nanoTime;
        now = sender.now;
    }

    /** Somebody may have taken his time: the clocks are read anew. */
    void letTimePass() {
        clock = null;
    }

    /** Ends a wait, from another thread. */
    void wake() {
        Signal signal = waiting;
        if (signal != null) {
            signal.fire();
        }
    }

    @Override
    public void close() {
        if (reply == null) {
            throw new IllegalStateException("a guard that closes calls has to say so: override mayClose()");
        }
        reply.close();
    }

    /** What the guards make of an outcome, the innermost first. Changes nothing that anybody could see. */
    Outcome mapped(Outcome below) {
        Outcome outcome = reply == null ? below : reply.changed(below);
        Outcome[] each = null;
        if (outcome != below) {
            each = new Outcome[admitted];
            Arrays.fill(each, outcome);
        }
        for (int i = admitted - 1; i >= 0; i--) {
            Outcome above = mapped(permit(i), outcome);
            if (above != outcome && each == null) {
                each = new Outcome[admitted];
                Arrays.fill(each, outcome);
            }
            if (each != null) {
                each[i] = above;
            }
            outcome = above;
        }
        steps = each == null ? null : new Steps(below, each);
        return outcome;
    }

    private static Outcome mapped(Permit permit, Outcome outcome) {
        try {
            return Objects.requireNonNull(permit.onOutcome(outcome), "a permit returned null for an outcome");
        } catch (RuntimeException | Error e) { // whatever it is: the call must end, and give back
            log.error("{} failed to read an outcome", permit.getClass().getName(), e);
            return outcome;
        }
    }

    /** Ends every permit, the innermost first, with the outcome as its guard sees it. */
    void end(Outcome below, Outcome end) {
        clock = null;
        Steps seen = steps;
        if (seen == null ? below != end : seen.below != below) { // another thread raced us, with another outcome
            mapped(below);
            seen = steps;
        }
        for (int i = admitted - 1; i >= 0; i--) {
            end(permit(i), seen == null ? end : seen.each[i]);
        }
    }

    /** For work that nobody can close. */
    Outcome end(Outcome below) {
        Outcome end = mapped(below);
        end(below, end);
        return end;
    }

    private void end(Permit permit, Outcome outcome) {
        try {
            permit.end(outcome, this);
        } catch (RuntimeException | Error e) {
            // The answer is there; a guard that cannot give back must not take it away, nor what others give back.
            log.error("{} failed to end a call", permit.getClass().getName(), e);
        }
    }

    private Permit permit(int index) {
        return Objects.requireNonNull(permits[index]);
    }
}
