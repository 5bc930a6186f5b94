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

/** OpenAI Chat Completions, as of its API reference: objects {@code chat.completion} and {@code chat.completion.chunk}. */
final class OpenAiWire implements Wire {
    static final OpenAiWire INSTANCE = new OpenAiWire();

    private OpenAiWire() {}

    @Override
    public List<Message> messages(JsonNode request) {
        List<Message> messages = new ArrayList<>();
        Map<String, String> namesOfCalls = new HashMap<>();
        for (JsonNode message : request.path("messages")) {
            String text = Wire.textOf(message.path("content"));
            switch (message.path("role").asText()) {
                case "system", "developer" -> messages.add(Message.system(text));
                case "assistant" -> messages.add(assistant(message, text, namesOfCalls));
                case "tool" -> {
                    String id = message.path("tool_call_id").asText();
                    messages.add(Message.tools(
                            List.of(new Part.ToolResult(id, namesOfCalls.getOrDefault(id, ""), text, false))));
                }
                default -> messages.add(Message.user(text));
            }
        }
        return messages;
    }

    private static Message assistant(JsonNode message, String text, Map<String, String> namesOfCalls) {
        List<Part> parts = new ArrayList<>();
        if (!text.isEmpty()) {
            parts.add(new Part.Text(text));
        }
        for (JsonNode call : message.path("tool_calls")) {
            String id = call.path("id").asText();
            String name = call.path("function").path("name").asText();
            namesOfCalls.put(id, name);
            parts.add(new Part.ToolCall(
                    id, name, call.path("function").path("arguments").asText()));
        }
        return Message.of(Role.ASSISTANT, parts);
    }

    @Override
    public List<String> toolNames(JsonNode request) {
        List<String> names = new ArrayList<>();
        for (JsonNode tool : request.path("tools")) {
            names.add(tool.path("function").path("name").asText());
        }
        return names;
    }

    @Override
    public @Nullable Integer maxOutputTokens(JsonNode request) {
        JsonNode limit = request.has("max_completion_tokens")
                ? request.get("max_completion_tokens")
                : request.path("max_tokens");
        return limit.isInt() ? limit.asInt() : null;
    }

    @Override
    public JsonNode whole(FakeReply reply, Stamp stamp) {
        ObjectNode answer = envelope("chat.completion", stamp);
        ObjectNode choice = answer.putArray("choices").addObject().put("index", 0);
        ObjectNode message = choice.putObject("message").put("role", "assistant");
        String text = reply.message.text();
        message.put("content", text.isEmpty() ? null : text);
        String thoughts = thoughts(reply.message);
        if (!thoughts.isEmpty()) {
            message.put("reasoning_content", thoughts);
        }
        message.putNull("refusal");
        if (!reply.message.toolCalls().isEmpty()) {
            ArrayNode calls = message.putArray("tool_calls");
            for (Part.ToolCall call : reply.message.toolCalls()) {
                calls.addObject()
                        .put("id", call.id())
                        .put("type", "function")
                        .putObject("function")
                        .put("name", call.name())
                        .put("arguments", call.arguments());
            }
        }
        choice.putNull("logprobs").put("finish_reason", finishReason(reply.finishReason));
        if (reply.usage.isKnown()) {
            answer.set("usage", usage(reply.usage));
        }
        return answer;
    }

