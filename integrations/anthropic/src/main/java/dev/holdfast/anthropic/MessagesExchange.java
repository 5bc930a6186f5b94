package dev.holdfast.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Usage;
import dev.holdfast.http.ProviderExchange;
import dev.holdfast.http.ReportedError;
import dev.holdfast.http.SseEvent;
import dev.holdfast.http.UnreadableReplyException;
import dev.holdfast.http.WireRequest;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One call of the Messages API. */
final class MessagesExchange implements ProviderExchange {
    private static final int LONGEST_PLAIN_ERROR = 500;

    private final MessagesEndpoint target;
    private final ChatRequest request;
    private final MessageAssembly assembly;

    MessagesExchange(MessagesEndpoint target, ChatRequest request) {
        this.target = target;
        this.request = request;
        this.assembly = new MessageAssembly(target.endpoint());
    }

    @Override
    public Endpoint endpoint() {
        return target.endpoint();
    }

    @Override
    public String wireFormat() {
        return "anthropic";
    }

    @Override
    public WireRequest request() {
        return target.wireRequest(request);
    }

    @Override
    public ChatResponse whole(String body) throws UnreadableReplyException {
        JsonNode message = Json.readObject(body);
        if (message == null) {
            throw UnreadableReplyException.malformed("not a JSON object");
        }
        if (isError(message)) {
            throw UnreadableReplyException.reported(errorIn(message));
        }
        assembly.whole(message);
        ChatResponse response = assembly.response();
        if (response == null) {
            throw UnreadableReplyException.malformed("not a message");
        }
        return response;
    }

    @Override
    public void event(SseEvent event, Consumer<Chunk> chunks) throws UnreadableReplyException {
        if (event.data().isBlank() || event.data().equals("[DONE]")) {
            return; // said by some proxies; the end is message_stop
        }
        JsonNode json = Json.readObject(event.data());
        if (json == null) {
            throw UnreadableReplyException.malformed("malformed: an event is not a JSON object");
        }
        String type = Json.text(json, "type");
        if (type.equals("error") || event.type().equals("error") || (type.isEmpty() && isError(json))) {
            throw UnreadableReplyException.reported(errorIn(json));
        }
        assembly.event(type.isEmpty() ? event.type() : type, json, chunks);
    }

    @Override
    public boolean hasEnded() {
        return assembly.hasEnded();
    }

    @Override
    public @Nullable ChatResponse complete() throws UnreadableReplyException {
        return assembly.response();
    }

    @Override
    public Message partial() {
        return assembly.partial();
    }

    @Override
    public Usage usage() {
        return assembly.usage();
    }

    @Override
    public ReportedError error(int status, String body) {
        JsonNode json = Json.read(body);
        if (json != null && json.isArray()) {
            json = json.path(0); // Vertex wraps its own errors in a list
        }
        if (json == null || !json.isObject()) {
            String text = body.isBlank() ? "no body" : body.strip();
            return new ReportedError(
                    "",
                    "",
                    text.length() > LONGEST_PLAIN_ERROR ? text.substring(0, LONGEST_PLAIN_ERROR) + "…" : text,
                    null);
        }
        return errorIn(json);
    }

    private static boolean isError(JsonNode json) {
        return Json.text(json, "type").equals("error") || json.path("error").isObject();
    }

    /** The error as Anthropic tells it, or as the clouds that run its models tell theirs. */
    private static ReportedError errorIn(JsonNode json) {
        JsonNode error = json.path("error").isObject() ? json.path("error") : json;
        String message = firstOf(error, "message", "detail", "error");
        JsonNode code = error.path("code").isValueNode()
                ? error.path("code")
                : error.path("details").path("error_code");
        String type = firstOf(error, "type", "status");
        return new ReportedError(
                code.isMissingNode() || code.isNull() ? "" : code.asText(),
                type,
                message.isEmpty() ? "the provider gave no message" : message,
                null);
    }

    private static String firstOf(JsonNode node, String... fields) {
        for (String field : fields) {
            String text = Json.text(node, field);
            if (!text.isEmpty()) {
                return text;
            }
        }
        return "";
    }
}
