package dev.holdfast.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Part;
import dev.holdfast.http.UnreadableReplyException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One block of an answer: as it began, and what deltas have added since. Blocks that come whole are blocks without
 * deltas.
 */
final class ContentBlock {
    private final int index;
    private final int callIndex;
    private final String type;
    private final ObjectNode block;
    private final StringBuilder streamed = new StringBuilder();
    private boolean ended;

    /**
     * Takes a block over.
     *
     * @param index its place in the answer, as the provider counts
     * @param callIndex its place among the calls for our tools, if it is one
     * @param block as it began; changed here
     */
    ContentBlock(int index, int callIndex, ObjectNode block) {
        this.index = index;
        this.callIndex = callIndex;
        this.block = block;
        this.type = Json.text(block, "type");
    }

    int index() {
        return index;
    }

    boolean isToolCall() {
        return type.equals("tool_use");
    }

    void end() {
        ended = true;
    }

    /** What the beginning of the block has for the caller. */
    @Nullable
    Chunk begin() {
        return switch (type) {
            case "text" -> textChunk(Json.text(block, "text"));
            case "thinking" -> thoughtChunk(Json.text(block, "thinking"));
            case "tool_use" -> new Chunk.ToolCallPart(callIndex, Json.text(block, "name"), "");
            default -> null;
        };
    }

    /** Adds a delta, and gives what of it is for the caller. Kinds that nobody knows yet add nothing. */
    @Nullable
    Chunk add(JsonNode delta) {
        switch (Json.text(delta, "type")) {
            case "text_delta" -> {
                String text = Json.text(delta, "text");
                streamed.append(text);
                return textChunk(text);
            }
            case "thinking_delta" -> {
                String thought = Json.text(delta, "thinking");
                streamed.append(thought);
                return thoughtChunk(thought);
            }
            case "input_json_delta" -> {
                String part = Json.text(delta, "partial_json");
                streamed.append(part);
                return isToolCall() && !part.isEmpty()
                        ? new Chunk.ToolCallPart(callIndex, Json.text(block, "name"), part)
                        : null;
            }
            case "signature_delta" ->
                block.put("signature", Json.text(block, "signature") + Json.text(delta, "signature"));
            case "citations_delta" -> citations().add(delta.path("citation"));
            case "compaction_delta" -> block.put("content", Json.text(block, "content") + Json.text(delta, "content"));
            default -> {
                // a kind of delta that came into the world after this line
            }
        }
        return null;
    }

    private ArrayNode citations() {
        return block.path("citations") instanceof ArrayNode citations ? citations : block.putArray("citations");
    }

    private static @Nullable Chunk textChunk(String text) {
        return text.isEmpty() ? null : new Chunk.Text(text);
    }

    private static @Nullable Chunk thoughtChunk(String thought) {
        return thought.isEmpty() ? null : new Chunk.Thought(thought);
    }

    /** Adds what the block means to a message, whole. */
    void addTo(List<Part> parts, String provider) throws UnreadableReplyException {
        switch (type) {
            case "text" -> addText(parts, provider);
            case "tool_use" -> addToolCall(parts, provider);
            case "thinking" -> {
                String thought = Json.text(block, "thinking") + streamed;
                ObjectNode json = block.deepCopy().put("thinking", thought);
                // Without its signature the provider does not take it back.
                parts.add(new Part.Reasoning(
                        provider, thought, Json.text(block, "signature").isEmpty() ? null : json.toString()));
            }
            case "redacted_thinking" -> parts.add(new Part.Reasoning(provider, "", block.toString()));
            default -> parts.add(new Part.Opaque(provider, withStreamedInput().toString()));
        }
    }

    /** Adds as much of the block as means something although the answer was cut. */
    void addPartTo(List<Part> parts, String provider) throws UnreadableReplyException {
        if (ended || type.equals("text") || type.equals("thinking")) {
            addTo(parts, provider);
        }
    }

    private void addText(List<Part> parts, String provider) {
        String text = Json.text(block, "text") + streamed;
        if (!text.isEmpty()) {
            parts.add(new Part.Text(text));
            addExtras(parts, provider, "text");
        }
    }

    private void addToolCall(List<Part> parts, String provider) throws UnreadableReplyException {
        String id = Json.text(block, "id");
        String name = Json.text(block, "name");
        if (id.isEmpty() || name.isEmpty()) {
            throw UnreadableReplyException.malformed("malformed: a tool call has no id or no name");
        }
        parts.add(new Part.ToolCall(id, name, arguments()));
        addExtras(parts, provider, "id", "name", "input");
    }

    private String arguments() {
        String arguments = streamed.toString();
        if (!arguments.isBlank()) {
            return arguments;
        }
        return block.path("input").isObject() ? block.path("input").toString() : "{}";
    }

    /** Citations, who called, and whatever else stands on a block whose meaning has a part of its own in core. */
    private void addExtras(List<Part> parts, String provider, String... meant) {
        ObjectNode extras = block.deepCopy();
        extras.remove("type");
        for (String field : meant) {
            extras.remove(field);
        }
        extras.properties().removeIf(field -> isNothing(field.getKey(), field.getValue()));
        if (!extras.isEmpty()) {
            parts.add(new Part.Opaque(provider, BlockExtras.of(extras)));
        }
    }

    private static boolean isNothing(String field, JsonNode value) {
        boolean isDefault = field.equals("caller") && Json.text(value, "type").equals("direct");
        return value.isNull() || isDefault || (value.isContainerNode() && value.isEmpty());
    }

    private ObjectNode withStreamedInput() {
        if (!streamed.isEmpty()) {
            JsonNode input = Json.read(streamed.toString());
            if (input != null) {
                block.set("input", input);
            }
        }
        return block;
    }
}
