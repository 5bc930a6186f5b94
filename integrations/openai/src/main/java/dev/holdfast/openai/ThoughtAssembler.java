package dev.holdfast.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Part;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Puts together what the model thought: plain text under two names, parts of the content, or signed details. */
final class ThoughtAssembler {
    /** The fields of a detail whose pieces are joined; of any other the last one stands. */
    private static final Set<String> GROWING = Set.of("text", "summary", "data");

    private final StringBuilder text = new StringBuilder();
    private final ArrayNode details = Json.MAPPER.createArrayNode();
    /** What of the last detail grows. Not joined with each piece: long thoughts come in tens of thousands of them. */
    private final Map<String, StringBuilder> growing = new HashMap<>();

    private String field = "";

    /** Takes the thoughts of a message or of a piece of one. */
    void add(JsonNode message, Consumer<Chunk> chunks) {
        String before = text.isEmpty() ? "" : field;
        for (String name : List.of("reasoning_content", "reasoning")) {
            String more = Json.text(message, name);
            // Gateways that send both send the same text twice.
            if (!more.isEmpty() && (before.isEmpty() || before.equals(name))) {
                append(name, more, chunks);
                break;
            }
        }
        boolean shown = !text.isEmpty();
        for (JsonNode detail : message.path(Kept.DETAILS)) {
            if (detail.isObject()) {
                addDetail((ObjectNode) detail);
                if (!shown || field.equals(Kept.DETAILS)) {
                    append(Kept.DETAILS, Json.text(detail, "text") + Json.text(detail, "summary"), chunks);
                }
            }
        }
    }

    /** Takes a part of the content that is of type {@code thinking}. */
    void addContentPart(JsonNode part, Consumer<Chunk> chunks) {
        JsonNode thinking = part.path("thinking");
        if (thinking.isTextual()) {
            append(Kept.CONTENT_PART, thinking.asText(), chunks);
        }
        for (JsonNode piece : thinking) {
            append(Kept.CONTENT_PART, Json.text(piece, "text"), chunks);
        }
    }

    private void append(String name, String more, Consumer<Chunk> chunks) {
        field = name;
        if (!more.isEmpty()) {
            text.append(more);
            chunks.accept(new Chunk.Thought(more));
        }
    }

    /** Goes on with the last detail where it is the same one. */
    private void addDetail(ObjectNode piece) {
        JsonNode last = details.isEmpty() ? null : details.get(details.size() - 1);
        boolean same = last != null
                && piece.has("index")
                && piece.get("index").equals(last.get("index"))
                && Json.text(piece, "type").equals(Json.text(last, "type"));
        if (!same || !(last instanceof ObjectNode grown)) {
            settle();
            growing.clear();
            details.add(piece.deepCopy());
            return;
        }
        for (Map.Entry<String, JsonNode> entry : piece.properties()) {
            String name = entry.getKey();
            if (GROWING.contains(name) && grown.path(name).isTextual()) {
                growing.computeIfAbsent(
                                name,
                                absent -> new StringBuilder(grown.path(name).asText()))
                        .append(entry.getValue().asText(""));
            } else if (!entry.getValue().isNull()) {
                grown.set(name, entry.getValue());
            }
        }
    }

    /** Writes what has grown into the last detail. */
    private void settle() {
        if (!growing.isEmpty() && details.get(details.size() - 1) instanceof ObjectNode last) {
            growing.forEach((name, all) -> last.put(name, all.toString()));
        }
    }

    /** The thoughts as a part, in the form in which their provider wants them back; null when there were none. */
    Part.@Nullable Reasoning part(String provider) {
        if (text.isEmpty() && details.isEmpty()) {
            return null;
        }
        settle();
        ObjectNode kept = Json.MAPPER.createObjectNode();
        if (!details.isEmpty()) {
            kept.set(Kept.DETAILS, details);
        } else if (field.equals(Kept.CONTENT_PART)) {
            ObjectNode part = kept.putObject(Kept.CONTENT_PART).put("type", "thinking");
            part.putArray("thinking").addObject().put("type", "text").put("text", text.toString());
        } else {
            kept.put(field, text.toString());
        }
        return new Part.Reasoning(provider, text.toString(), kept.toString());
    }
}