    @Override
    public List<Event> stream(FakeReply reply, Stamp stamp, JsonNode request) {
        boolean withUsage = reply.usage.isKnown()
                && request.path("stream_options").path("include_usage").asBoolean();
        List<Event> events = new ArrayList<>();
        ObjectNode role = Wire.object().put("role", "assistant").put("content", "");
        events.add(Event.data(chunk(stamp, role, null, withUsage), false));
        for (String piece : Wire.pieces(thoughts(reply.message), reply.pieces)) {
            events.add(Event.data(chunk(stamp, Wire.object().put("reasoning_content", piece), null, withUsage), true));
        }
        for (String piece : Wire.pieces(reply.message.text(), reply.pieces)) {
            events.add(Event.data(chunk(stamp, Wire.object().put("content", piece), null, withUsage), true));
        }
        int index = 0;
        for (Part.ToolCall call : reply.message.toolCalls()) {
            ObjectNode begun = toolCall(index, "").put("id", call.id()).put("type", "function");
            ((ObjectNode) begun.path("function")).put("name", call.name());
            events.add(Event.data(chunk(stamp, calls(begun), null, withUsage), true));
            for (String piece : Wire.pieces(call.arguments(), 2)) {
                events.add(Event.data(chunk(stamp, calls(toolCall(index, piece)), null, withUsage), true));
            }
            index++;
        }
        events.add(Event.data(chunk(stamp, Wire.object(), finishReason(reply.finishReason), withUsage), false));
        if (withUsage) {
            ObjectNode last = envelope("chat.completion.chunk", stamp);
            last.putArray("choices");
            last.set("usage", usage(reply.usage));
            events.add(Event.data(last, false));
        }
        events.add(new Event(Wire.bytesOf("data: [DONE]\n\n"), false));
        return events;
    }

    private static ObjectNode envelope(String object, Stamp stamp) {
        return Wire.object()
                .put("id", "chatcmpl-" + stamp.id())
                .put("object", object)
                .put("created", stamp.epochSecond())
                .put("model", stamp.model());
    }

    private static ObjectNode chunk(Stamp stamp, ObjectNode delta, @Nullable String finishReason, boolean withUsage) {
        ObjectNode chunk = envelope("chat.completion.chunk", stamp);
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.set("delta", delta);
        choice.putNull("logprobs").put("finish_reason", finishReason);
        if (withUsage) {
            chunk.putNull("usage"); // present in every chunk, and null in all but the last
        }
        return chunk;
    }

    private static ObjectNode toolCall(int index, String arguments) {
        ObjectNode call = Wire.object().put("index", index);
        call.putObject("function").put("arguments", arguments);
        return call;
    }

    private static ObjectNode calls(ObjectNode call) {
        ObjectNode delta = Wire.object();
        delta.putArray("tool_calls").add(call);
        return delta;
    }

    private static String thoughts(Message message) {
        StringBuilder thoughts = new StringBuilder();
        for (Part part : message.parts()) {
            if (part instanceof Part.Reasoning reasoning) {
                thoughts.append(reasoning.text());
            }
        }
        return thoughts.toString();
    }

    private static String finishReason(FinishReason reason) {
        return reason.equals(FinishReason.UNKNOWN) || reason.equals(FinishReason.PAUSE) ? "stop" : reason.name();
    }

    /** Cached and spoken tokens are counted within the input, thoughts and speech within the output. */
    private static ObjectNode usage(Usage usage) {
        ObjectNode node = Wire.object()
                .put("prompt_tokens", usage.input())
                .put("completion_tokens", usage.output())
                .put("total_tokens", usage.total());
        node.putObject("prompt_tokens_details")
                .put("cached_tokens", usage.tokens(TokenClass.CACHED_INPUT))
                .put("audio_tokens", usage.tokens(TokenClass.AUDIO_INPUT));
        node.putObject("completion_tokens_details")
                .put("reasoning_tokens", usage.tokens(TokenClass.REASONING))
                .put("audio_tokens", usage.tokens(TokenClass.AUDIO_OUTPUT));
        return node;
    }

    @Override
    public JsonNode error(int status, String code, String type, String message) {
        ObjectNode body = Wire.object();
        ObjectNode error = body.putObject("error").put("message", message);
        error.put("type", type.isEmpty() ? typeOf(status) : type).putNull("param");
        error.put("code", code.isEmpty() ? codeOf(status) : code);
        return body;
    }

    private static String typeOf(int status) {
        return status == 429 ? "requests" : status >= 500 ? "server_error" : "invalid_request_error";
    }

    private static @Nullable String codeOf(int status) {
        return switch (status) {
            case 401 -> "invalid_api_key";
            case 404 -> "model_not_found";
            case 429 -> "rate_limit_exceeded";
            default -> null;
        };
    }

    @Override
    public Event errorEvent() {
        return Event.data(
                error(500, "server_error", "server_error", "The server had an error while processing your request."),
                false);
    }
}
