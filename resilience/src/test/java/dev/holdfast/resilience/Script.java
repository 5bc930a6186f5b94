package dev.holdfast.resilience;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.Classification;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.Remedy;
import dev.holdfast.error.StreamInterruptedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A model that answers as written, one line a call, the last one again and again; it keeps what it was asked. */
final class Script implements EndpointModel {
    private final Endpoint endpoint;
    private final List<Function<ChatCall, ChatReply>> lines = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    final List<ChatCall> calls = new CopyOnWriteArrayList<>();

    private Script(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    static Script of(String model) {
        return new Script(Endpoint.of("fake", model));
    }

    static Script of(Endpoint endpoint) {
        return new Script(endpoint);
    }

    Script answers(String text) {
        lines.add(call -> ChatReply.completed(response(text)));
        return this;
    }

    Script fails(HoldfastException error) {
        lines.add(call -> ChatReply.failed(error));
        return this;
    }

    Script replies(Function<ChatCall, ChatReply> line) {
        lines.add(line);
        return this;
    }

    /** Two chunks, and then it breaks. */
    Script breaksAfter(String text) {
        lines.add(call -> new Stream(List.of(text), true));
        return this;
    }

    Script streams(String... texts) {
        lines.add(call -> new Stream(List.of(texts), false));
        return this;
    }

    int asked() {
        return calls.size();
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public ChatReply send(ChatCall call) {
        calls.add(call);
        return lines.get(Math.min(next.getAndIncrement(), lines.size() - 1)).apply(call);
    }

    ChatResponse response(String text) {
        return ChatResponse.builder(endpoint, Message.assistant(text))
                .usage(Usage.of(10, 5))
                .build();
    }

    static ProviderException status(int status, Remedy... remedies) {
        return error(status, "", null, remedies);
    }

    static ProviderException comeBackIn(Duration wait) {
        return error(429, "", wait, Remedy.RETRY);
    }

    static ProviderException error(int status, String code, @Nullable Duration retryAfter, Remedy... remedies) {
        return new ProviderException(
                "status " + status,
                status,
                code,
                "",
                ErrorDetails.builder()
                        .classification(Classification.of("test", remedies))
                        .retryAfter(retryAfter)
                        .usage(Usage.of(1, 0), Billing.MAYBE_BILLED)
                        .build(),
                null);
    }

    /** A model that is wrapped by nothing but a lambda: it has no endpoint. */
    ChatModel unnamed() {
        return this::send;
    }

    final class Stream implements ChatReply {
        private final List<String> texts;
        private final boolean breaks;
        private int read;
        private @Nullable Outcome outcome;

        Stream(List<String> texts, boolean breaks) {
            this.texts = texts;
            this.breaks = breaks;
        }

        @Override
        public @Nullable Chunk next() {
            if (outcome == null && read < texts.size()) {
                return new Chunk.Text(texts.get(read++));
            }
            if (outcome == null) {
                outcome = breaks
                        ? new Outcome.Failed(new StreamInterruptedException("cut", partial(), null))
                        : new Outcome.Completed(response(String.join("", texts)));
            }
            if (outcome.error() != null) {
                throw outcome.error();
            }
            return null;
        }

        private ErrorDetails partial() {
            return ErrorDetails.builder()
                    .partial(Message.assistant(String.join("", texts.subList(0, read))))
                    .usage(Usage.of(10, read), Billing.MAYBE_BILLED)
                    .classification(Classification.of("cut", Remedy.RETRY))
                    .build();
        }

        @Override
        public Outcome outcome() {
            if (outcome == null) {
                throw new IllegalStateException("not ended");
            }
            return outcome;
        }

        @Override
        public void close() {
            if (outcome == null) {
                outcome = new Outcome.Cancelled(new CancelledException("closed", partial(), null));
            }
        }
    }
}
