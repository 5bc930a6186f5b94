package dev.holdfast.benchmarks.wire;

import dev.holdfast.chat.FinishReason;
import java.util.Map;

/** The library's word for a recorded reason to stop. */
final class Finish {
    private static final Map<String, FinishReason> WORDS = Map.ofEntries(
            Map.entry("stop", FinishReason.STOP),
            Map.entry("eos", FinishReason.STOP),
            Map.entry("end_turn", FinishReason.STOP),
            Map.entry("stop_sequence", FinishReason.STOP),
            Map.entry("length", FinishReason.LENGTH),
            Map.entry("max_tokens", FinishReason.LENGTH),
            Map.entry("model_context_window_exceeded", FinishReason.LENGTH),
            Map.entry("tool_calls", FinishReason.TOOL_CALLS),
            Map.entry("tool_call", FinishReason.TOOL_CALLS),
            Map.entry("tool_use", FinishReason.TOOL_CALLS),
            Map.entry("function_call", FinishReason.TOOL_CALLS),
            Map.entry("content_filter", FinishReason.CONTENT_FILTER),
            Map.entry("refusal", FinishReason.REFUSAL),
            Map.entry("pause_turn", FinishReason.PAUSE),
            Map.entry("compaction", FinishReason.PAUSE));

    private Finish() {}

    /** An ordinary end, or none told, means calls where there are calls, and a refusal where the model refused. */
    static FinishReason of(Decoded decoded) {
        String word = decoded.finish() == null ? "" : decoded.finish();
        FinishReason reason = word.isEmpty() ? FinishReason.UNKNOWN : WORDS.getOrDefault(word, new FinishReason(word));
        boolean ordinary = reason.equals(FinishReason.STOP) || reason.equals(FinishReason.UNKNOWN);
        if (ordinary && !decoded.calls().isEmpty()) {
            return FinishReason.TOOL_CALLS;
        }
        return ordinary && !decoded.refusal().isEmpty() ? FinishReason.REFUSAL : reason;
    }
}
