package dev.holdfast.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.TokenClass;
import dev.holdfast.chat.Usage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Puts an answer together, in either format, in one piece or of a stream's events. Strict: it is a test's oracle. */
final class TinyReader {
    /** The provider said that something is wrong. */
    static final class Reported extends IOException {
        private static final long serialVersionUID = 1L;
        final int status;

        Reported(int status, String message) {
            super(message);
            this.status = status;
        }
    }

    private static final class Call {
        String id = "";
        String name = "";
        final StringBuilder arguments = new StringBuilder();
    }

    private static final Map<String, FinishReason> REASONS = Map.of(
            "end_turn", FinishReason.STOP, "tool_use", FinishReason.TOOL_CALLS, "max_tokens", FinishReason.LENGTH);

    private final WireFormat format;
    private final StringBuffer text = new StringBuffer(); // read by whoever closes
    private final Map<Integer, Call> calls = new TreeMap<>();
    private Usage usage = Usage.unknown();
    private String id = "";
    private String model = "";
    private @Nullable String finishReason;
    private boolean ended;

    TinyReader(WireFormat format) {
        this.format = format;
    }

    String text() {
        return text.toString();
    }

    boolean hasEnded() {
        return ended;
    }

    Message message() {
        List<Part> parts = new ArrayList<>();
        if (text.length() > 0) {
            parts.add(new Part.Text(text()));
        }
        calls.values().forEach(call -> parts.add(new Part.ToolCall(call.id, call.name, call.arguments.toString())));
        return Message.of(Role.ASSISTANT, parts);
    }

    ChatResponse.Builder response() {
        String reason = finishReason == null ? "unknown" : finishReason;
        return ChatResponse.builder(Endpoint.of("tiny", ProviderLaws.MODEL), message())
                .usage(usage)
                .finishReason(REASONS.getOrDefault(reason, new FinishReason(reason)))
                .model(model)
                .responseId(id);
    }

    /** Reads an answer in one piece. */
    void whole(JsonNode body) throws IOException {
        refuseError(body);
        id = body.path("id").asText();
        model = body.path("model").asText();
        if (format == WireFormat.OPENAI) {
            JsonNode choice = require(body.path("choices").path(0), "choices");
            text.append(choice.path("message").path("content").asText(""));
            toolCalls(choice.path("message").path("tool_calls"));
            finishReason = choice.path("finish_reason").asText();
            openAiUsage(body.path("usage"));
        } else {
            int index = 0;
            for (JsonNode block : require(body.path("content"), "content")) {
                text.append(block.path("text").asText(""));
                if (block.path("type").asText().equals("tool_use")) {
                    begin(index, block).arguments.append(block.path("input"));
                }
                index++;
            }
            finishReason = body.path("stop_reason").asText();
            anthropicUsage(body.path("usage"), body.path("usage"));
        }
        ended = true;
    }

    /** Reads what follows {@code data: }; what it says is more of the text, or nothing. */
    String event(String data, String event) throws IOException {
        if (data.equals("[DONE]")) {
            ended = true;
            return "";
        }
        JsonNode json;
        try {
            json = Wire.read(data);
        } catch (IllegalArgumentException e) {
            throw new IOException("an event is no JSON", e);
        }
        refuseError(json);
        String more = format == WireFormat.OPENAI ? chunk(json) : named(json, event);
        text.append(more);
        return more;
    }

    private String chunk(JsonNode chunk) throws IOException {
        id = chunk.path("id").asText();
        model = chunk.path("model").asText();
        openAiUsage(chunk.path("usage"));
        JsonNode choice = require(chunk, "choices").path("choices").path(0);
        if (choice.path("finish_reason").isTextual()) {
            finishReason = choice.path("finish_reason").asText();
        }
        toolCalls(choice.path("delta").path("tool_calls"));
        return choice.path("delta").path("content").asText("");
    }

    private @Nullable JsonNode started;

    private String named(JsonNode json, String event) throws IOException {
        String type = json.path("type").asText();
        if (!type.equals(event)) {
            throw new IOException("an event named " + event + " of type " + type);
        }
        int index = json.path("index").asInt();
        switch (type) {
            case "message_start" -> {
                id = json.path("message").path("id").asText();
                model = json.path("message").path("model").asText();
                started = json.path("message").path("usage");
            }
            case "content_block_start" -> {
                if (json.path("content_block").path("type").asText().equals("tool_use")) {
                    begin(index, json.path("content_block"));
                }
            }
            case "content_block_delta" -> {
                Call call = calls.get(index);
                if (call != null) {
                    call.arguments.append(
                            json.path("delta").path("partial_json").asText());
                }
                return json.path("delta").path("text").asText("");
            }
            case "message_delta" -> {
                finishReason = json.path("delta").path("stop_reason").asText();
                anthropicUsage(started == null ? json : started, json.path("usage"));
            }
            case "message_stop" -> ended = true;
            case "ping", "content_block_stop" -> {
                // frames
            }
            default -> throw new IOException("an unknown event " + type);
        }
        return "";
    }

    private void toolCalls(JsonNode parts) {
        int position = 0;
        for (JsonNode part : parts) {
            int index = part.path("index").asInt(position++);
            Call call = calls.get(index);
            if (call == null) {
                call = begin(index, part);
                call.name = part.path("function").path("name").asText();
            } else if (part.has("id") || part.path("function").has("name")) {
                throw new AssertionError("id and name come once: " + part);
            }
            call.arguments.append(part.path("function").path("arguments").asText());
        }
    }

    private Call begin(int index, JsonNode node) {
        Call call = new Call();
        call.id = node.path("id").asText();
        call.name = node.path("name").asText();
        calls.put(index, call);
        return call;
    }

    private void openAiUsage(JsonNode node) {
        if (node.isObject()) {
            long cached =
                    node.path("prompt_tokens_details").path("cached_tokens").asLong();
            usage = Usage.builder()
                    .add(TokenClass.INPUT, node.path("prompt_tokens").asLong() - cached)
                    .add(TokenClass.CACHED_INPUT, cached)
                    .add(TokenClass.OUTPUT, node.path("completion_tokens").asLong())
                    .build();
        }
    }

    private void anthropicUsage(JsonNode start, JsonNode end) {
        if (end.isObject()) {
            usage = Usage.builder()
                    .add(TokenClass.INPUT, start.path("input_tokens").asLong())
                    .add(
                            TokenClass.CACHED_INPUT,
                            start.path("cache_read_input_tokens").asLong())
                    .add(TokenClass.OUTPUT, end.path("output_tokens").asLong())
                    .build();
        }
    }

    private void refuseError(JsonNode json) throws IOException {
        JsonNode error = json.path("error");
        if (error.isObject()) {
            throw new Reported(
                    error.path("type").asText().equals("overloaded_error") ? 529 : 500,
                    error.path("message").asText());
        }
    }

    private static JsonNode require(JsonNode node, String what) throws IOException {
        if (node.isMissingNode() || (node.isObject() && what.equals("choices") && node.isEmpty())) {
            throw new IOException("no " + what);
        }
        return node;
    }
}
