package dev.holdfast.anthropic;

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
import dev.holdfast.http.UnreadableReplyException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Puts an answer together, whether it comes whole or in events. Not safe for use by several threads. */
final class MessageAssembly {
    private final Endpoint endpoint;
    private final List<ContentBlock> blocks = new ArrayList<>();
    private final MessagesUsage usage = new MessagesUsage();
    private String id = "";
    private String model = "";
    private String stopReason = "";
    private int toolCalls;
    private boolean started;
    private boolean counted; // to the end: a stream begins with a count of what has yet to be written
    private boolean stopped;

    MessageAssembly(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Takes a message that came whole. */
    void whole(JsonNode message) throws UnreadableReplyException {
        if (!message.path("content").isArray()) {
            throw UnreadableReplyException.malformed(
                    "not a message, for it has no content; check that the base URL is where the Messages API is spoken");
        }
        start(message);
        stopReason = Json.text(message, "stop_reason");
        int index = 0;
        for (JsonNode block : message.path("content")) {
            open(index++, block).end();
        }
        counted = true;
        stopped = true;
    }

    /** Takes an event of a stream. Kinds that nobody knows yet are passed over. */
    void event(String type, JsonNode event, Consumer<Chunk> chunks) throws UnreadableReplyException {
        switch (type) {
            case "message_start" -> start(event.path("message"));
            case "content_block_start" ->
                offer(
                        open(event.path("index").asInt(), event.path("content_block"))
                                .begin(),
                        chunks);
            case "content_block_delta" -> offer(block(event).add(event.path("delta")), chunks);
            case "content_block_stop" -> block(event).end();
            case "message_delta" -> {
                String reason = Json.text(event.path("delta"), "stop_reason");
                stopReason = reason.isEmpty() ? stopReason : reason;
                usage.merge(event.path("usage"));
                counted |= event.path("usage").hasNonNull("output_tokens");
            }
            case "message_stop" -> stopped = true;
            default -> {
                // ping, and whatever came into the world after this line
            }
        }
    }

    private void start(JsonNode message) {
        started = true;
        id = Json.text(message, "id");
        model = Json.text(message, "model");
        usage.merge(message.path("usage"));
    }

    private ContentBlock open(int index, JsonNode json) throws UnreadableReplyException {
        if (!(json instanceof ObjectNode object)) {
            throw UnreadableReplyException.malformed("malformed: a block is not an object");
        }
        ContentBlock block = new ContentBlock(index, toolCalls, object);
        toolCalls += block.isToolCall() ? 1 : 0;
        blocks.add(block);
        return block;
    }

    /** The block that an event is about; mostly the last one. */
    private ContentBlock block(JsonNode event) throws UnreadableReplyException {
        int index = event.path("index").asInt();
        for (int i = blocks.size() - 1; i >= 0; i--) {
            if (blocks.get(i).index() == index) {
                return blocks.get(i);
            }
        }
        throw UnreadableReplyException.malformed("malformed: an event is about block " + index + ", which never began");
    }

    private static void offer(@Nullable Chunk chunk, Consumer<Chunk> chunks) {
        if (chunk != null) {
            chunks.accept(chunk);
        }
    }

    boolean hasEnded() {
        return stopped;
    }

    /** The answer; null when its end was not there. */
    @Nullable
    ChatResponse response() throws UnreadableReplyException {
        if (!started || !stopped) {
            return null;
        }
        List<Part> parts = new ArrayList<>(blocks.size());
        for (ContentBlock block : blocks) {
            block.addTo(parts, endpoint.provider());
        }
        return ChatResponse.builder(endpoint, Message.of(Role.ASSISTANT, parts))
                .usage(counted ? total() : Usage.unknown())
                .finishReason(finishReason(stopReason))
                .model(model)
                .responseId(id)
                .build();
    }

    Message partial() {
        List<Part> parts = new ArrayList<>(blocks.size());
        for (ContentBlock block : blocks) {
            try {
                block.addPartTo(parts, endpoint.provider());
            } catch (UnreadableReplyException e) {
                // the rest of what came is worth keeping all the same
            }
        }
        return parts.isEmpty() ? Message.nothing() : Message.of(Role.ASSISTANT, parts);
    }

    /** What was used; the counts grow until the reason to stop is told. */
    Usage usage() {
        return stopReason.isEmpty() || !counted ? Usage.unknown() : total();
    }

    private Usage total() {
        return usage.usage(List.of(endpoint.model(), model));
    }

    private static FinishReason finishReason(String reason) {
        return switch (reason) {
            case "end_turn", "stop_sequence" -> FinishReason.STOP;
            // The window of the model cuts an answer as its limit does.
            case "max_tokens", "model_context_window_exceeded" -> FinishReason.LENGTH;
            case "tool_use" -> FinishReason.TOOL_CALLS;
            case "pause_turn", "compaction" -> FinishReason.PAUSE;
            case "refusal" -> FinishReason.REFUSAL;
            case "" -> FinishReason.UNKNOWN;
            default -> new FinishReason(reason);
        };
    }
}
