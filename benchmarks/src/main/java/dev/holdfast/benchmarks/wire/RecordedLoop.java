package dev.holdfast.benchmarks.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A recorded run of an agent: requests in which the results of the tools that the reply before asked for come back,
 * until a reply asks for none. What a replay needs: the first request, the replies in order, the result of each call.
 */
final class ToolLoop {
    private static final ObjectMapper JSON = new ObjectMapper();

    final List<Exchange> exchanges;
    final JsonNode firstRequest;
    /** The recorded result of each call, by call id. */
    final Map<String, Result> results;

    /**
     * A tool's recorded result.
     *
     * @param text its text
     * @param failed whether the caller marked it as an error
     */
    record Result(String text, boolean failed) {}

    private ToolLoop(List<Exchange> exchanges, JsonNode firstRequest, Map<String, Result> results) {
        this.exchanges = List.copyOf(exchanges);
        this.firstRequest = firstRequest;
        this.results = Map.copyOf(results);
    }

    String name() {
        return exchanges.get(0).id;
    }

    String api() {
        return exchanges.get(0).api;
    }

    /** Loops found, and why others are none. */
    record Found(List<ToolLoop> loops, Map<String, List<String>> left) {}

    /** Finds the loops among exchanges of one format. */
    static Found among(List<Exchange> exchanges) {
        Map<String, List<Exchange>> cassettes = new LinkedHashMap<>();
        for (Exchange exchange : exchanges) {
            cassettes
                    .computeIfAbsent(exchange.cassette, key -> new ArrayList<>())
                    .add(exchange);
        }
        Found found = new Found(new ArrayList<>(), new TreeMap<>());
        for (List<Exchange> cassette : cassettes.values()) {
            cassette.sort(java.util.Comparator.comparingLong(exchange -> exchange.seq));
            new Cassette(cassette).find(found);
        }
        return found;
    }

    static Decoded decode(Exchange exchange) {
        return exchange.api.startsWith("anthropic")
                ? MessagesOracle.decode(exchange.bodyText())
                : ChatOracle.decode(exchange.bodyText());
    }

    /** One recording; it may hold several runs, one after another. */
    private static final class Cassette {
        private static final int NOTHING = -1;
        private static final int MORE_THAN_RESULTS = -2;

        private final List<Exchange> exchanges;
        private final List<@Nullable JsonNode> requests = new ArrayList<>();
        private final Set<Integer> used = new HashSet<>();

        Cassette(List<Exchange> exchanges) {
            this.exchanges = exchanges;
            for (Exchange exchange : exchanges) {
                requests.add(json(exchange.requestBody));
            }
        }

        void find(Found found) {
            for (int i = 0; i < exchanges.size(); i++) {
                if (!used.contains(i)) {
                    from(i, found);
                }
            }
        }

        private void from(int start, Found found) {
            JsonNode first = requests.get(start);
            List<Exchange> loop = new ArrayList<>();
            Map<String, Result> results = new LinkedHashMap<>();
            int at = start;
            while (true) {
                Exchange exchange = exchanges.get(at);
                used.add(at);
                loop.add(exchange);
                Decoded reply = decode(exchange);
                if (reply.calls().isEmpty()) {
                    break;
                }
                int next = first == null ? NOTHING : answering(at, reply, results);
                if (next < 0) {
                    if (next == MORE_THAN_RESULTS) {
                        leave(found, "the request after its calls adds more than their results", loop);
                    } else if (loop.size() > 1) {
                        leave(found, "its last calls have no recorded results", loop);
                    }
                    // Else the usual case: a single request that only shows that the model asks for tools.
                    return;
                }
                at = next;
            }
            if (loop.size() < 2 || first == null) {
                return;
            }
            found.loops.add(new ToolLoop(loop, first, results));
        }

        private static void leave(Found found, String why, List<Exchange> loop) {
            found.left.computeIfAbsent(why, key -> new ArrayList<>()).add(loop.get(0).id);
        }

        /** The first later exchange whose request goes on from this one with a result for each of its calls. */
        private int answering(int at, Decoded reply, Map<String, Result> results) {
            int before = messages(requests.get(at)).size();
            int none = NOTHING;
            for (int i = at + 1; i < exchanges.size(); i++) {
                JsonNode request = requests.get(i);
                if (used.contains(i) || request == null || !exchanges.get(i).api.equals(exchanges.get(at).api)) {
                    continue;
                }
                Map<String, Result> answers = new LinkedHashMap<>();
                boolean onlyResults = collect(messages(request), before, answers);
                boolean all =
                        reply.calls().stream().allMatch(call -> !call.id().isEmpty() && answers.containsKey(call.id()));
                if (all && onlyResults) {
                    results.putAll(answers);
                    return i;
                }
                none = all ? MORE_THAN_RESULTS : none;
            }
            return none;
        }

        /** Reads what follows the messages before; false when that is more than the reply and its results. */
        private static boolean collect(JsonNode messages, int before, Map<String, Result> answers) {
            boolean only = true;
            for (int i = before; i < messages.size(); i++) {
                JsonNode message = messages.get(i);
                String role = message.path("role").asText("");
                if (role.equals("tool")) {
                    answers.put(
                            message.path("tool_call_id").asText(""), new Result(text(message.path("content")), false));
                } else if (role.equals("user")) {
                    only &= message.path("content").isArray();
                    for (JsonNode block : message.path("content")) {
                        if (!block.path("type").asText("").equals("tool_result")) {
                            only = false;
                            continue;
                        }
                        answers.put(
                                block.path("tool_use_id").asText(""),
                                new Result(
                                        text(block.path("content")),
                                        block.path("is_error").asBoolean(false)));
                    }
                } else {
                    only &= role.equals("assistant") && i == before;
                }
            }
            return only;
        }

        private static JsonNode messages(@Nullable JsonNode request) {
            return request == null ? JSON.createArrayNode() : request.path("messages");
        }

        private static String text(JsonNode content) {
            if (!content.isArray()) {
                return content.isTextual() ? content.textValue() : content.isMissingNode() ? "" : content.toString();
            }
            StringBuilder text = new StringBuilder();
            for (JsonNode part : content) {
                text.append(part.path("text").asText(""));
            }
            return text.toString();
        }

        private static @Nullable JsonNode json(String text) {
            try {
                JsonNode node = JSON.readTree(text);
                return node.isObject() ? node : null;
            } catch (JsonProcessingException e) {
                return null;
            }
        }
    }
}
