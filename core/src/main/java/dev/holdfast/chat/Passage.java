package dev.holdfast.chat;

import dev.holdfast.context.CallContext;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way of work through a row of guards, and what they hold for it. Nobody can close it. */
class Passage implements GuardedCall {
    static final Permit NOTHING = (outcome, call) -> {};

    private static final Logger log = LoggerFactory.getLogger(Passage.class);
    private static final Permit[] NO_PERMITS = {};

    private final @Nullable Permit[] permits;
    private int admitted; // how many guards have let the call through
    private CallContext context;
    private @Nullable ChatCall call; // null for work of the application until somebody asks
    private @Nullable HoldfastRuntime clock; // whose clock has been read in this step
    private long nanoTime;

    Passage(int guards, CallContext context, @Nullable ChatCall call) {
        this.permits = guards == 0 ? NO_PERMITS : new Permit[guards];
        this.context = context;
        this.call = call;
    }

    final void admit(Guards guards) {
        for (int i = 0; i < guards.size(); i++) {
            permits[i] = Objects.requireNonNull(guards.layer(i).admit(this), "a guard returned null for a permit");
            admitted = i + 1;
            if (!guards.actsAtOnce(i)) {
                letTimePass();
            }
            if (isClosed()) {
                throw new CancelledException(
                        "closed before the call was sent", ErrorDetails.nothingSent(context), null);
            }
        }
    }

    boolean isClosed() {
        return false;
    }

    @Override
    public final ChatCall call() {
        ChatCall known = call;
        if (known == null) {
            known = new ChatCall(ChatRequest.empty(), context);
            call = known;
        }
        return known;
    }

    @Override
    public final CallContext context() {
        return context;
    }

    @Override
    public final ChatRequest request() {
        return call == null ? ChatRequest.empty() : call.request();
    }

    @Override
    public final void forward(ChatCall changed) {
        call = Objects.requireNonNull(changed, "changed");
        context = changed.context();
    }

    @Override
    public final long nanoTime(HoldfastRuntime runtime) {
        if (clock != runtime) {
            letTimePass();
            clock = runtime;
            nanoTime = runtime.nanoTime();
        }
        return nanoTime;
    }

    @Override
    public Instant now(HoldfastRuntime runtime) {
        return runtime.at(nanoTime(runtime));
    }

    /** Somebody may have taken his time: the clock is read anew. */
    void letTimePass() {
        clock = null;
    }

    /** Takes over the clock of whoever sends this call and has just read it. */
    final void startAt(Passage sender) {
        letTimePass();
        clock = sender.clock;
        nanoTime = sender.nanoTime;
    }

    @Override
    public final void await(Signal signal, Duration timeout, String what) {
        try {
            await(signal, timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cancelled("interrupted", what, e);
        } finally {
            letTimePass();
        }
        if (isClosed()) {
            throw cancelled("closed", what, null);
        }
    }

    void await(Signal signal, Duration timeout) throws InterruptedException {
        signal.await(timeout);
    }

    private CancelledException cancelled(String how, String what, @Nullable InterruptedException cause) {
        return new CancelledException(how + " while it waited for " + what, ErrorDetails.nothingSent(context), cause);
    }

    @Override
    public void close() {
        throw new IllegalStateException("a guard that closes calls has to say so: override mayClose()");
    }

    /** Ends the permits, the innermost first, each with the outcome as its guard sees it. */
    final Outcome end(Outcome below) {
        letTimePass();
        Outcome outcome = below;
        for (int i = admitted - 1; i >= 0; i--) {
            Permit permit = permit(i);
            outcome = mapped(permit, outcome);
            end(permit, outcome);
        }
        return outcome;
    }

    static Outcome mapped(Permit permit, Outcome outcome) {
        try {
            return Objects.requireNonNull(permit.onOutcome(outcome), "a permit returned null for an outcome");
        } catch (RuntimeException | Error e) { // whatever it is: the call must end, and give back
            log.error("{} failed to read an outcome", permit.getClass().getName(), e);
            return outcome;
        }
    }

    final void end(Permit permit, Outcome outcome) {
        try {
            permit.end(outcome, this);
        } catch (RuntimeException | Error e) {
            // The answer is there; a guard that cannot give back must not take it away, nor what others give back.
            log.error("{} failed to end a call", permit.getClass().getName(), e);
        }
    }

    final int admitted() {
        return admitted;
    }

    final Permit permit(int index) {
        return Objects.requireNonNull(permits[index]);
    }
}
