package dev.holdfast.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts tool calls together from their pieces. By the book, each piece names its call by {@code index}, and the first one
 * brings id and name. In the field the index is absent or the same for all, the id is absent, null, empty, repeated or
 * new with each piece, the name is repeated, and a call comes whole. So: a known index or id names a call, else it is the
 * last one; and a piece begins a new call where it could not go on with the one that it seems to name.
 */
final class ToolCallAssembler {
    private final List<Call> calls = new ArrayList<>();

    boolean isEmpty() {
        return calls.isEmpty();
    }

    /**
     * Takes the {@code tool_calls} of a message or of a piece of one.
     *
     * @param whole whether each is a whole call: whatever it is called, it goes on with no other
     */
    void addAll(JsonNode pieces, boolean whole, Consumer<Chunk> chunks) {
        for (JsonNode piece : pieces) {
            JsonNode function = piece.path("function");
            String id = Json.text(piece, "id");
            String name = Json.text(function, "name");
            JsonNode arguments = function.path("arguments");
            String text = arguments.isContainerNode() ? arguments.toString() : Json.text(function, "arguments");
            int index = piece.path("index").asInt(-1);
            Call call = whole ? begin(index) : callOf(index, id, name, text);
            call.extra = piece.hasNonNull(Kept.EXTRA) ? piece.get(Kept.EXTRA) : call.extra;
            call.add(id, name, text, chunks);
        }
    }

    /** Takes the {@code function_call} of the time before tools; some send an empty one with everything. */
    void addLegacy(JsonNode call, Consumer<Chunk> chunks) {
        String name = Json.text(call, "name");
        String arguments = Json.text(call, "arguments");
        if (!name.isEmpty() || !arguments.isEmpty()) {
            callOf(-1, "", name, arguments).add("", name, arguments, chunks);
        }
    }

    private Call callOf(int index, String id, String name, String arguments) {
        Call call = find(index, id, name);
        return call == null || call.isOverBefore(id, name, arguments) ? begin(index) : call;
    }

    private Call begin(int index) {
        Call call = new Call(calls.size(), index);
        calls.add(call);
        return call;
    }

    private @Nullable Call find(int index, String id, String name) {
        for (int i = calls.size() - 1; i >= 0; i--) { // the latest of an index that serves several calls
            Call call = calls.get(i);
            if (index >= 0 ? call.index == index : !id.isEmpty() && call.id.equals(id)) {
                return call;
            }
        }
        boolean begins = index >= 0 || (!id.isEmpty() && !name.isEmpty());
        return begins || calls.isEmpty() ? null : calls.get(calls.size() - 1);
    }

    /**
     * Adds the calls as parts, with what their provider wants back.
     *
     * @param missingId makes an id for a call that came without one: its result must name it
     */
    void addTo(List<Part> parts, String provider, Supplier<String> missingId) {
        for (Call call : calls) {
            String id = call.id.isEmpty() ? missingId.get() : call.id;
            parts.add(new Part.ToolCall(id, call.name, call.arguments.toString()));
            if (call.extra != null) {
                String json = Json.MAPPER
                        .createObjectNode()
                        .put(Kept.CALL_ID, id)
                        .<ObjectNode>set(Kept.EXTRA, call.extra)
                        .toString();
                parts.add(new Part.Opaque(provider, json));
            }
        }
    }

    private static final class Call {
        private final int position;
        private final int index;
        private final StringBuilder arguments = new StringBuilder();
        private String id = "";
        private String name = "";
        private @Nullable JsonNode extra;

        Call(int position, int index) {
            this.position = position;
            this.index = index;
        }

        void add(String moreId, String moreName, String moreArguments, Consumer<Chunk> chunks) {
            id = id.isEmpty() ? moreId : id;
            name = name.isEmpty() ? moreName : name;
            arguments.append(moreArguments);
            chunks.accept(new Chunk.ToolCallPart(position, name, moreArguments));
        }

        /** Tells whether a piece that seems to go on with this call belongs to another one that begins with it. */
        boolean isOverBefore(String nextId, String nextName, String more) {
            if (nextName.isEmpty() || (!nextId.isEmpty() && nextId.equals(id))) {
                return false; // nothing begins without a name; and what has the same id is the same
            }
            if (nextId.isEmpty() && more.isEmpty()) {
                return false; // the name said once more, with nothing to it
            }
            return !name.isEmpty() && (!nextName.equals(name) || Json.isWhole(arguments));
        }
    }
}
