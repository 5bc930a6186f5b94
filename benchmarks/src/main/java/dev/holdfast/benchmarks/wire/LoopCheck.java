package dev.holdfast.benchmarks.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.JsonSchema;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.tool.Tool;
import dev.holdfast.tool.ToolLoop;
import dev.holdfast.tool.ToolUse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Runs recorded tool loops through the library's agent loop: real models below, recorded results as tools. */
final class LoopCheck {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a run that was not recorded to its end is ended with. */
    private static final String CHAT_END =
            "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"end\"},\"finish_reason\":\"stop\"}]}";

    private static final String MESSAGES_END =
            "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"end\"}],\"stop_reason\":\"end_turn\"}";

    private final Replay replay;
    private final Providers providers;
    private final Tally tally;

    LoopCheck(Replay replay, Providers providers, Tally tally) {
        this.replay = replay;
        this.providers = providers;
        this.tally = tally;
    }

    void run(RecordedLoop recorded, long seed) {
        Exchange first = recorded.exchanges.get(0);
        Check check = recorded.ended ? Check.LOOPS : Check.OPEN_LOOPS;
        List<ReplayServer.Script> answers = new ArrayList<>();
        for (Exchange exchange : recorded.exchanges) {
            answers.add(request -> Answer.recorded(exchange, request.takesGzip(), seed));
        }
        if (!recorded.ended) {
            String end = Providers.isAnthropic(first) ? MESSAGES_END : CHAT_END;
            answers.add(request -> Answer.json(end));
        }
        try (Replay.Lane lane = replay.lane(answers)) {
            tally.note(check, first, problem(recorded, lane));
        } catch (IllegalArgumentException | InvalidConfigurationException e) {
            tally.note(check, first, "not a run that the library accepts: " + e.getMessage());
        }
    }

    private @Nullable String problem(RecordedLoop recorded, Replay.Lane lane) {
        List<Decoded> replies = new ArrayList<>();
        recorded.exchanges.forEach(exchange -> replies.add(RecordedLoop.decode(exchange)));
        Playback playback = new Playback(recorded, replies);
        ChatRequest request = Requests.of(recorded.exchanges.get(0));
        Seen seen = Seen.of(
                playback.loop().around(providers.model(recorded.exchanges.get(0), lane.baseUrl())),
                request.toBuilder().tools(List.of()).build());
        ChatResponse response = seen.response();
        Decoded last = replies.get(replies.size() - 1);
        boolean fails = last.end() != Decoded.End.COMPLETE;
        if (response == null || fails) {
            return fails && seen.error() != null ? playback.problem() : seen.end();
        }
        int asked = recorded.exchanges.size() + (recorded.ended ? 0 : 1);
        if (lane.requests().size() != asked) {
            return lane.requests().size() + " calls of the model for " + asked;
        }
        return AnswerCheck.firstOf(
                playback.problem(),
                recorded.ended
                        ? AnswerCheck.unequal("the last words", last.text() + last.refusal(), response.text())
                        : null,
                results(recorded, lane.requests()));
    }

    /** Whether each request brought the results that the recorded one brought. */
    private static @Nullable String results(RecordedLoop recorded, List<ReplayServer.Request> requests) {
        for (int i = 1; i < recorded.exchanges.size(); i++) {
            Map<String, String> sent = results(requests.get(i).body());
            Map<String, String> wanted = results(recorded.exchanges.get(i).requestBody);
            for (ToolCall call :
                    RecordedLoop.decode(recorded.exchanges.get(i - 1)).calls()) {
                if (!wanted.getOrDefault(call.id(), "").equals(sent.get(call.id()))) {
                    return AnswerCheck.unequal(
                            "the result of " + call.id() + " in request " + i,
                            wanted.getOrDefault(call.id(), ""),
                            String.valueOf(sent.get(call.id())));
                }
            }
        }
        return null;
    }

