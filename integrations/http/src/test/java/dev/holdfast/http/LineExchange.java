package dev.holdfast.http;

import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Usage;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The smallest wire format: each event is a word, {@code END} ends the answer, {@code ERROR} is one. */
final class LineExchange implements ProviderExchange {
    static final Endpoint ENDPOINT = Endpoint.of("lines", "words-1");

    private final String url;
    private final ApiKey key;
    private final StringBuilder words = new StringBuilder();
    private boolean ended;

    LineExchange(String url, ApiKey key) {
        this.url = url;
        this.key = key;
    }

    LineExchange(String url) {
        this(url, ApiKey.of("sk-secret-1"));
    }

    @Override
    public Endpoint endpoint() {
        return ENDPOINT;
    }

    @Override
    public String wireFormat() {
        return "openai";
    }

    @Override
    public WireRequest request() {
        return WireRequest.post(url)
                .header("x-plain", "seen")
                .secret("authorization", "Bearer ", key)
                .body("{\"q\":1}".getBytes(StandardCharsets.UTF_8))
                .build();
    }

    @Override
    public ChatResponse whole(String body) throws UnreadableReplyException {
        if (!body.endsWith("}")) {
            throw UnreadableReplyException.malformed("cut JSON");
        }
        return response(body);
    }

    @Override
    public void event(SseEvent event, Consumer<Chunk> chunks) throws UnreadableReplyException {
        if (event.data().startsWith("ERROR")) {
            throw UnreadableReplyException.reported(new ReportedError("500", "server_error", event.data(), null));
        }
        if (event.data().equals("END")) {
            ended = true;
            return;
        }
        words.append(event.data());
        chunks.accept(new Chunk.Text(event.data()));
    }

    @Override
    public boolean hasEnded() {
        return ended;
    }

    @Override
    public @Nullable ChatResponse complete() {
        return ended ? response(words.toString()) : null;
    }

    private static ChatResponse response(String text) {
        return ChatResponse.builder(ENDPOINT, Message.assistant(text))
                .usage(Usage.of(3, 4))
                .finishReason(FinishReason.STOP)
                .build();
    }

    @Override
    public Message partial() {
        return words.isEmpty() ? Message.nothing() : Message.assistant(words.toString());
    }

    @Override
    public ReportedError error(int status, String body) {
        return new ReportedError("code-" + status, "", body, null);
    }
}
