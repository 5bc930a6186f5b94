package dev.holdfast.benchmarks.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What of a chat completion its provider wants back on the assistant's message: details of reasoning, signatures, plain
 * reasoning between a call and its result. Whole details go back as they came; of a stream, pieces of one detail are one.
 */
final class ChatKept {
    static final String DETAILS = "reasoning_details";
    static final String EXTRA = "extra_content";
    static final String CALL_EXTRAS = "call_extras";
    static final String BARE = "bare";
    static final String THINKING = "thinking";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> BARE_FIELDS = List.of("reasoning_content", "reasoning");

    private final ArrayNode details = JSON.createArrayNode();
    private final Map<Integer, JsonNode> callExtras = new TreeMap<>();
    private final Map<String, StringBuilder> bare = new TreeMap<>();
    private final StringBuilder thinking = new StringBuilder();
    private @Nullable JsonNode extra;

    /** Takes a message, or a delta of one. */
    void add(JsonNode message, boolean whole) {
        for (JsonNode detail : message.path(DETAILS)) {
            detail(detail, whole);
        }
        if (message.hasNonNull(EXTRA)) {
            extra = message.get(EXTRA);
        }
        for (String field : BARE_FIELDS) {
            if (message.path(field).isTextual()) {
                bare.computeIfAbsent(field, key -> new StringBuilder())
                        .append(message.path(field).textValue());
            }
        }
        if (message.path("content").isArray()) {
            for (JsonNode part : message.path("content")) {
                thinking(part.path("thinking"));
            }
        }
    }

    /** Takes what stands on a call beside its function. */
    void call(int position, JsonNode call) {
        if (call.hasNonNull(EXTRA)) {
            callExtras.put(position, call.get(EXTRA));
        }
    }

    private void thinking(JsonNode node) {
        if (node.isTextual()) {
            thinking.append(node.textValue());
        }
        for (JsonNode piece : node) {
            thinking.append(piece.path("text").asText(""));
        }
    }

    private void detail(JsonNode piece, boolean whole) {
        JsonNode last = details.isEmpty() ? null : details.get(details.size() - 1);
        if (whole || !(last instanceof ObjectNode grown) || !goesOn(grown, piece)) {
            details.add(piece.deepCopy());
            return;
        }
        piece.properties().forEach(field -> {
            boolean grows = List.of("text", "summary", "data").contains(field.getKey())
                    && grown.path(field.getKey()).isTextual();
            if (grows) {
                grown.put(
                        field.getKey(),
                        grown.path(field.getKey()).textValue()
                                + field.getValue().asText(""));
            } else if (!field.getValue().isNull()) {
                grown.set(field.getKey(), field.getValue());
            }
        });
    }

    private static boolean goesOn(JsonNode last, JsonNode piece) {
        boolean sameId = !piece.hasNonNull("id")
                || !last.hasNonNull("id")
                || piece.get("id").equals(last.get("id"));
        return piece.path("index").isInt()
                && piece.path("index").equals(last.path("index"))
                && piece.path("type").equals(last.path("type"))
                && sameId;
    }

    JsonNode json() {
        ObjectNode kept = JSON.createObjectNode();
        if (!details.isEmpty()) {
            kept.set(DETAILS, details);
        }
        if (extra != null) {
            kept.set(EXTRA, extra);
        }
        if (!callExtras.isEmpty()) {
            ObjectNode byPosition = kept.putObject(CALL_EXTRAS);
            callExtras.forEach((position, json) -> byPosition.set(position.toString(), json));
        }
        if (!thinking.isEmpty()) {
            kept.put(THINKING, thinking.toString());
        }
        for (String field : BARE_FIELDS) {
            StringBuilder text = bare.get(field);
            if (text != null && !text.isEmpty() && !kept.has(BARE)) {
                kept.putObject(BARE).put(field, text.toString());
            }
        }
        return kept;
    }
}