    private static Map<String, String> results(String body) {
        Map<String, String> results = new HashMap<>();
        JsonNode messages;
        try {
            messages = JSON.readTree(body).path("messages");
        } catch (JsonProcessingException e) {
            return results;
        }
        for (JsonNode message : messages) {
            if (message.path("role").asText("").equals("tool")) {
                results.put(message.path("tool_call_id").asText(""), RecordedLoop.text(message.path("content")));
            }
            for (JsonNode block : message.path("content")) {
                if (block.path("type").asText("").equals("tool_result")) {
                    results.put(block.path("tool_use_id").asText(""), RecordedLoop.text(block.path("content")));
                }
            }
        }
        return results;
    }

    /** The tools of a run: they answer as they were recorded to, and note what they were asked. */
    private static final class Playback {
        private static final JsonSchema ANYTHING = JsonSchema.emptyObject();

        private final ReentrantLock lock = new ReentrantLock();
        private final Map<String, Deque<RecordedLoop.Result>> results = new HashMap<>();
        private final Map<String, Deque<ToolCall>> expected = new LinkedHashMap<>();
        private final List<String> problems = new ArrayList<>();
        private int calls;

        Playback(RecordedLoop recorded, List<Decoded> replies) {
            recorded.results.forEach((id, all) -> results.put(id, new ArrayDeque<>(all)));
            for (Decoded reply : replies) {
                if (reply.end() != Decoded.End.COMPLETE) {
                    continue; // what was asked for in an answer that failed is not done
                }
                for (ToolCall call : reply.calls()) {
                    expected.computeIfAbsent(call.name(), key -> new ArrayDeque<>())
                            .add(call);
                    calls++;
                }
            }
        }

        ToolLoop loop() {
            ToolLoop.Builder loop = ToolLoop.builder()
                    .maxRounds(1_000)
                    .maxToolCalls(1_000_000)
                    .maxIdenticalCalls(1_000)
                    .maxResultChars(Integer.MAX_VALUE)
                    .toolTimeout(Providers.LONGEST);
            for (String name : expected.keySet()) {
                loop.tools(new Tool() {
                    private final ToolSpec spec = new ToolSpec(name, "", ANYTHING);

                    @Override
                    public ToolSpec spec() {
                        return spec;
                    }

                    @Override
                    public Part.ToolResult call(ToolUse use) {
                        return answer(use);
                    }
                });
            }
            return loop.build();
        }

        private Part.ToolResult answer(ToolUse use) {
            lock.lock();
            try {
                ToolCall wanted = taken(use);
                if (wanted == null) {
                    problems.add("a call that was not recorded: " + use.call().name());
                } else if (!ToolCall.sameArguments(
                        wanted.arguments(), use.call().arguments())) {
                    problems.add(AnswerCheck.unequal(
                            "arguments", wanted.arguments(), use.call().arguments()));
                }
                Deque<RecordedLoop.Result> all = results.get(use.call().id());
                RecordedLoop.Result result = all == null ? null : all.poll();
                if (result == null) {
                    return use.answer("none was recorded");
                }
                return result.failed() ? use.failure(result.text()) : use.answer(result.text());
            } finally {
                lock.unlock();
            }
        }

        /** Calls of one message run side by side, so the id says which it is, where there is one. */
        private @Nullable ToolCall taken(ToolUse use) {
            Deque<ToolCall> all = expected.get(use.call().name());
            if (all == null) {
                return null;
            }
            for (ToolCall call : all) {
                if (call.id().isEmpty() || call.id().equals(use.call().id())) {
                    all.remove(call);
                    calls--;
                    return call;
                }
            }
            return null;
        }

        @Nullable
        String problem() {
            lock.lock();
            try {
                return !problems.isEmpty()
                        ? problems.get(0)
                        : calls == 0 ? null : calls + " recorded calls were not made";
            } finally {
                lock.unlock();
            }
        }
    }
}
