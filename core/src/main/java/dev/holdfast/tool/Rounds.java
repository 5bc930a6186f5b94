package dev.holdfast.tool;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.ToolChoice;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.InvalidOutputException;
import dev.holdfast.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rounds of one run: what is asked next, and what of the model's wishes is done. */
final class Rounds {
    private static final String LAST_ROUND = "\n[No more tool calls are possible. Answer now with what you have.]";

    private final ToolLoop loop;
    private final ChatCall call;
    private final ChatRequest request;
    private @Nullable CallCounts counts; // null until something is called
    private @Nullable String runKey;
    private int round;
    private boolean last;
    private boolean handedBack;

    Rounds(ToolLoop loop, ChatCall call) {
        this.loop = loop;
        this.call = call;
        this.request = loop.withTools(call.request());
    }

    int round() {
        return round;
    }

    ChatRequest next(List<Message> said) {
        round++;
        if (said.isEmpty()) {
            return request;
        }
        List<Message> all = new ArrayList<>(request.messages().size() + said.size());
        all.addAll(request.messages());
        all.addAll(said);
        return request.toBuilder().messages(all).toolChoice(choice()).build();
    }

    /** A choice that forces a call is for the first round: kept, it would never let the model answer. */
    private ToolChoice choice() {
        return last || request.toolChoice() instanceof ToolChoice.None ? ToolChoice.NONE : ToolChoice.AUTO;
    }

    /**
     * Whether the answer calls a tool that the caller brought along: only the caller can run it, so the run ends with the
     * call open. A call that was cut off is nobody's.
     */
    private boolean isForCaller(Part.ToolCall wish, ChatResponse response) {
        return loop.tool(wish.name()) == null
                && (!response.finishReason().equals(FinishReason.LENGTH) || Json.isObject(wish.arguments()))
                && call.request().tools().stream().anyMatch(spec -> spec.name().equals(wish.name()));
    }

    /** Whether the last answer is the end of the run, once our own tools that it calls have answered. */
    boolean isHandedBack() {
        return handedBack;
    }

    /** Fails unless there may be another round after this answer. */
    void requireAnother(ChatResponse response) {
        boolean calls = !response.message().toolCalls().isEmpty();
        if (calls && request.toolChoice() instanceof ToolChoice.None) {
            throw failure("the model called a tool though the request forbids it", response);
        }
        if (last) {
            throw failure(
                    !calls
                            ? "the provider paused its turn again after " + (round - 1) + " rounds; raise maxRounds"
                            : "the model did not answer after " + (round - 1) + " rounds and "
                                    + (counts == null ? 0 : counts.total())
                                    + " tool calls, though it was told that no more are possible; raise maxRounds or"
                                    + " maxToolCalls, or give it tools that answer more at once",
                    response);
        }
        last = round >= loop.maxRounds();
    }

    /** The calls of an answer that are the loop's to run or to refuse. */
    List<ToolSlot> slots(ChatResponse response) {
        CallCounts counts = this.counts == null ? new CallCounts(loop) : this.counts;
        this.counts = counts;
        List<Part.ToolCall> calls = response.message().toolCalls();
        boolean cut = response.finishReason().equals(FinishReason.LENGTH);
        List<ToolSlot> slots = new ArrayList<>(calls.size());
        for (int i = 0; i < calls.size(); i++) {
            Part.ToolCall wish = calls.get(i);
            if (isForCaller(wish, response)) {
                handedBack = true;
                continue;
            }
            CallCounts.Verdict verdict = counts.judge(wish, cut);
            if (verdict.hopeless()) {
                throw failure(
                        "the model called the tool '" + wish.name() + "' with the same arguments "
                                + 2 * loop.maxIdenticalCalls() + " times, though it was told to stop",
                        response);
            }
            Tool tool = loop.tool(wish.name());
            slots.add(
                    tool == null || verdict.refusal() != null
                            ? ToolSlot.refused(loop, wish, call.context(), refusal(wish, verdict))
                            : ToolSlot.toRun(loop, wish, tool, call.context(), runKey() + ":" + round + ":" + i));
        }
        last |= counts.usedUp();
        return slots;
    }

    private String refusal(Part.ToolCall wish, CallCounts.Verdict verdict) {
        return verdict.refusal() != null
                ? verdict.refusal()
                : "There is no tool '" + wish.name() + "'. The tools are: " + loop.names() + ".";
    }

    Message answered(List<Part.ToolResult> results) {
        if (last && !handedBack) {
            // Within a result, because a message of its own would have to be somebody's.
            Part.ToolResult end = results.get(results.size() - 1);
            results.set(
                    results.size() - 1,
                    new Part.ToolResult(end.callId(), end.name(), end.text() + LAST_ROUND, end.error()));
        }
        return Message.tools(results);
    }

    private String runKey() {
        if (runKey == null) {
            String id = call.context().runId().isEmpty()
                    ? call.context().callId()
                    : call.context().runId();
            String agent = call.context().agent(); // an agent that is a tool of another shares the run with it
            runKey = id.isEmpty() ? loop.runtime().newId() : agent.isEmpty() ? id : id + ":" + agent;
        }
        return runKey;
    }

    private InvalidOutputException failure(String words, ChatResponse response) {
        // A turn without calls that is not the last one was paused, and the tally adds what was said before a pause.
        boolean paused = response.message().toolCalls().isEmpty();
        return new InvalidOutputException(
                words,
                ErrorDetails.builder()
                        .context(call.context())
                        .endpoint(response.endpoint())
                        .partial(paused ? Message.nothing() : response.message())
                        .build(),
                null);
    }
}
