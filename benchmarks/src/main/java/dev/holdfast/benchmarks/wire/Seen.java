package dev.holdfast.benchmarks.wire;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Outcome;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.TaskException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller sees of one reply.
 *
 * @param chunks the pieces, in order
 * @param outcome how it ended; null when it did not end as the library promises
 * @param broken how it broke that promise, null when it did not
 */
record Seen(
        List<Chunk> chunks,
        @Nullable Outcome outcome,
        @Nullable String broken) {
    private static final CallContext NOBODY = CallContext.of(Caller.of("replay"));

    /** Asks, and reads to the end. */
    static Seen of(ChatModel model, ChatRequest request) {
        List<Chunk> chunks = new ArrayList<>();
        try (ChatReply reply = model.send(new ChatCall(request, NOBODY))) {
            HoldfastException thrown = null;
            try {
                for (Chunk chunk = reply.next(); chunk != null; chunk = reply.next()) {
                    chunks.add(chunk);
                }
            } catch (HoldfastException e) {
                thrown = e;
            }
            Outcome outcome = reply.outcome();
            if (outcome.error() != thrown) {
                return new Seen(chunks, null, "next() and outcome() tell different ends");
            }
            // Nobody's code but the library's own runs here, so this is a bug of its own in disguise.
            return thrown instanceof TaskException
                    ? new Seen(chunks, null, "an unexpected " + thrown.getCause())
                    : new Seen(chunks, outcome, null);
        } catch (RuntimeException | StackOverflowError e) {
            return new Seen(chunks, null, "an unexpected " + e);
        }
    }

    /** The whole answer; null when it did not complete. */
    @Nullable
    ChatResponse response() {
        return outcome instanceof Outcome.Completed completed ? completed.response() : null;
    }

    @Nullable
    HoldfastException error() {
        return outcome == null ? null : outcome.error();
    }

    /** How it ended, in a word or two. */
    String end() {
        if (outcome == null) {
            return String.valueOf(broken);
        }
        HoldfastException error = outcome.error();
        return error == null ? "completed" : error.getClass().getSimpleName() + ": " + error.getMessage();
    }

    /** The words of its pieces. */
    String streamedText() {
        StringBuilder text = new StringBuilder();
        chunks.forEach(chunk -> text.append(chunk.text()));
        return text.toString();
    }

    /** The thoughts of its pieces. */
    String streamedThought() {
        StringBuilder text = new StringBuilder();
        for (Chunk chunk : chunks) {
            text.append(chunk instanceof Chunk.Thought thought ? thought.thought() : "");
        }
        return text.toString();
    }

    /** The arguments of a call in its pieces. */
    String streamedArguments(int call) {
        StringBuilder text = new StringBuilder();
        for (Chunk chunk : chunks) {
            text.append(chunk instanceof Chunk.ToolCallPart part && part.index() == call ? part.arguments() : "");
        }
        return text.toString();
    }

    boolean isStreamed() {
        return chunks.stream().noneMatch(Chunk.Whole.class::isInstance);
    }
}
