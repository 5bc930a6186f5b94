package dev.holdfast.benchmarks.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The way back: an answer, put into the next request, must reach its provider as it came. */
final class RoundTrip {
    private static final ObjectMapper JSON = new ObjectMapper();

    private RoundTrip() {}

    /** The request that goes on after an answer. */
    static ChatRequest next(ChatResponse response) {
        List<Message> messages = new ArrayList<>();
        messages.add(Message.user("Begin."));
        messages.add(response.message());
        List<Part.ToolResult> results = new ArrayList<>();
        for (Part.ToolCall call : response.message().toolCalls()) {
            results.add(new Part.ToolResult(call.id(), call.name(), "done", false));
        }
        messages.add(results.isEmpty() ? Message.user("Go on.") : Message.tools(results));
        return ChatRequest.of(messages);
    }

    /** What is wrong with the body that was sent; null when nothing is. */
    static @Nullable String problem(Exchange exchange, Decoded expected, String body) {
        JsonNode messages;
        try {
            messages = JSON.readTree(body).path("messages");
        } catch (JsonProcessingException e) {
            return "the request is not JSON: " + e.getOriginalMessage();
        }
        return Providers.isAnthropic(exchange)
                ? ofMessages(expected, messages)
                : ofChat(expected, messages.path(1), messages);
    }

    private static @Nullable String ofMessages(Decoded expected, JsonNode messages) {
        ArrayNode wanted = meaningful(expected.kept());
        if (wanted.isEmpty()) {
            return null; // a message without content is refused
        }
        if (!messages.path(1).path("role").asText().equals("assistant")) {
            return "no assistant's message where the answer was";
        }
        ArrayNode sent = meaningful(messages.path(1).path("content"));
        for (int i = 0; i < Math.max(wanted.size(), sent.size()); i++) {
            if (!wanted.path(i).equals(sent.path(i))) {
                return AnswerCheck.unequal(
                        "block " + i, wanted.path(i).toString(), sent.path(i).toString());
            }
        }
        return null;
    }

    /** What the provider takes back: no blank text, no thinking without its signature, no fields that say nothing. */
    private static ArrayNode meaningful(JsonNode blocks) {
        ArrayNode kept = JSON.createArrayNode();
        for (JsonNode block : blocks) {
            String type = block.path("type").asText("");
            boolean blank = type.equals("text") && block.path("text").asText("").isBlank();
            boolean unsigned = type.equals("thinking")
                    && block.path("signature").asText("").isEmpty();
            if (blank || unsigned || !(block.deepCopy() instanceof ObjectNode copy)) {
                continue;
            }
            if (type.equals("text") || type.equals("tool_use")) {
                copy.properties().removeIf(field -> saysNothing(field.getKey(), field.getValue()));
            }
            kept.add(copy);
        }
        return kept;
    }

    private static boolean saysNothing(String name, JsonNode value) {
        return value.isNull()
                || (value.isArray() && value.isEmpty())
                || (name.equals("caller") && value.path("type").asText("").equals("direct"));
    }

    private static @Nullable String ofChat(Decoded expected, JsonNode message, JsonNode messages) {
        if (!message.path("role").asText().equals("assistant")) {
            return "no assistant's message where the answer was";
        }
        JsonNode kept = expected.kept();
        return AnswerCheck.firstOf(
                AnswerCheck.unequal("the words", expected.text() + expected.refusal(), words(message.path("content"))),
                calls(expected, message, messages),
                same(ChatKept.DETAILS, kept, message),
                same(ChatKept.EXTRA, kept, message),
                thinking(kept, message.path("content")),
                expected.calls().isEmpty() || kept.has(ChatKept.DETAILS)
                        ? null
                        : bare(kept.path(ChatKept.BARE), message));
    }

    private static @Nullable String calls(Decoded expected, JsonNode message, JsonNode messages) {
        JsonNode sent = message.path("tool_calls");
        if (sent.size() != expected.calls().size()) {
            return sent.size() + " calls for " + expected.calls().size();
        }
        for (int i = 0; i < sent.size(); i++) {
            ToolCall call = expected.calls().get(i);
            String id = sent.path(i).path("id").asText("");
            JsonNode function = sent.path(i).path("function");
            JsonNode extra = expected.kept().path(ChatKept.CALL_EXTRAS).path(Integer.toString(i));
            String problem = AnswerCheck.firstOf(
                    id.isEmpty() ? "a call without an id" : null,
                    call.id().isEmpty() ? null : AnswerCheck.unequal("id of a call", call.id(), id),
                    AnswerCheck.unequal(
                            "name of a call", call.name(), function.path("name").asText()),
                    ToolCall.sameArguments(
                                    call.arguments(), function.path("arguments").asText())
                            ? null
                            : "other arguments",
                    AnswerCheck.unequal(
                            "the id that the result names",
                            id,
                            messages.path(2 + i).path("tool_call_id").asText("")),
                    extra.isMissingNode() || extra.equals(sent.path(i).path(ChatKept.EXTRA))
                            ? null
                            : "not the signature of call " + i);
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private static @Nullable String same(String field, JsonNode kept, JsonNode message) {
        return kept.path(field).equals(message.path(field))
                ? null
                : AnswerCheck.unequal(
                        field, kept.path(field).toString(), message.path(field).toString());
    }

    private static @Nullable String thinking(JsonNode kept, JsonNode content) {
        StringBuilder sent = new StringBuilder();
        for (JsonNode part : content) {
            for (JsonNode piece : part.path("thinking")) {
                sent.append(piece.path("text").asText(""));
            }
        }
        return AnswerCheck.unequal("thinking", kept.path(ChatKept.THINKING).asText(""), sent.toString());
    }

    private static @Nullable String bare(JsonNode bare, JsonNode message) {
        for (var field : bare.properties()) {
            if (!field.getValue().equals(message.path(field.getKey()))) {
                return "not its " + field.getKey() + " beside the calls";
            }
        }
        return null;
    }

    private static String words(JsonNode content) {
        if (!content.isArray()) {
            return content.isTextual() ? content.textValue() : "";
        }
        StringBuilder text = new StringBuilder();
        content.forEach(part -> text.append(part.path("text").asText("")));
        return text.toString();
    }
}
