package dev.holdfast.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.ToolSpec;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Set;

/**
 * A provider of a few lines on the JDK's HTTP client: it has nothing in common with the simulator, so what it reads is
 * on the wire. Told to, it has one of the bugs that providers have.
 */
final class TinyModel implements ChatModel {
    enum Bug {
        TAKES_A_CUT_FOR_THE_END,
        TRIES_AGAIN_BY_ITSELF,
        IGNORES_THE_DEADLINE,
        TELLS_THE_KEY,
        LEAVES_CONNECTIONS_OPEN,
        COUNTS_UNKNOWN_USAGE_AS_NOTHING,
        TRUSTS_WHAT_COMES
    }

    /** HTTP/1.1 only: an upgrade to HTTP/2 in the first request would be one more thing to explain. */
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final URI baseUrl;
    private final WireFormat format;
    private final String key;
    private final Duration silence;
    private final Set<Bug> bugs;

    TinyModel(URI baseUrl, WireFormat format, String key, Duration silence, Set<Bug> bugs) {
        this.baseUrl = baseUrl;
        this.format = format;
        this.key = key;
        this.silence = silence;
        this.bugs = bugs;
    }

    @Override
    public ChatReply send(ChatCall call) {
        return new TinyReply(this, call);
    }

    HttpClient client() {
        return CLIENT;
    }

    WireFormat format() {
        return format;
    }

    String key() {
        return key;
    }

    Duration silence() {
        return silence;
    }

    boolean has(Bug bug) {
        return bugs.contains(bug);
    }

    HttpRequest request(ChatCall call) {
        boolean isOpenAi = format == WireFormat.OPENAI;
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(baseUrl + (isOpenAi ? "/chat/completions" : "/v1/messages")))
                .header("content-type", "application/json")
                .header("accept-encoding", "gzip");
        if (isOpenAi) {
            request.header("authorization", "Bearer " + key);
        } else {
            request.header("x-api-key", key).header("anthropic-version", "2023-06-01");
        }
        JsonNode body = isOpenAi ? openAi(call) : anthropic(call);
        return request.POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
    }

    private static ObjectNode base(ChatCall call) {
        ObjectNode body = Wire.object()
                .put("model", ProviderLaws.MODEL)
                .put("stream", call.request().streaming());
        call.request().maxOutputTokens().ifPresent(limit -> body.put("max_tokens", limit));
        return body;
    }

    private static JsonNode openAi(ChatCall call) {
        ObjectNode body = base(call);
        body.putObject("stream_options").put("include_usage", true);
        ArrayNode messages = body.putArray("messages");
        for (Message message : call.request().messages()) {
            if (message.toolResults().isEmpty()) {
                ObjectNode node = messages.addObject()
                        .put("role", message.role().name().toLowerCase(java.util.Locale.ROOT))
                        .put("content", message.text());
                for (Part.ToolCall toolCall : message.toolCalls()) {
                    node.withArray("tool_calls")
                            .addObject()
                            .put("id", toolCall.id())
                            .put("type", "function")
                            .putObject("function")
                            .put("name", toolCall.name())
                            .put("arguments", toolCall.arguments());
                }
            }
            for (Part.ToolResult result : message.toolResults()) {
                messages.addObject()
                        .put("role", "tool")
                        .put("tool_call_id", result.callId())
                        .put("content", result.text());
            }
        }
        for (ToolSpec tool : call.request().tools()) {
            body.withArray("tools")
                    .addObject()
                    .put("type", "function")
                    .putObject("function")
                    .put("name", tool.name())
                    .set("parameters", Wire.read(tool.parameters().json()));
        }
        return body;
    }

    private static JsonNode anthropic(ChatCall call) {
        ObjectNode body = base(call);
        ArrayNode messages = body.putArray("messages");
        for (Message message : call.request().messages()) {
            switch (message.role()) {
                case SYSTEM -> body.put("system", message.text());
                case USER, TOOL, ASSISTANT -> {
                    boolean assistant = message.role() == dev.holdfast.chat.Role.ASSISTANT;
                    ArrayNode content = messages.addObject()
                            .put("role", assistant ? "assistant" : "user")
                            .putArray("content");
                    message.parts().forEach(part -> block(content.addObject(), part));
                }
            }
        }
        for (ToolSpec tool : call.request().tools()) {
            body.withArray("tools")
                    .addObject()
                    .put("name", tool.name())
                    .set("input_schema", Wire.read(tool.parameters().json()));
        }
        return body;
    }

    private static void block(ObjectNode block, Part part) {
        if (part instanceof Part.Text text) {
            block.put("type", "text").put("text", text.text());
        } else if (part instanceof Part.ToolCall call) {
            block.put("type", "tool_use").put("id", call.id()).put("name", call.name());
            block.set("input", Wire.read(call.arguments()));
        } else if (part instanceof Part.ToolResult result) {
            block.put("type", "tool_result").put("tool_use_id", result.callId()).put("content", result.text());
        }
    }
}
