package dev.holdfast.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.TokenClass;
import dev.holdfast.chat.Usage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Anthropic Messages, as of its API reference: one block of content after the other, each begun and ended by name. */
final class AnthropicWire implements Wire {
    static final AnthropicWire INSTANCE = new AnthropicWire();
    private static final String SIGNATURE = "c2ltdWxhdGVkLXNpZ25hdHVyZQ==";

    private AnthropicWire() {}

    @Override
    public List<Message> messages(JsonNode request) {
        List<Message> messages = new ArrayList<>();
        Map<String, String> namesOfCalls = new HashMap<>();
        if (request.has("system")) {
            messages.add(Message.system(Wire.textOf(request.get("system"))));
        }
        for (JsonNode message : request.path("messages")) {
            List<Part> parts = parts(message.path("content"), namesOfCalls);
            boolean answersTools = parts.stream().anyMatch(Part.ToolResult.class::isInstance);
            Role speaker = message.path("role").asText().equals("assistant") ? Role.ASSISTANT : Role.USER;
            messages.add(Message.of(answersTools ? Role.TOOL : speaker, parts));
        }
        return messages;
    }

    private static List<Part> parts(JsonNode content, Map<String, String> namesOfCalls) {
        if (content.isTextual()) {
            return List.of(new Part.Text(content.asText()));
        }
        List<Part> parts = new ArrayList<>();
        for (JsonNode block : content) {
            switch (block.path("type").asText()) {
                case "text" -> parts.add(new Part.Text(block.path("text").asText()));
                case "tool_use" -> {
                    String id = block.path("id").asText();
                    String name = block.path("name").asText();
                    namesOfCalls.put(id, name);
                    parts.add(new Part.ToolCall(id, name, block.path("input").toString()));
                }
                case "tool_result" -> {
                    String id = block.path("tool_use_id").asText();
                    parts.add(new Part.ToolResult(
                            id,
                            namesOfCalls.getOrDefault(id, ""),
                            Wire.textOf(block.path("content")),
                            block.path("is_error").asBoolean()));
                }
                default -> {
                    // pictures and thoughts are in the body for whoever asks
                }
            }
        }
        return parts;
    }

    @Override
    public List<String> toolNames(JsonNode request) {
        List<String> names = new ArrayList<>();
        for (JsonNode tool : request.path("tools")) {
            names.add(tool.path("name").asText());
        }
        return names;
    }

    @Override
    public @Nullable Integer maxOutputTokens(JsonNode request) {
        JsonNode limit = request.path("max_tokens");
        return limit.isInt() ? limit.asInt() : null;
    }

    @Override
    public JsonNode whole(FakeReply reply, Stamp stamp) {
        ObjectNode answer = envelope(stamp);
        ArrayNode content = answer.putArray("content");
        for (Part part : reply.message.parts()) {
            ObjectNode block = begun(part);
            if (part instanceof Part.Text text) {
                content.add(block.put("text", text.text()));
            } else if (part instanceof Part.Reasoning reasoning) {
                content.add(block.put("thinking", reasoning.text()).put("signature", SIGNATURE));
            } else if (part instanceof Part.ToolCall call) {
                block.set("input", Wire.read(call.arguments()));
                content.add(block);
            }
        }
        answer.put("stop_reason", stopReason(reply.finishReason)).putNull("stop_sequence");
        if (reply.usage.isKnown()) {
            answer.set("usage", usage(reply.usage, reply.usage.output()));
        }
        return answer;
    }

    @Override
    public List<Event> stream(FakeReply reply, Stamp stamp, JsonNode request) {
        List<Event> events = new ArrayList<>();
        ObjectNode start = event("message_start");
        ObjectNode message = envelope(stamp);
        message.putArray("content");
        message.putNull("stop_reason").putNull("stop_sequence");
        if (reply.usage.isKnown()) {
            message.set("usage", usage(reply.usage, Math.min(1, reply.usage.output())));
        }
        start.set("message", message);
        add(events, start, false);
        int index = 0;
        for (Part part : reply.message.parts()) {
            ObjectNode begun = event("content_block_start").put("index", index);
            begun.set("content_block", begun(part));
            add(events, begun, false);
            if (index == 0) {
                add(events, event("ping"), false);
            }
            deltas(part, reply.pieces, index, events);
            add(events, event("content_block_stop").put("index", index), false);
            index++;
        }
        ObjectNode end = event("message_delta");
        end.putObject("delta")
                .put("stop_reason", stopReason(reply.finishReason))
                .putNull("stop_sequence");
        if (reply.usage.isKnown()) {
            end.putObject("usage").put("output_tokens", reply.usage.output());
        }
        add(events, end, false);
        add(events, event("message_stop"), false);
        return events;
    }

