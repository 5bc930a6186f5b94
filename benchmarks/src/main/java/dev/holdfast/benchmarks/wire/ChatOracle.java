package dev.holdfast.benchmarks.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes OpenAI's chat completions, one-shot and streamed, as the public documentation and the providers that speak
 * the format have it. It works on whole bodies and shares nothing with the library's decoder, so that it can judge it.
 */
final class ChatOracle {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ChatOracle() {}

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

    private static Decoded whole(JsonNode root) {
        Decoded.Fault fault = Faults.in(root);
        if (fault != null) {
            return Decoded.failed(fault);
        }
        JsonNode choice = root.path("choices").path(0);
        if (!choice.isObject()) {
            return Decoded.notAReply();
        }
        JsonNode message = choice.path("message");
        List<ToolCall> calls = new ArrayList<>();
        ChatKept kept = new ChatKept();
        kept.add(message, true);
        for (JsonNode call : message.path("tool_calls")) {
            kept.call(calls.size(), call);
            calls.add(call(call.path("id").asText(""), call.path("function")));
        }
        JsonNode legacy = message.path("function_call");
        if (calls.isEmpty() && !string(legacy.path("name")).isEmpty()) {
            calls.add(call("", legacy));
        }
        JsonNode usage = root.path("usage");
        Decoded.Fault inChoice = Faults.in(choice);
        return new Decoded(
                inChoice == null ? Decoded.End.COMPLETE : Decoded.End.FAILED,
                text(message.path("content")),
                string(message.path("refusal")),
                reasoning(reasoning(message), kept.json()),
                calls,
                finish(choice, null),
                usage.isObject() ? Tokens.ofChat(usage) : null,
                inChoice,
                kept.json());
    }

    private static ToolCall call(String id, JsonNode function) {
        return new ToolCall(id, string(function.path("name")), arguments(function.path("arguments")));
    }

    private static String arguments(JsonNode node) {
        return node.isObject() ? node.toString() : string(node);
    }

    private static @Nullable String finish(JsonNode choice, @Nullable String before) {
        JsonNode reason = choice.path("finish_reason");
        // Some providers number their reasons; an empty one is none.
        String text = reason.isValueNode() && !reason.isNull() ? reason.asText() : "";
        return text.isEmpty() ? before : text;
    }

    /** Content is a string, null, absent, or a list of parts of which only text counts here. */
    private static String text(JsonNode content) {
        if (!content.isArray()) {
            return string(content);
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            if (part.path("type").asText("").equals("text")) {
                text.append(string(part.path("text")));
            }
        }
        return text.toString();
    }

    /** The reasoning beside the content, or as a thinking part in it (Mistral). */
    private static String reasoning(JsonNode message) {
        String beside = string(message.path("reasoning_content"));
        if (beside.isEmpty()) {
            beside = string(message.path("reasoning"));
        }
        StringBuilder text = new StringBuilder(beside);
        if (message.path("content").isArray()) {
            for (JsonNode part : message.path("content")) {
                JsonNode thinking = part.path("thinking");
                text.append(thinking.isArray() ? text(thinking) : string(thinking));
            }
        }
        return text.toString();
    }

    /** Where there is no plain reasoning, the details may still have it in words. */
    private static String reasoning(String plain, JsonNode kept) {
        if (!plain.isEmpty()) {
            return plain;
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode detail : kept.path(ChatKept.DETAILS)) {
            text.append(string(detail.path("text"))).append(string(detail.path("summary")));
        }
        return text.toString();
    }

    private static String string(JsonNode node) {
        return node.isTextual() ? node.textValue() : "";
    }

    /** Folds the chunks of one stream. Only the first choice counts: a caller asks for one. */
    private static final class Streamed {
        private final StringBuilder text = new StringBuilder();
        private final StringBuilder refusal = new StringBuilder();
        private final StringBuilder reasoning = new StringBuilder();
        private final List<Call> calls = new ArrayList<>();
        private final ChatKept kept = new ChatKept();
        private @Nullable String finish;
        private @Nullable JsonNode usage;
        private Decoded.@Nullable Fault fault;
        private boolean done;

