package dev.holdfast.budget;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.TransportException;
import org.jspecify.annotations.Nullable;

/** Models that do what a test says. */
final class Scripted {
    static final Endpoint ENDPOINT = Endpoint.of("openai", "gpt-4o-mini");

    private Scripted() {}

    static ChatModel answers(Usage usage) {
        return call -> ChatReply.completed(ChatResponse.builder(ENDPOINT, Message.assistant("fine"))
                .usage(usage)
                .build());
    }

    static ChatModel fails(Usage usage, Billing billing) {
        return call -> ChatReply.failed(new TransportException(
                "the connection broke",
                ErrorDetails.builder().usage(usage, billing).build(),
                null));
    }

    /** Streams the same words for ever; closing it keeps what was read, and knows nothing of the usage. */
    static ChatModel streams(String words) {
        return call -> new ChatReply() {
            private final StringBuilder said = new StringBuilder();
            private @Nullable Outcome outcome;

            @Override
            public Chunk next() {
                said.append(words);
                return new Chunk.Text(words);
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
                    boolean sent = said.length() > 0;
                    ErrorDetails details = ErrorDetails.builder()
                            .partial(sent ? Message.assistant(said.toString()) : Message.nothing())
                            .usage(Usage.unknown(), sent ? Billing.MAYBE_BILLED : Billing.NOT_SENT)
                            .build();
                    outcome = new Outcome.Cancelled(new CancelledException("closed", details, null));
                }
            }
        };
    }
}