    private static void deltas(Part part, int pieces, int index, List<Event> events) {
        if (part instanceof Part.Text text) {
            for (String piece : Wire.pieces(text.text(), pieces)) {
                add(events, delta(index, "text_delta", "text", piece), true);
            }
        } else if (part instanceof Part.Reasoning reasoning) {
            for (String piece : Wire.pieces(reasoning.text(), pieces)) {
                add(events, delta(index, "thinking_delta", "thinking", piece), true);
            }
            add(events, delta(index, "signature_delta", "signature", SIGNATURE), true);
        } else if (part instanceof Part.ToolCall call) {
            add(events, delta(index, "input_json_delta", "partial_json", ""), false);
            for (String piece : Wire.pieces(call.arguments(), 2)) {
                add(events, delta(index, "input_json_delta", "partial_json", piece), true);
            }
        }
    }

    private static ObjectNode begun(Part part) {
        if (part instanceof Part.ToolCall call) {
            ObjectNode block =
                    Wire.object().put("type", "tool_use").put("id", call.id()).put("name", call.name());
            block.putObject("input");
            return block;
        }
        return part instanceof Part.Reasoning
                ? Wire.object().put("type", "thinking").put("thinking", "").put("signature", "")
                : Wire.object().put("type", "text").put("text", "");
    }

    private static ObjectNode delta(int index, String type, String field, String piece) {
        ObjectNode event = event("content_block_delta").put("index", index);
        event.putObject("delta").put("type", type).put(field, piece);
        return event;
    }

    private static ObjectNode event(String type) {
        return Wire.object().put("type", type);
    }

    private static void add(List<Event> events, ObjectNode event, boolean isContent) {
        events.add(Event.named(event.path("type").asText(), event, isContent));
    }

    private static ObjectNode envelope(Stamp stamp) {
        return Wire.object()
                .put("id", "msg_" + stamp.id())
                .put("type", "message")
                .put("role", "assistant")
                .put("model", stamp.model());
    }

    private static String stopReason(FinishReason reason) {
        if (reason.equals(FinishReason.LENGTH)) {
            return "max_tokens";
        }
        if (reason.equals(FinishReason.TOOL_CALLS)) {
            return "tool_use";
        }
        if (reason.equals(FinishReason.PAUSE)) {
            return "pause_turn";
        }
        return reason.equals(FinishReason.STOP) || reason.equals(FinishReason.UNKNOWN) ? "end_turn" : reason.name();
    }

    /** What was read from the cache or written to it is not counted within the input. */
    private static ObjectNode usage(Usage usage, long output) {
        long short5m = usage.tokens(TokenClass.CACHE_WRITE);
        long long1h = usage.tokens(TokenClass.CACHE_WRITE_1H);
        ObjectNode node = Wire.object()
                .put("input_tokens", usage.tokens(TokenClass.INPUT))
                .put("cache_creation_input_tokens", short5m + long1h)
                .put("cache_read_input_tokens", usage.tokens(TokenClass.CACHED_INPUT))
                .put("output_tokens", output);
        node.putObject("cache_creation")
                .put("ephemeral_5m_input_tokens", short5m)
                .put("ephemeral_1h_input_tokens", long1h);
        return node;
    }

    @Override
    public JsonNode error(int status, String code, String type, String message) {
        ObjectNode body = Wire.object().put("type", "error");
        body.putObject("error")
                .put("type", type.isEmpty() ? typeOf(status) : type)
                .put("message", message);
        return body;
    }

    private static String typeOf(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 503, 529 -> "overloaded_error";
            default -> status >= 500 ? "api_error" : "invalid_request_error";
        };
    }

    @Override
    public Event errorEvent() {
        return Event.named("error", error(529, "", "", "Overloaded"), false);
    }
}