        Decoded decode(String body) {
            for (EventStream.Event event : EventStream.parse(body)) {
                String data = event.data().strip();
                if (data.equals("[DONE]")) {
                    done = true;
                    break;
                }
                if (data.isEmpty()) {
                    continue;
                }
                try {
                    chunk(JSON.readTree(data));
                } catch (JsonProcessingException e) {
                    fault = new Decoded.Fault(0, "", "", "a chunk is not JSON: " + e.getOriginalMessage(), data);
                }
                if (fault != null) {
                    break;
                }
            }
            Decoded.End end = fault != null
                    ? Decoded.End.FAILED
                    : done || finish != null ? Decoded.End.COMPLETE : Decoded.End.CUT;
            return new Decoded(
                    end,
                    text.toString(),
                    refusal.toString(),
                    ChatOracle.reasoning(reasoning.toString(), kept.json()),
                    calls.stream().map(Call::finished).toList(),
                    finish,
                    usage == null ? null : Tokens.ofChat(usage),
                    fault,
                    kept.json());
        }

        private void chunk(JsonNode chunk) {
            fault = Faults.in(chunk);
            JsonNode reported = chunk.path("usage");
            JsonNode beside = chunk.path("x_groq").path("usage");
            if (reported.isObject()) {
                // Cumulative or repeated: the last one counts, never the sum.
                usage = reported;
            } else if (beside.isObject()) {
                usage = beside;
            }
            for (JsonNode choice : chunk.path("choices")) {
                if (choice.path("index").asInt(0) == 0) {
                    choice(choice);
                }
            }
        }

        private void choice(JsonNode choice) {
            if (fault == null) {
                fault = Faults.in(choice);
            }
            finish = finish(choice, finish);
            JsonNode delta = choice.path("delta");
            text.append(text(delta.path("content")));
            refusal.append(string(delta.path("refusal")));
            reasoning.append(ChatOracle.reasoning(delta));
            kept.add(delta, false);
            for (JsonNode call : delta.path("tool_calls")) {
                call(call);
            }
            JsonNode legacy = delta.path("function_call");
            if (legacy.isObject()
                    && (!string(legacy.path("name")).isEmpty()
                            || !string(legacy.path("arguments")).isEmpty())) {
                if (calls.isEmpty()) {
                    calls.add(new Call(0, ""));
                }
                calls.get(0).add(legacy);
            }
        }

        private void call(JsonNode delta) {
            String id = string(delta.path("id"));
            JsonNode function = delta.path("function");
            Call call = find(delta.path("index"), id, string(function.path("name")));
            if (call == null) {
                call = new Call(delta.path("index").asInt(-1), id);
                calls.add(call);
            }
            kept.call(calls.indexOf(call), delta);
            call.add(function);
        }

        /** The call that a delta continues: by its index, else by its id, else the last one. */
        private @Nullable Call find(JsonNode index, String id, String name) {
            Call found = null;
            for (Call call : calls) {
                boolean same = index.isInt() ? call.index == index.intValue() : id.isEmpty() || call.id.equals(id);
                if (same) {
                    found = call;
                }
            }
            return found != null && found.isReplacedBy(id, name) ? null : found;
        }
    }

    /** A call on its way. */
    private static final class Call {
        private final int index;
        private final String id;
        private final StringBuilder arguments = new StringBuilder();
        private String name = "";

        Call(int index, String id) {
            this.index = index;
            this.id = id;
        }

        /**
         * Some servers give every call index 0, others change the id of a call on its way. A new id begins a new call
         * only where it brings a name and what came before was whole or was another tool's.
         */
        boolean isReplacedBy(String newId, String newName) {
            if (newId.isEmpty() || newId.equals(id) || newName.isEmpty()) {
                return false;
            }
            boolean whole = !arguments.isEmpty() && finished().isValid();
            return whole || !newName.equals(name);
        }

        void add(JsonNode function) {
            if (name.isEmpty()) {
                name = string(function.path("name"));
            }
            arguments.append(ChatOracle.arguments(function.path("arguments")));
        }

        ToolCall finished() {
            return new ToolCall(id, name, arguments.toString());
        }
    }
}
