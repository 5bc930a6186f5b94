package dev.holdfast.chat;

import java.util.Objects;

/** A reply that failed before it began. */
final class EndedReply implements ChatReply {
    private final Outcome outcome;

    EndedReply(Outcome outcome) {
        this.outcome = outcome;
    }

    @Override
    public Chunk next() {
        throw Objects.requireNonNull(outcome.error());
    }

    @Override
    public Outcome outcome() {
        return outcome;
    }

    @Override
    public void close() {}
}
