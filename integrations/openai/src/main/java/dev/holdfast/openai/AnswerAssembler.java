package dev.holdfast.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Puts one answer together, from one document or from pieces: they have the same fields. Not thread-safe. */
final class AnswerAssembler {
    private final Endpoint endpoint;
    private final Supplier<String> missingId;
    private final StringBuilder text = new StringBuilder();
    private final ThoughtAssembler thoughts = new ThoughtAssembler();
    private final ToolCallAssembler calls = new ToolCallAssembler();
    private @Nullable JsonNode extra;
    private boolean refused;
    private String finish = "";
    private String id = "";
    private String model = "";
    private final UsageReader usage;

    AnswerAssembler(Endpoint endpoint, Supplier<String> missingId, boolean searches) {
        this.endpoint = endpoint;
        this.missingId = missingId;
        this.usage = new UsageReader(endpoint.provider(), searches);
    }

    /**
     * Takes a document or a piece.
     *
     * @param document whether it is all there is
     */
    void add(JsonNode root, boolean document, Consumer<Chunk> chunks) {
        id = id.isEmpty() ? Json.text(root, "id") : id;
        model = model.isEmpty() ? Json.text(root, "model") : model;
        usage.add(root);
        JsonNode choice = firstChoice(root.path("choices"));
        if (choice == null) {
            return;
        }
        // Perplexity sends both, and the other one holds nothing, or all that came before.
        JsonNode message = Json.object(choice, document ? "message" : "delta");
        message = message == null ? Json.object(choice, document ? "delta" : "message") : message;
        if (message != null) {
            addMessage(message, document, chunks);
        }
        String reason = Json.text(choice, "finish_reason");
        finish = reason.isEmpty() ? finish : reason; // some repeat it, some send an empty one after it
    }

    /** Of several choices the first is the answer: the text of two must not be mixed. */
    private static @Nullable JsonNode firstChoice(JsonNode choices) {
        for (JsonNode choice : choices) {
            if (choice.path("index").asInt(0) == 0) {
                return choice;
            }
        }
        return null;
    }

    private void addMessage(JsonNode message, boolean whole, Consumer<Chunk> chunks) {
        thoughts.add(message, chunks);
        JsonNode content = message.path("content");
        if (content.isTextual()) {
            addText(content.asText(), chunks);
        } else if (content.isArray()) {
            for (JsonNode part : content) {
                if (Json.text(part, "type").equals("thinking")) {
                    thoughts.addContentPart(part, chunks);
                } else {
                    addText(Json.text(part, "text"), chunks);
                }
            }
        }
        String refusal = Json.text(message, "refusal");
        if (!refusal.isEmpty()) {
            refused = true;
            addText(refusal, chunks);
        }
        calls.addAll(message.path("tool_calls"), whole, chunks);
        calls.addLegacy(message.path("function_call"), chunks);
        JsonNode kept = Json.present(message, Kept.EXTRA);
        extra = kept == null ? extra : kept;
    }

    private void addText(String more, Consumer<Chunk> chunks) {
        if (!more.isEmpty()) {
            text.append(more);
            chunks.accept(new Chunk.Text(more));
        }
    }

    boolean hasFinishReason() {
        return !finish.isEmpty();
    }

    Usage usage() {
        return usage.usage();
    }

    /** What came so far; no call, for its end may be missing. */
    Message soFar() {
        List<Part> parts = new ArrayList<>();
        addWords(parts);
        return parts.isEmpty() ? Message.nothing() : Message.of(Role.ASSISTANT, parts);
    }

    ChatResponse response() {
        List<Part> parts = new ArrayList<>();
        addWords(parts);
        calls.addTo(parts, endpoint.provider(), missingId);
        if (extra != null) {
            String json = Json.MAPPER
                    .createObjectNode()
                    .<ObjectNode>set(Kept.EXTRA, extra)
                    .toString();
            parts.add(new Part.Opaque(endpoint.provider(), json));
        }
        return ChatResponse.builder(endpoint, Message.of(Role.ASSISTANT, parts))
                .usage(usage.usage())
                .finishReason(finishReason())
                .model(model)
                .responseId(id)
                .build();
    }

    private void addWords(List<Part> parts) {
        Part.Reasoning thought = thoughts.part(endpoint.provider());
        if (thought != null) {
            parts.add(thought);
        }
        if (!text.isEmpty()) {
            parts.add(new Part.Text(text.toString()));
        }
    }

    private FinishReason finishReason() {
        FinishReason reason = switch (finish) {
            case "" -> FinishReason.UNKNOWN;
            case "stop", "eos", "end_turn", "stop_sequence" -> FinishReason.STOP;
            case "length", "max_tokens" -> FinishReason.LENGTH;
            case "tool_calls", "tool_call", "function_call" -> FinishReason.TOOL_CALLS;
            default -> new FinishReason(finish);
        };
        boolean ordinary = reason.equals(FinishReason.STOP) || reason.equals(FinishReason.UNKNOWN);
        if (ordinary && !calls.isEmpty()) {
            return FinishReason.TOOL_CALLS; // OpenAI says stop where a tool was forced
        }
        return ordinary && refused ? FinishReason.REFUSAL : reason;
    }
}
