package dev.holdfast.benchmarks.wire;

import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.TokenClass;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.StreamInterruptedException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Compares what the library made of an answer with what the oracle says it must be. */
final class AnswerCheck {
    private AnswerCheck() {}

    /** Compares all; what is wrong goes to {@code verdicts}, null for a check that passes. */
    static void compare(Decoded expected, Seen seen, BiConsumer<Check, @Nullable String> verdicts) {
        if (expected.end() == Decoded.End.NOT_A_REPLY) {
            HoldfastException error = seen.error();
            verdicts.accept(Check.NO_REPLY, error == null ? "taken for a reply: " + seen.end() : null);
            return;
        }
        ChatResponse response = seen.response();
        if (expected.end() != Decoded.End.COMPLETE) {
            failed(expected, seen, verdicts);
            return;
        }
        verdicts.accept(Check.DECODED, response == null ? seen.end() : null);
        if (response == null) {
            return;
        }
        String text = expected.text() + expected.refusal();
        verdicts.accept(
                Check.TEXT,
                firstOf(
                        unequal("text", text, response.text()),
                        unequal("text of the pieces", text, seen.streamedText())));
        String thought = thoughts(response.message());
        verdicts.accept(
                Check.REASONING,
                firstOf(
                        unequal("reasoning", expected.reasoning(), thought),
                        seen.isStreamed()
                                ? unequal("reasoning of the pieces", expected.reasoning(), seen.streamedThought())
                                : null));
        verdicts.accept(Check.CALLS, calls(expected.calls(), response.message().toolCalls(), seen));
        verdicts.accept(Check.USAGE, usage(expected.tokens(), response.usage()));
        FinishReason finish = Finish.of(expected);
        verdicts.accept(
                Check.FINISH,
                response.finishReason().equals(finish)
                        ? null
                        : "'" + response.finishReason() + "' for '" + finish + "'");
    }

    private static void failed(Decoded expected, Seen seen, BiConsumer<Check, @Nullable String> verdicts) {
        HoldfastException error = seen.error();
        if (expected.end() == Decoded.End.CUT) {
            verdicts.accept(Check.DECODED, error == null ? "cut, but " + seen.end() : partial(expected, seen, error));
            return;
        }
        boolean right = error instanceof ProviderException
                || (error instanceof StreamInterruptedException
                        && !seen.chunks().isEmpty());
        verdicts.accept(Check.ERRORS, right ? null : seen.end());
        if (error != null) {
            verdicts.accept(Check.DECODED, partial(expected, seen, error));
        }
    }

    /** What came before the end must be in the error, and no call that was not whole. */
    static @Nullable String partial(Decoded came, Seen seen, HoldfastException error) {
        Message partial = error.partial();
        String problem = firstOf(
                unequal("partial text", came.text() + came.refusal(), partial.text()),
                unequal("partial reasoning", came.reasoning(), thoughts(partial)));
        if (problem != null) {
            return problem;
        }
        if (!seen.chunks().isEmpty() && !(error instanceof StreamInterruptedException)) {
            return "after a part had been delivered: " + seen.end();
        }
        for (Part.ToolCall call : partial.toolCalls()) {
            boolean whole = came.calls().stream()
                    .anyMatch(other -> other.name().equals(call.name())
                            && other.isValid()
                            && ToolCall.sameArguments(other.arguments(), call.arguments()));
            if (!whole) {
                return "a call that is not whole in what was received: " + call.name();
            }
        }
        return null;
    }

    private static @Nullable String calls(List<ToolCall> expected, List<Part.ToolCall> actual, Seen seen) {
        if (expected.size() != actual.size()) {
            return actual.size() + " calls for " + expected.size();
        }
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < expected.size(); i++) {
            ToolCall one = expected.get(i);
            Part.ToolCall other = actual.get(i);
            String problem = firstOf(
                    unequal("name of a call", one.name(), other.name()),
                    one.id().isEmpty() ? null : unequal("id of a call", one.id(), other.id()),
                    other.id().isEmpty() ? "a call without an id" : null,
                    one.id().isEmpty() && !ids.add(other.id()) ? "one id for two calls" : null,
                    ToolCall.sameArguments(one.arguments(), other.arguments())
                            ? null
                            : unequal("arguments", one.arguments(), other.arguments()),
                    !seen.isStreamed() || ToolCall.sameArguments(one.arguments(), seen.streamedArguments(i))
                            ? null
                            : unequal("arguments of the pieces", one.arguments(), seen.streamedArguments(i)));
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private static @Nullable String usage(@Nullable Tokens expected, Usage actual) {
        if (expected == null) {
            return actual.isKnown() ? "usage though none was reported: " + actual : null;
        }
        if (!actual.isKnown()) {
            return "no usage for " + expected;
        }
        Map<TokenClass, Long> tokens = new LinkedHashMap<>();
        tokens.put(TokenClass.INPUT, expected.input());
        tokens.put(TokenClass.CACHED_INPUT, expected.cached());
        tokens.put(TokenClass.CACHE_WRITE, expected.cacheWrite());
        tokens.put(TokenClass.CACHE_WRITE_1H, expected.cacheWriteHour());
        tokens.put(TokenClass.AUDIO_INPUT, expected.audioInput());
        tokens.put(TokenClass.OUTPUT, expected.output());
        tokens.put(TokenClass.REASONING, expected.reasoning());
        tokens.put(TokenClass.AUDIO_OUTPUT, expected.audioOutput());
        long total = 0;
        for (Map.Entry<TokenClass, Long> entry : tokens.entrySet()) {
            total += entry.getValue();
            if (actual.tokens(entry.getKey()) != entry.getValue()) {
                return entry.getKey() + " is " + actual.tokens(entry.getKey()) + ", not " + entry.getValue() + ": "
                        + actual;
            }
        }
        if (actual.total() != total) {
            return "the total is " + actual.total() + ", not " + total;
        }
        boolean stated = actual.statedCost().isPresent();
        if (stated != expected.costNanos().isPresent()) {
            return stated ? "a cost though none was stated" : "no cost though one was stated";
        }
        // Fractions of a nano-dollar are rounded up there and to the nearest here.
        long difference = stated
                ? Math.abs(actual.statedCost().orElseThrow().nanos()
                        - expected.costNanos().getAsLong())
                : 0;
        return difference > 1
                ? "the cost is " + actual.statedCost().orElseThrow() + ", stated were "
                        + expected.costNanos().getAsLong() + " nano-dollars"
                : null;
    }

    private static String thoughts(Message message) {
        StringBuilder text = new StringBuilder();
        for (Part part : message.parts()) {
            text.append(part instanceof Part.Reasoning reasoning ? reasoning.text() : "");
        }
        return text.toString();
    }

    @SafeVarargs
    static <T> @Nullable T firstOf(@Nullable T... problems) {
        for (T problem : problems) {
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    static @Nullable String unequal(String what, String expected, String actual) {
        if (Objects.equals(expected, actual)) {
            return null;
        }
        int at = 0;
        while (at < Math.min(expected.length(), actual.length()) && expected.charAt(at) == actual.charAt(at)) {
            at++;
        }
        return what + " differs from character " + at + ": '" + near(actual, at) + "' for '" + near(expected, at) + "'";
    }

    private static String near(String text, int at) {
        return text.substring(at, Math.min(text.length(), at + 40));
    }
}
