package dev.holdfast.benchmarks.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.JsonSchema;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.ToolChoice;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.error.InvalidConfigurationException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says a recorded request in the library's words, as far as it has words for it: conversation, tools, limits. What it
 * has none for (documents, sounds, a provider's own options) is left out, for the recorded answer comes all the same.
 */
final class Requests {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final boolean anthropic;
    private final String provider;
    private final List<Message> messages = new ArrayList<>();
    private final Map<String, String> callNames = new HashMap<>();

    private Requests(Exchange exchange) {
        this.anthropic = Providers.isAnthropic(exchange);
        this.provider = Providers.providerOf(exchange);
    }

    /** The recorded request; where nothing of it can be said, one that asks anything. */
    static ChatRequest of(Exchange exchange) {
        ChatRequest request = rebuilt(exchange);
        return request != null ? request : minimal(exchange);
    }

    static ChatRequest minimal(Exchange exchange) {
        return ChatRequest.of("Go on.").toBuilder()
                .streaming(exchange.streaming)
                .build();
    }

    /** Null where the recorded body is no request with messages, or holds what the library refuses to send. */
    static @Nullable ChatRequest rebuilt(Exchange exchange) {
        try {
            JsonNode body = JSON.readTree(exchange.requestBody);
            return body.path("messages").isEmpty() ? null : new Requests(exchange).request(body, exchange.streaming);
        } catch (JsonProcessingException | IllegalArgumentException | InvalidConfigurationException e) {
            return null;
        }
    }

    private ChatRequest request(JsonNode body, boolean streaming) {
        if (anthropic && !body.path("system").isMissingNode()) {
            messages.add(Message.system(words(body.path("system"))));
        }
        for (JsonNode message : body.path("messages")) {
            add(message);
        }
        ChatRequest.Builder request = ChatRequest.builder()
                .messages(messages)
                .tools(tools(body))
                .toolChoice(choice(body.path("tool_choice")))
                .streaming(streaming);
        for (String field : List.of("max_tokens", "max_completion_tokens")) {
            if (body.path(field).asInt(0) > 0) {
                request.maxOutputTokens(body.path(field).asInt());
            }
        }
        if (body.path("temperature").asDouble(-1) >= 0) {
            request.temperature(body.path("temperature").asDouble());
        }
        return request.build();
    }

    private void add(JsonNode message) {
        switch (message.path("role").asText("")) {
            case "system", "developer" -> messages.add(Message.system(words(message.path("content"))));
            case "assistant" -> messages.add(Message.of(Role.ASSISTANT, assistant(message)));
            case "tool", "function" -> {
                String id = message.path("tool_call_id").asText("");
                String name = message.path("name").asText(callNames.getOrDefault(id, ""));
                addResults(List.of(new Part.ToolResult(id, name, words(message.path("content")), false)));
            }
            default -> user(message.path("content"));
        }
    }

    /** Results of one round are one message, however many the wire makes of them. */
    private void addResults(List<Part.ToolResult> results) {
        List<Part.ToolResult> all = new ArrayList<>();
        int last = messages.size() - 1;
        if (last >= 0 && messages.get(last).role() == Role.TOOL) {
            all.addAll(messages.remove(last).toolResults());
        }
        all.addAll(results);
        messages.add(Message.tools(all));
    }

    private void user(JsonNode content) {
        if (!content.isArray()) {
            messages.add(Message.user(words(content)));
            return;
        }
        List<Part> parts = new ArrayList<>();
        List<Part.ToolResult> results = new ArrayList<>();
        for (JsonNode block : content) {
            switch (block.path("type").asText("")) {
                case "text" -> parts.add(new Part.Text(block.path("text").asText("")));
                case "image_url" ->
                    parts.add(new Part.ImageUrl(
                            block.path("image_url").path("url").asText("")));
                case "image" -> parts.add(image(block.path("source")));
                case "tool_result" -> {
                    String id = block.path("tool_use_id").asText("");
                    results.add(new Part.ToolResult(
                            id,
                            callNames.getOrDefault(id, ""),
                            words(block.path("content")),
                            block.path("is_error").asBoolean(false)));
                }
                default -> {
                    // documents and sounds: core has no words for them
                }
            }
        }
        if (!results.isEmpty()) {
            addResults(results);
        }
        if (!parts.isEmpty() || results.isEmpty()) {
            messages.add(Message.of(Role.USER, parts));
        }
    }

    private static Part image(JsonNode source) {
        return source.has("data")
                ? new Part.ImageBytes(
                        source.path("media_type").asText("image/png"),
                        Base64.getDecoder().decode(source.path("data").asText()))
                : new Part.ImageUrl(source.path("url").asText(""));
    }

    private List<Part> assistant(JsonNode message) {
        List<Part> parts = new ArrayList<>();
        JsonNode content = message.path("content");
        for (String field : List.of("reasoning_details", "reasoning_content", "reasoning")) {
            JsonNode thought = message.path(field);
            if (parts.isEmpty() && !thought.isMissingNode() && !thought.isNull()) {
                String json = JSON.createObjectNode().set(field, thought).toString();
                parts.add(new Part.Reasoning(provider, thought.asText(""), json));
            }
        }
        if (content.isArray()) {
            content.forEach(block -> parts.add(block(block)));
        } else if (!words(content).isEmpty()) {
            parts.add(new Part.Text(words(content)));
        }
        for (JsonNode call : message.path("tool_calls")) {
            JsonNode function = call.path("function");
            parts.add(call(
                    call.path("id").asText(""),
                    function.path("name").asText(""),
                    function.path("arguments").asText("")));
        }
        return parts;
    }

    private Part block(JsonNode block) {
        return switch (block.path("type").asText("")) {
            case "text" -> new Part.Text(block.path("text").asText(""));
            case "tool_use" ->
                call(
                        block.path("id").asText(""),
                        block.path("name").asText(""),
                        block.path("input").toString());
            case "thinking", "redacted_thinking" ->
                new Part.Reasoning(provider, block.path("thinking").asText(""), anthropic ? block.toString() : null);
            default -> new Part.Opaque(provider, block.toString());
        };
    }

    private Part.ToolCall call(String id, String name, String arguments) {
        callNames.put(id, name);
        return new Part.ToolCall(id, name, arguments);
    }

    private static String words(JsonNode content) {
        if (!content.isArray()) {
            return content.isNull() ? "" : content.asText("");
        }
        StringBuilder text = new StringBuilder();
        content.forEach(part -> text.append(part.path("text").asText("")));
        return text.toString();
    }

    /** Those that we could run; what a provider runs itself is not a tool of the request. */
    private static List<ToolSpec> tools(JsonNode body) {
        List<ToolSpec> tools = new ArrayList<>();
        for (JsonNode tool : body.path("tools")) {
            boolean named = tool.path("function").isObject();
            JsonNode function = named ? tool.path("function") : tool;
            JsonNode schema = function.has("parameters") ? function.path("parameters") : function.path("input_schema");
            if (named || schema.isObject()) {
                tools.add(new ToolSpec(
                        function.path("name").asText(""),
                        function.path("description").asText(""),
                        schema.isObject() ? JsonSchema.of(schema.toString()) : JsonSchema.emptyObject()));
            }
        }
        return tools;
    }

    private static ToolChoice choice(JsonNode choice) {
        String name =
                choice.path("function").path("name").asText(choice.path("name").asText(""));
        if (!name.isEmpty()) {
            return new ToolChoice.Tool(name);
        }
        return switch (choice.path("type").asText(choice.asText(""))) {
            case "none" -> ToolChoice.NONE;
            case "required", "any" -> ToolChoice.REQUIRED;
            default -> ToolChoice.AUTO;
        };
    }
}
