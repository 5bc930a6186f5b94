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
import org.jspecify.annotations.Nullable;

/**
 * A recorded run of an agent: requests in which the results of the tools that the reply before asked for come back,
 * until a reply asks for none or the recording ends. What a replay needs: the exchanges in order, the result of each call.
 */
final class RecordedLoop {
    private static final ObjectMapper JSON = new ObjectMapper();

    final List<Exchange> exchanges;
    /** Whether its last reply asks for no more tools. */
    final boolean ended;
    /** Whether the program that was recorded said more than the results of the calls. */
    final boolean embellished;
    /** The recorded results of each call, by call id, in order: some providers use an id once a round. */
    final Map<String, List<Result>> results;

    /**
     * A tool's recorded result.
     *
     * @param text its text
     * @param failed whether the caller marked it as an error
     */
    record Result(String text, boolean failed) {}

    private RecordedLoop(
            List<Exchange> exchanges, boolean ended, boolean embellished, Map<String, List<Result>> results) {
        this.exchanges = List.copyOf(exchanges);
        this.ended = ended;
        this.embellished = embellished;
        this.results = Map.copyOf(results);
    }

    String name() {
        return exchanges.get(0).id;
    }

    String api() {
        return exchanges.get(0).api;
    }

    /** Finds the loops among exchanges. */
    static List<RecordedLoop> among(List<Exchange> exchanges) {
        Map<String, List<Exchange>> cassettes = new LinkedHashMap<>();
        for (Exchange exchange : exchanges) {
            cassettes
                    .computeIfAbsent(exchange.cassette, key -> new ArrayList<>())
                    .add(exchange);
        }
        List<RecordedLoop> found = new ArrayList<>();
        for (List<Exchange> cassette : cassettes.values()) {
            cassette.sort(java.util.Comparator.comparingLong(exchange -> exchange.seq));
            new Cassette(cassette).find(found);
        }
        return found;
    }

    static Decoded decode(Exchange exchange) {
        return decode(exchange, exchange.bodyText());
    }

    /** Decodes another body in the format of an exchange. */
    static Decoded decode(Exchange exchange, String body) {
        return Providers.isAnthropic(exchange) ? MessagesOracle.decode(body) : ChatOracle.decode(body);
    }

    /** The words of a result. */
    static String text(JsonNode content) {
        if (!content.isArray()) {
            return content.isTextual() ? content.textValue() : content.isMissingNode() ? "" : content.toString();
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            text.append(part.path("text").asText(""));
        }
        return text.toString();
    }

    /** One recording; it may hold several runs, one after another. */
    private static final class Cassette {
        private final List<Exchange> exchanges;
        private final List<@Nullable JsonNode> requests = new ArrayList<>();
        private final Set<Integer> used = new HashSet<>();

        Cassette(List<Exchange> exchanges) {
            this.exchanges = exchanges;
            for (Exchange exchange : exchanges) {
                requests.add(json(exchange.requestBody));
            }
        }

        void find(List<RecordedLoop> found) {
            for (int i = 0; i < exchanges.size(); i++) {
                if (!used.contains(i)) {
                    from(i, found);
                }
            }
        }

        private void from(int start, List<RecordedLoop> found) {
            List<Exchange> loop = new ArrayList<>();
            Map<String, List<Result>> results = new LinkedHashMap<>();
            boolean embellished = false;
            boolean ended = false;
            int at = start;
            while (at >= 0) {
                used.add(at);
                loop.add(exchanges.get(at));
                Decoded reply = decode(exchanges.get(at));
                boolean whole = reply.end() == Decoded.End.COMPLETE;
                ended = !whole || (reply.calls().isEmpty() && !isPaused(reply));
                Next next = ended || requests.get(at) == null ? null : answering(at, reply);
                if (next != null) {
                    embellished |= next.embellished;
                    next.answers.forEach((id, result) -> results.computeIfAbsent(id, key -> new ArrayList<>())
                            .add(result));
                }
                at = next == null ? -1 : next.position;
            }
            // The usual case is a single request that only shows that the model asks for tools: no loop.
            if (loop.size() > 1) {
                found.add(new RecordedLoop(loop, ended, embellished, results));
            }
        }

        private static boolean isPaused(Decoded reply) {
            return "pause_turn".equals(reply.finish());
        }

        /** How the run goes on. */
        private record Next(int position, boolean embellished, Map<String, Result> answers) {}

        /**
         * The first later exchange whose request goes on from this one with a result for each of its calls, and with
         * nothing else if there is such a one.
         */
        private @Nullable Next answering(int at, Decoded reply) {
            int before = messages(requests.get(at)).size();
            Next other = null;
            for (int i = at + 1; i < exchanges.size(); i++) {
                JsonNode request = requests.get(i);
                if (used.contains(i) || request == null || !exchanges.get(i).api.equals(exchanges.get(at).api)) {
                    continue;
                }
                Map<String, Result> answers = new LinkedHashMap<>();
                boolean onlyResults = collect(messages(request), before, answers);
                boolean all = messages(request).size() > before
                        && reply.calls().stream()
                                .allMatch(call -> !call.id().isEmpty() && answers.containsKey(call.id()));
                if (all && onlyResults) {
                    return new Next(i, false, answers);
                }
                // A pause is answered by nothing but the conversation so far.
                if (all && other == null && !reply.calls().isEmpty()) {
                    other = new Next(i, true, answers);
                }
            }
            return other;
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
