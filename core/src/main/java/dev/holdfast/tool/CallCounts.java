package dev.holdfast.tool;

import dev.holdfast.chat.Part;
import dev.holdfast.internal.json.Json;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How often what was called in one run. Bounded by the cap on all calls. */
final class CallCounts {
    private final ToolLoop loop;
    private final Map<String, Integer> identical = new HashMap<>();
    private int total;

    CallCounts(ToolLoop loop) {
        this.loop = loop;
    }

    /**
     * What is to be done with a call.
     *
     * @param refusal why it does not run, in words for the model; null when nothing speaks against it
     * @param hopeless true when words have not helped
     */
    record Verdict(@Nullable String refusal, boolean hopeless) {
        private static final Verdict RUN = new Verdict(null, false);

        private static Verdict refused(String words) {
            return new Verdict(words, false);
        }
    }

    /**
     * Counts a call and judges it.
     *
     * @param cut true when the message of the call was cut at the limit on output
     */
    Verdict judge(Part.ToolCall call, boolean cut) {
        total++;
        if (total > loop.maxToolCalls()) {
            return Verdict.refused("Not run: all " + loop.maxToolCalls() + " tool calls of this run are used up.");
        }
        if (cut && !Json.isObject(call.arguments())) {
            return Verdict.refused("Not run: the limit on output tokens cut the arguments off. Send the call again with"
                    + " shorter arguments, or split it into several calls.");
        }
        int times = identical.merge(call.name() + '\n' + Json.canonical(call.arguments()), 1, Integer::sum);
        if (times > loop.maxIdenticalCalls()) {
            return new Verdict(
                    "Not run: you have called this tool with the same arguments " + loop.maxIdenticalCalls()
                            + " times already, and its answers are above. Use them, change the arguments, or answer"
                            + " with what you have.",
                    times > 2 * loop.maxIdenticalCalls());
        }
        return Verdict.RUN;
    }

    int total() {
        return total;
    }

    boolean usedUp() {
        return total >= loop.maxToolCalls();
    }
}
