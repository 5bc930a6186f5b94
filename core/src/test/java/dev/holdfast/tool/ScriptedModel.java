package dev.holdfast.tool;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Answers by a script, one line a call, the last line for ever; remembers what it was asked. */
final class ScriptedModel implements ChatModel {
    static final Endpoint ENDPOINT = Endpoint.of("test", "script");

    final List<ChatCall> asked = Collections.synchronizedList(new ArrayList<>());
    private final List<Line> script;
    private final AtomicInteger line = new AtomicInteger();

    /** What is answered to one call. */
    interface Line {
        ChatReply apply(ChatCall call);
    }

    private ScriptedModel(List<Line> script) {
        this.script = script;
    }

    static ScriptedModel of(Line... script) {
        return new ScriptedModel(List.of(script));
    }

    @Override
    public ChatReply send(ChatCall call) {
        asked.add(call);
        return script.get(Math.min(line.getAndIncrement(), script.size() - 1)).apply(call);
    }

    static Part.ToolCall call(String id, String name, String arguments) {
        return new Part.ToolCall(id, name, arguments);
    }

    static Line says(String text) {
        return call -> ChatReply.completed(response(Message.assistant(text), FinishReason.STOP));
    }

    static Line says(String text, FinishReason reason) {
        return call -> ChatReply.completed(response(Message.assistant(text), reason));
    }

    static Line calls(Part... parts) {
        return answers(FinishReason.TOOL_CALLS, parts);
    }

    static Line answers(FinishReason reason, Part... parts) {
        return call -> ChatReply.completed(response(Message.of(Role.ASSISTANT, List.of(parts)), reason));
    }

    static Line fails(HoldfastException error) {
        return call -> ChatReply.failed(error);
    }

    /** Ten tokens in, one out, each time. */
    static ChatResponse response(Message message, FinishReason reason) {
        return ChatResponse.builder(ENDPOINT, message)
                .usage(Usage.of(10, 1))
                .finishReason(reason)
                .build();
    }

    /** Streams chunks, then completes with the response, or fails with the error. */
    static Line streams(
            List<? extends Chunk> chunks, @Nullable ChatResponse response, @Nullable HoldfastException error) {
        return call -> new StreamedReply(chunks, response, error, null);
    }

    /** Says nothing until it is closed or interrupted; fires the latch when somebody waits. */
    static Line hangs(CountDownLatch waiting) {
        return call -> new StreamedReply(List.of(), null, null, waiting);
    }

    private static final class StreamedReply implements ChatReply {
        private final List<? extends Chunk> chunks;
        private final @Nullable ChatResponse response;
        private final @Nullable HoldfastException error;
        private final @Nullable CountDownLatch waiting;
        private final CountDownLatch closed = new CountDownLatch(1);
        private final AtomicReference<@Nullable Outcome> outcome = new AtomicReference<>();
        private int next;

        StreamedReply(
                List<? extends Chunk> chunks,
                @Nullable ChatResponse response,
                @Nullable HoldfastException error,
                @Nullable CountDownLatch waiting) {
            this.chunks = chunks;
            this.response = response;
            this.error = error;
            this.waiting = waiting;
        }

        @Override
        public @Nullable Chunk next() {
            if (outcome.get() == null) {
                if (next < chunks.size()) {
                    return chunks.get(next++);
                }
                if (waiting != null) {
                    waiting.countDown();
                    untilClosed();
                } else {
                    outcome.compareAndSet(null, error != null ? Outcome.of(error) : new Outcome.Completed(response));
                }
            }
            if (outcome().error() != null) {
                throw outcome().error();
            }
            return null;
        }

        private void untilClosed() {
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                close();
            }
        }

        @Override
        public Outcome outcome() {
            Outcome end = outcome.get();
            if (end == null) {
                throw new IllegalStateException("not ended");
            }
            return end;
        }

        @Override
        public void close() {
            ErrorDetails details = ErrorDetails.builder()
                    .usage(Usage.of(7, 0), Billing.MAYBE_BILLED)
                    .build();
            outcome.compareAndSet(null, new Outcome.Cancelled(new CancelledException("closed", details, null)));
            closed.countDown();
        }
    }
}
