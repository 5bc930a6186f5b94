package dev.holdfast.resilience;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.LayerReply;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A reply that may try several times until a first chunk is there. As nothing reaches the consumer before that, and
 * nothing is tried after it, no answer is ever patched together from two.
 */
abstract class FirstChunkReply extends LayerReply {
    private volatile @Nullable ChatReply current;
    private @Nullable Chunk first; // the consumer's, as the next one
    private boolean readAhead;

    /**
     * Sends a call and waits for its first chunk.
     *
     * @return the reply, its first chunk still to be read
     * @throws HoldfastException when there is no answer
     */
    final ChatReply begin(ChatModel target, ChatCall call) {
        ChatReply reply = null;
        try {
            reply = Objects.requireNonNull(target.send(call), "a model returned null for a reply");
            current = reply;
            if (isClosed()) { // the close may have come before it could see this reply
                reply.close();
            }
            first = reply.next();
            readAhead = true;
            return reply;
        } catch (RuntimeException thrown) {
            if (reply != null) {
                reply.close(); // a model that keeps the laws has ended; one that does not must not go on unseen
            }
            throw Failures.errorOf(thrown);
        } catch (Error thrown) {
            if (reply != null) {
                reply.close();
            }
            throw thrown;
        }
    }

    @Override
    protected final @Nullable Chunk pull(ChatReply below) {
        if (!readAhead) {
            return below.next();
        }
        readAhead = false;
        Chunk chunk = first;
        first = null;
        return chunk;
    }

    @Override
    protected void onCloseWhileOpening() {
        ChatReply reply = current;
        if (reply != null) {
            reply.close();
        }
    }

    /** The caller gave up between two tries; what the tries before have spent goes with it. */
    static CancelledException givenUp(HoldfastException last, @Nullable InterruptedException interrupt) {
        ErrorDetails details = last.details();
        String why = interrupt == null ? "closed" : "interrupted";
        CancelledException cancelled = new CancelledException(why + " between two attempts", details, interrupt);
        cancelled.addSuppressed(last);
        return cancelled;
    }
}
