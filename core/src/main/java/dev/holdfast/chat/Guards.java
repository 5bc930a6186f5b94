package dev.holdfast.chat;

import dev.holdfast.context.CallContext;
import dev.holdfast.error.HoldfastException;
import java.util.Arrays;
import java.util.stream.Stream;

/** Guards that stand next to each other, outermost first: one reply for all of them, and one step around any work. */
final class Guards implements ModelLayer {
    static final Guards NONE = new Guards();

    private final GuardLayer[] guards;
    private final boolean mayClose;
    private final boolean seesChunks;
    private final boolean[] actAtOnce;

    Guards(GuardLayer... guards) {
        this.guards = guards;
        this.mayClose = Arrays.stream(guards).anyMatch(GuardLayer::mayClose);
        this.seesChunks = Arrays.stream(guards).anyMatch(GuardLayer::seesChunks);
        this.actAtOnce = new boolean[guards.length];
        for (int i = 0; i < guards.length; i++) {
            actAtOnce[i] = guards[i].actsAtOnce();
        }
    }

    int size() {
        return guards.length;
    }

    GuardLayer layer(int index) {
        return guards[index];
    }

    boolean actsAtOnce(int index) {
        return actAtOnce[index];
    }

    boolean seesChunks() {
        return seesChunks;
    }

    /** These, and those inside of them. */
    Guards with(Guards inner) {
        return new Guards(
                Stream.of(guards, inner.guards).flatMap(Arrays::stream).toArray(GuardLayer[]::new));
    }

    @Override
    public ChatModel around(ChatModel next) {
        return NamedModel.bare(next) instanceof Guarded guarded
                ? new Guarded(with(guarded.guards()), guarded.next())
                : new Guarded(this, next);
    }

    /** A model behind guards, which further guards in front of it find and join. */
    private record Guarded(Guards guards, ChatModel next) implements ChatModel {
        @Override
        public ChatReply send(ChatCall call) {
            return new GuardedReply(guards, next, call);
        }
    }

    @Override
    public <T> T call(CallContext context, Work<? extends T> work) throws Exception {
        return mayClose ? WorkModel.run(this, context, work) : callHere(context, work);
    }

    /** Where nobody can close it, there is no need for a reply that could be closed. */
    @SuppressWarnings("NullAway") // null is a result that work may return
    private <T> T callHere(CallContext context, Work<? extends T> work) throws Exception {
        Passage passage = new Passage(guards.length, context, null);
        T result = null;
        boolean begun = false;
        Throwable thrown = null;
        try {
            passage.admit(this);
            begun = true;
            result = work.call(passage.context());
        } catch (Throwable t) {
            thrown = t;
        }
        HoldfastException error = passage.end(thrown == null ? WorkModel.DONE : failed(passage, thrown))
                .error();
        if (thrown instanceof Error fatal) {
            throw fatal;
        }
        Exception ofWork = begun ? (Exception) thrown : null;
        if (error != null) {
            throw Work.thrown(error, ofWork);
        }
        if (thrown != null) {
            throw WorkModel.answeredInstead(ofWork);
        }
        return result;
    }

    private static Outcome failed(Passage passage, Throwable thrown) {
        CallContext context = passage.context();
        return LayerReply.named(Outcome.of(Work.errorOf(thrown, context)), context);
    }

    @Override
    public String toString() {
        return Arrays.toString(guards);
    }
}
