package dev.holdfast.chat;

import dev.holdfast.context.CallContext;

/** The reply of all guards that stand next to each other. */
final class GuardedReply extends LayerReply {
    private final Guards guards;
    private final ChatModel next;
    private final Passage passage;

    GuardedReply(Guards guards, ChatModel next, ChatCall call) {
        this.guards = guards;
        this.next = next;
        this.passage = new Passage(guards.layers().length, call, this);
    }

    @Override
    protected ChatReply open() {
        passage.admit(guards.layers());
        return ChoosingModel.begin(next, passage);
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
    }

    boolean isGivenUp() {
        return isClosed();
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
