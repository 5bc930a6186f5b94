package dev.holdfast.benchmarks.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decodes Anthropic's messages, one-shot and streamed, as the public documentation has them. It works on whole bodies
 * and shares nothing with the library's decoder, so that it can judge it.
 */
final class MessagesOracle {
    private static final ObjectMapper JSON = new ObjectMapper();

    private MessagesOracle() {}

    static Decoded decode(String body) {
        if (EventStream.looksLike(body)) {
            return new Streamed().decode(body);
        }
        try {
            return whole(JSON.readTree(body));
        } catch (JsonProcessingException e) {
            return Decoded.notAReply();
        }
    }

    private static Decoded whole(JsonNode message) {
        Decoded.Fault fault = Faults.in(message);
        if (fault != null) {
            return Decoded.failed(fault);
        }
        if (!message.path("content").isArray()) {
            return Decoded.notAReply();
        }
        Content content = new Content();
        for (JsonNode block : message.path("content")) {
            content.add(block, "");
        }
        return content.decoded(Decoded.End.COMPLETE, message.path("stop_reason"), message.path("usage"), null);
    }

    /** What the blocks add up to. Blocks that the provider's own tools made are not calls for us. */
    private static final class Content {
        private final StringBuilder text = new StringBuilder();
        private final StringBuilder reasoning = new StringBuilder();
        private final List<ToolCall> calls = new ArrayList<>();
        private final ArrayNode blocks = JSON.createArrayNode();

        void add(JsonNode block, String streamedInput) {
            blocks.add(whole(block, streamedInput));
            switch (block.path("type").asText("")) {
                case "text" -> text.append(block.path("text").asText(""));
                case "thinking" -> reasoning.append(block.path("thinking").asText(""));
                case "tool_use" ->
                    calls.add(new ToolCall(
                            block.path("id").asText(""),
                            block.path("name").asText(""),
                            streamedInput.isEmpty() ? block.path("input").toString() : streamedInput));
                default -> {
                    // Server tools, redacted thinking, compaction: kept for the next turn, nothing to show or run.
                }
            }
        }

        /** The block as it would have come at once. */
        private static JsonNode whole(JsonNode block, String streamedInput) {
            if (!streamedInput.isEmpty() && block instanceof ObjectNode object) {
                try {
                    return object.deepCopy().set("input", JSON.readTree(streamedInput));
                } catch (JsonProcessingException e) {
                    return block; // what the call must be is compared as text
                }
            }
            return block;
        }

        Decoded decoded(Decoded.End end, JsonNode stop, JsonNode usage, Decoded.@Nullable Fault fault) {
            return new Decoded(
                    end,
                    text.toString(),
                    "",
                    reasoning.toString(),
                    calls,
                    stop.isTextual() ? stop.textValue() : null,
                    usage.isObject() && !usage.isEmpty() ? Tokens.ofMessages(usage) : null,
                    fault,
                    blocks);
        }
    }

    /** Folds the events of one stream. */
    private static final class Streamed {
        private final Map<Integer, ObjectNode> blocks = new TreeMap<>();
        private final Map<Integer, StringBuilder> inputs = new TreeMap<>();
        private final ObjectNode usage = JSON.createObjectNode();
        private JsonNode stop = JSON.nullNode();
        private Decoded.@Nullable Fault fault;
        private boolean stopped;

        Decoded decode(String body) {
            for (EventStream.Event event : EventStream.parse(body)) {
                try {
                    event(JSON.readTree(event.data()));
                } catch (JsonProcessingException e) {
                    fault = new Decoded.Fault(0, "", "", "an event is not JSON: " + e.getOriginalMessage(), "");
                }
                if (stopped || fault != null) {
                    break;
                }
            }
            Content content = new Content();
            blocks.forEach((index, block) -> content.add(
                    block, inputs.getOrDefault(index, new StringBuilder()).toString()));
            Decoded.End end = fault != null ? Decoded.End.FAILED : stopped ? Decoded.End.COMPLETE : Decoded.End.CUT;
            return content.decoded(end, stop, usage, fault);
        }

        private void event(JsonNode event) {
            int index = event.path("index").asInt(0);
            switch (event.path("type").asText("")) {
                case "message_start" -> merge(event.path("message").path("usage"));
                case "content_block_start" -> {
                    if (event.path("content_block") instanceof ObjectNode block) {
                        blocks.put(index, block);
                    }
                }
                case "content_block_delta" -> delta(index, event.path("delta"));
                case "message_delta" -> {
                    if (event.path("delta").path("stop_reason").isTextual()) {
                        stop = event.path("delta").path("stop_reason");
                    }
                    merge(event.path("usage"));
                }
                case "message_stop" -> stopped = true;
                case "error" -> fault = Faults.in(event);
                default -> {
                    // ping, content_block_stop, and whatever comes later: nothing to add.
                }
            }
        }

        private void delta(int index, JsonNode delta) {
            ObjectNode block = blocks.get(index);
            if (block == null) {
                return;
            }
            switch (delta.path("type").asText("")) {
                case "text_delta" -> append(block, "text", delta);
                case "thinking_delta" -> append(block, "thinking", delta);
                case "input_json_delta" ->
                    inputs.computeIfAbsent(index, key -> new StringBuilder())
                            .append(delta.path("partial_json").asText(""));
                case "signature_delta" -> append(block, "signature", delta);
                case "compaction_delta" -> append(block, "content", delta);
                case "citations_delta" -> block.withArray("/citations").add(delta.path("citation"));
                default -> {
                    // Whatever comes later: nothing that is known to matter.
                }
            }
        }

        private static void append(ObjectNode block, String field, JsonNode delta) {
            block.put(field, block.path(field).asText("") + delta.path(field).asText(""));
        }

        /** Later reports are cumulative: what they name replaces, what they leave out stays. */
        private void merge(JsonNode reported) {
            reported.properties().forEach(field -> {
                if (!field.getValue().isNull()) {
                    usage.set(field.getKey(), field.getValue());
                }
            });
        }
    }
}
