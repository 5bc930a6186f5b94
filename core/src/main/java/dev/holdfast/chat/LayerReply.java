package dev.holdfast.chat;

import dev.holdfast.context.CallContext;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reply of a layer: keeps the laws of {@link ChatReply}, so that a layer only says what it does when a call begins
 * ({@link #open}) and when it has ended ({@link #onEnd}).
 *
 * <p>However the call ends (completed, failed below, refused by the layer itself, closed by any thread, interrupted),
 * {@code onEnd} runs exactly once, after everything below has ended; and not at all if the work was never begun.
 *
 * <p><b>Threading.</b> {@link #open} and {@link #onChunk} run in the consumer's thread. {@link #onOutcome} and
 * {@link #onEnd} run there too, or in the thread that closes; never while {@code open} runs.
 */
public abstract class LayerReply implements ChatReply {
    private static final Logger log = LoggerFactory.getLogger(LayerReply.class);

    private static final int NEW = 0;
    private static final int OPENING = 1;
    private static final int OPEN = 2;

    private static final VarHandle STATE;
    private static final VarHandle ENDED;
    private static final VarHandle BELOW;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(LayerReply.class, "state", int.class);
            ENDED = lookup.findVarHandle(LayerReply.class, "ended", Outcome.class);
            BELOW = lookup.findVarHandle(LayerReply.class, "below", ChatReply.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile int state = NEW;
    private volatile boolean closed;
    private volatile @Nullable Outcome ended;
    private @Nullable ChatReply below; // published by the write of OPEN to state

    /** For layers. */
    protected LayerReply() {}

    /**
     * Begins: admits the call, acquires what it needs, and sends it on. Called once, by the first {@link #next}. What it
     * acquired before it throws is given back in {@link #onEnd} as always.
     *
     * @return the reply of the model below
     */
    protected abstract ChatReply open();

    /** Takes the next chunk from the reply below; null when the answer is complete. */
    @Nullable
    Chunk pull(ChatReply below) {
        return below.next();
    }

    /**
     * Sees a chunk pass.
     *
     * @param chunk on its way to the consumer
     */
    protected void onChunk(Chunk chunk) {}

    /**
     * Changes the outcome on its way up, for example to add what the layer knows. Pure: it may run twice when a close
     * races with the end, and only one result counts.
     *
     * @param outcome how the call below ended
     * @return how this call ends
     */
    protected Outcome onOutcome(Outcome outcome) {
        return outcome;
    }

    /**
     * Gives back what {@link #open} acquired, and tells whoever wants to know. Runs exactly once if {@code open} was
     * entered.
     *
     * @param outcome how this call ended
     */
    protected void onEnd(Outcome outcome) {}

    /**
     * Says whose call it is, so that an error from below that does not know it can be told by it. Asked only when the call
     * did not complete.
     *
     * @return the context of the call; null, as by default, where it is not to be added
     */
    protected @Nullable CallContext context() {
        return null;
    }

    /**
     * Wakes {@link #open} when another thread closes the reply while it waits. A layer whose {@code open} can wait for
     * longer than a lock must override this.
     */
    protected void onCloseWhileOpening() {}

    /** Lets a close find the reply that is tried while {@link #open} goes on. A check of {@link #isClosed} has to follow. */
    final void tries(@Nullable ChatReply reply) {
        BELOW.setVolatile(this, reply);
    }

    /** What is tried. */
    final @Nullable ChatReply tried() {
        return (ChatReply) BELOW.getVolatile(this);
    }

    /**
     * Tells a waiting {@link #open} whether there is any use in going on.
     *
     * @return true once the reply has been closed
     */
    protected final boolean isClosed() {
        return closed;
    }

    @Override
    public final @Nullable Chunk next() {
        Outcome end = ended;
        if (end != null) {
            return endOf(end);
        }
        ChatReply reply = below;
        try {
            if (reply == null) {
                reply = begin();
                if (reply == null) {
                    return endOf(finish(notSent(), false));
                }
            }
            Chunk chunk = pull(reply);
            if (chunk != null) {
                onChunk(chunk);
                return chunk;
            }
            end = finish(reply.outcome(), true);
        } catch (Throwable thrown) {
            end = finish(outcomeOf(thrown, reply), true);
            if (thrown instanceof Error error) {
                throw error;
            }
        }
        return endOf(end);
    }

    /** Opens; null when the reply was closed before or meanwhile and there is nothing below. */
    private @Nullable ChatReply begin() {
        if (!STATE.compareAndSet(this, NEW, OPENING)) {
            return null;
        }
        ChatReply reply = Objects.requireNonNull(open(), "a model returned null for a reply");
        below = reply;
        state = OPEN;
        if (closed) { // a close that came while opening left the rest to us
            reply.close();
        }
        return reply;
    }

    @Override
    public final Outcome outcome() {
        Outcome end = ended;
        if (end == null) {
            throw new IllegalStateException("the reply has not ended: read it to the end or close it first");
        }
        return end;
    }

    @Override
    public final void close() {
        if (ended != null) {
            return;
        }
        closed = true;
        if (STATE.compareAndSet(this, NEW, OPEN)) {
            finish(notSent(), false);
            return;
        }
        if (state == OPENING) {
            onCloseWhileOpening();
            return; // the consumer's thread is in open(); it ends the reply as soon as it comes out
        }
        ChatReply reply = below;
        if (reply != null) {
            Throwable broken = closed(reply);
            Outcome end = broken == null ? endedOutcome(reply) : Outcome.of(broken);
            if (end != null) { // else the consumer's thread is still within it, and ends it on its way out
                finish(end, true);
            }
        }
    }

    /** Closes the reply below; gives what it threw, which it must not, and which must not keep this one from ending. */
    static @Nullable Throwable closed(ChatReply reply) {
        try {
            reply.close();
            return null;
        } catch (RuntimeException | Error e) {
            log.error("{} threw when it was closed", reply.getClass().getName(), e);
            return e;
        }
    }

    private static @Nullable Chunk endOf(Outcome end) {
        HoldfastException error = end.error();
        if (error != null) {
            throw error;
        }
        return null;
    }

    /** Sets the outcome if nobody did before, and runs the end once. */
    private Outcome finish(Outcome raw, boolean begun) {
        Outcome below = named(raw);
        Outcome end = begun ? mapped(below) : below;
        if (!ENDED.compareAndSet(this, null, end)) {
            return Objects.requireNonNull(ended);
        }
        if (begun) {
            try {
                ended(below, end);
            } catch (RuntimeException | Error e) {
                // The answer is there; a layer that cannot give back must not take it away.
                log.error("{} failed to end a call", getClass().getName(), e);
            }
        }
        return end;
    }

    /** Ends what this layer did, knowing how it ended below and what was made of it. */
    void ended(Outcome below, Outcome end) {
        onEnd(end);
    }

    private Outcome named(Outcome end) {
        if (end.error() == null) {
            return end;
        }
        try {
            return named(end, context());
        } catch (RuntimeException | Error e) { // as in mapped
            log.error("{} failed to say whose call it is", getClass().getName(), e);
            return end;
        }
    }

    /** An error that does not say whose call it ended: it comes from somebody else's code, or from a close. */
    static Outcome named(Outcome end, @Nullable CallContext context) {
        HoldfastException error = end.error();
        if (error == null
                || context == null
                || isNamed(error.callId(), error.runId(), error.details().configVersion())
                || !isNamed(context.callId(), context.runId(), context.configVersion())) {
            return end;
        }
        return Outcome.of(
                error.with(error.details().toBuilder().context(context).build()));
    }

    private static boolean isNamed(String callId, String runId, String configVersion) {
        return !callId.isEmpty() || !runId.isEmpty() || !configVersion.isEmpty();
    }

    private Outcome mapped(Outcome raw) {
        try {
            return Objects.requireNonNull(onOutcome(raw), "a layer returned null for an outcome");
        } catch (RuntimeException | Error e) { // whatever it is: the call must end, and give back
            log.error("{} failed to read an outcome", getClass().getName(), e);
            return raw;
        }
    }

    /** The end of a reply that threw: as told by the one below if it has ended, else what the throwable says. */
    private Outcome outcomeOf(Throwable thrown, @Nullable ChatReply reply) {
        if (reply == null) {
            return closed && !(thrown instanceof Error) ? cancelledBy(thrown) : Outcome.of(thrown);
        }
        closed(reply); // it was not the one below that threw, or it broke the law and may still hold something
        Outcome below = endedOutcome(reply);
        if (below == null) {
            return Outcome.of(thrown);
        }
        boolean itsOwn = below.error() == thrown || below instanceof Outcome.Failed;
        return itsOwn ? below : failedWith(thrown, below);
    }

    /** A layer's own failure after something had come from below: what came, and what it cost, goes with the error. */
    private static Outcome failedWith(Throwable thrown, Outcome below) {
        Outcome own = Outcome.of(thrown);
        HoldfastException error = Objects.requireNonNull(own.error());
        return Outcome.of(error.with(error.details().toBuilder()
                .partial(below.message())
                .usage(below.usage(), below.billing())
                .cost(below.cost().orElse(null))
                .attempts(below.attempts())
                .build()));
    }

    private static Outcome cancelledBy(Throwable thrown) {
        HoldfastException error = Objects.requireNonNull(Outcome.of(thrown).error());
        return error instanceof CancelledException cancelled
                ? new Outcome.Cancelled(cancelled)
                : new Outcome.Cancelled(
                        new CancelledException("closed while the call was being sent", error.details(), thrown));
    }

    private static Outcome notSent() {
        return new Outcome.Cancelled(
                new CancelledException("closed before the call was sent", ErrorDetails.nothingSent(), null));
    }

    /** The outcome below; null when it keeps it to itself (it is still opening in the consumer's thread). */
    private static @Nullable Outcome endedOutcome(ChatReply reply) {
        try {
            return reply.outcome();
        } catch (IllegalStateException stillOpening) {
            return null;
        }
    }
}
