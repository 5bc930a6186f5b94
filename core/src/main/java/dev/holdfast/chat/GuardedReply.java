package dev.holdfast.chat;

import dev.holdfast.context.CallContext;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The reply of all guards that stand next to each other, and of the choices and tries right behind them. */
final class GuardedReply extends LayerReply implements Opening {
    private final Guards guards;
    private final ChatModel next;
    private final ClosablePassage passage;
    private @Nullable Chunk first; // read ahead, the consumer's
    private @Nullable UnaryOperator<Outcome> change;

    GuardedReply(Guards guards, ChatModel next, ChatCall call) {
        this.guards = guards;
        this.next = next;
        this.passage = new ClosablePassage(guards.layers().length, call, this);
    }

    @Override
    protected ChatReply open() {
        passage.admit(guards.layers());
        ChatModel model = NamedModel.bare(next);
        while (model instanceof ChoosingModel choosing) {
            model = NamedModel.bare(choosing.choose(passage));
            passage.letTimePass();
        }
        if (!(model instanceof TryingModel several)) {
            return model.send(passage.call());
        }
        ChatReply begun = several.begin(passage.call(), this);
        if (begun != tried()) { // it answers by another than it has sent
            first = null;
        }
        return begun;
    }

    @Override
    public ChatReply begin(ChatModel target, ChatCall call) {
        ChatModel model = NamedModel.bare(target);
        if (model instanceof TryingModel several) {
            return several.begin(call, this);
        }
        ChatReply reply = null;
        try {
            reply = Objects.requireNonNull(model.send(call), "a model returned null for a reply");
            tries(reply);
            if (isGivenUp()) { // the close may have come before it could see this reply
                reply.close();
            }
            if (reply instanceof GuardedReply guarded) {
                guarded.passage.startAt(passage);
            }
            passage.letTimePass();
            first = reply.next();
            return reply;
        } catch (RuntimeException | Error thrown) {
            if (reply != null) {
                closed(reply); // one that keeps the laws has ended; one that does not must not go on unseen
            }
            if (thrown instanceof Error error) {
                throw error;
            }
            throw Objects.requireNonNull(Outcome.of(thrown).error());
        }
    }

    @Override
    @Nullable
    Chunk pull(ChatReply below) {
        Chunk ahead = first;
        if (ahead == null) {
            return below.next();
        }
        first = null;
        return ahead;
    }

    @Override
    protected void onChunk(Chunk chunk) {
        if (guards.seesChunks()) {
            passage.onChunk(chunk);
        }
    }

    @Override
    protected void onCloseWhileOpening() {
        passage.wake();
        ChatReply tried = tried();
        if (tried != null) {
            tried.close();
        }
    }

    @Override
    public boolean isGivenUp() {
        return isClosed();
    }

    @Override
    public void onClose(Signal signal) {
        passage.wakesOnClose(signal);
    }

    @Override
    public void onOutcome(UnaryOperator<Outcome> change) {
        UnaryOperator<Outcome> inner = this.change;
        this.change = inner == null ? change : outcome -> change.apply(inner.apply(outcome));
    }

    /** What the tries make of an outcome below. */
    Outcome changed(Outcome below) {
        return change == null ? below : change.apply(below);
    }

    @Override
    public long nanoTime(HoldfastRuntime runtime) {
        return passage.nanoTime(runtime);
    }

    @Override
    protected CallContext context() {
        return passage.context();
    }

    @Override
    protected Outcome onOutcome(Outcome outcome) {
        return passage.mapped(outcome);
    }

    @Override
    void ended(Outcome below, Outcome end) {
        passage.end(below, end);
    }
}
