package dev.holdfast.chat;

import dev.holdfast.error.CancelledException;
import dev.holdfast.error.ErrorDetails;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A whole answer in one chunk. */
final class OneChunkReply extends AtomicReference<@Nullable Outcome> implements ChatReply {
    private static final long serialVersionUID = 1L;

    private final transient ChatResponse response;
    private boolean delivered; // the consumer's; whoever closes may see it a moment too late

    OneChunkReply(ChatResponse response) {
        this.response = Objects.requireNonNull(response, "response");
    }

    @Override
    public @Nullable Chunk next() {
        if (!delivered && get() == null) {
            delivered = true;
            return new Chunk.Whole(response.message());
        }
        compareAndSet(null, new Outcome.Completed(response));
        Outcome outcome = outcome();
        if (outcome.error() != null) {
            throw outcome.error();
        }
        return null;
    }

    @Override
    public Outcome outcome() {
        Outcome outcome = get();
        if (outcome == null) {
            throw new IllegalStateException("the reply has not ended: read it to the end or close it first");
        }
        return outcome;
    }

    @Override
    public void close() {
        if (get() == null) {
            ErrorDetails details = ErrorDetails.builder()
                    .partial(delivered ? response.message() : Message.nothing())
                    .usage(response.usage(), Billing.BILLED)
                    .cost(response.cost().orElse(null))
                    .endpoint(response.endpoint())
                    .attempts(response.attempts())
                    .build();
            compareAndSet(
                    null,
                    new Outcome.Cancelled(new CancelledException("closed before the answer was read", details, null)));
        }
    }
}
