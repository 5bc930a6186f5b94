package dev.holdfast.chat;

import dev.holdfast.context.CallContext;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The reply of all guards that stand next to each other, and of the choices and tries right behind them. */
final class GuardedReply extends LayerReply implements Opening {
    private static final Logger log = LoggerFactory.getLogger(GuardedReply.class);

    private final Guards guards;
    private final ChatModel next;
    private final ClosablePassage passage;
    private @Nullable Chunk first; // read ahead, the consumer's
    private @Nullable UnaryOperator<Outcome> change;

    GuardedReply(Guards guards, ChatModel next, ChatCall call) {
        this.guards = guards;
        this.next = next;
        this.passage = new ClosablePassage(guards.size(), call, this);
    }

    @Override
    protected ChatReply open() {
        passage.admit(guards);
        ChatModel model = NamedModel.bare(next);
        while (model instanceof ChoosingModel choosing) {
            model = NamedModel.bare(choosing.choose(passage));
            if (!choosing.actsAtOnce()) {
                passage.letTimePass();
            }
        }
        if (!(model instanceof TryingModel several)) {
            return model.send(passage.call());
        }
        ChatReply begun = null;
        try {
            begun = several.begin(passage.call(), this);
            return begun;
        } finally {
            if (begun != tried()) { // it answers by another than it has sent, or threw after it had sent one
                leave(tried());
                first = null;
            }
        }
    }

    @Override
    public ChatReply begin(ChatModel target, ChatCall call) {
        ChatReply earlier = tried();
        Chunk firstOfEarlier = first;
        UnaryOperator<Outcome> changeOfEarlier = change;
        change = null; // what was given for a try goes with it
        try {
            ChatModel model = NamedModel.bare(target);
            ChatReply begun = model instanceof TryingModel several ? several.begin(call, this) : send(model, call);
            if (earlier != begun) {
                leave(earlier);
            }
            return begun;
        } catch (RuntimeException | Error thrown) {
            if (tried() != earlier) { // one that keeps the laws has ended; one that does not must not go on unseen
                leave(tried());
                tries(earlier);
            }
            first = firstOfEarlier;
            change = changeOfEarlier;
            if (thrown instanceof Error error) {
                throw error;
            }
            throw Objects.requireNonNull(Outcome.of(thrown).error());
        }
    }

    private ChatReply send(ChatModel model, ChatCall call) {
        ChatReply reply = Objects.requireNonNull(model.send(call), "a model returned null for a reply");
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
    }

    private static void leave(@Nullable ChatReply tried) {
        if (tried != null) {
            closed(tried);
        }
    }

    @Override
    @Nullable
    Chunk pull(ChatReply below) {
        Chunk ahead = first;
        first = null;
        // Of a call that was closed while it was opened nothing is handed up: this is where it ends.
        return ahead == null || isGivenUp() ? below.next() : ahead;
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
        if (change == null) {
            return below;
        }
        try {
            return Objects.requireNonNull(change.apply(below), "a try returned null for an outcome");
        } catch (RuntimeException | Error e) { // whatever it is: the call must end, and give back
            log.error("a model that tries failed to read an outcome", e);
            return below;
        }
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
