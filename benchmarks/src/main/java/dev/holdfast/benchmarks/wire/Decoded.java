package dev.holdfast.benchmarks.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a recorded answer must decode to, whoever decodes it.
 *
 * @param end how it ended
 * @param text what the user reads
 * @param refusal what the model said instead, where the format keeps that apart
 * @param reasoning what it thought aloud
 * @param calls the tools it wants called, in order
 * @param finish the reason for stopping as the provider worded it, null when it gave none
 * @param tokens usage, null when none was reported
 * @param fault the error within the answer, null when there is none
 * @param kept what the provider wants back in the next request besides words and calls, in the shape that
 *     {@link RoundTrip} looks for; empty when there is nothing
 */
record Decoded(
        End end,
        String text,
        String refusal,
        String reasoning,
        List<ToolCall> calls,
        @Nullable String finish,
        @Nullable Tokens tokens,
        @Nullable Fault fault,
        JsonNode kept) {

    enum End {
        /** The provider said that it was done. */
        COMPLETE,
        /** The body ended before the provider said so. */
        CUT,
        /** The answer carries an error, perhaps after some content. */
        FAILED,
        /** It is no answer to a chat at all. */
        NOT_A_REPLY
    }

    /**
     * An error within an answer.
     *
     * @param status the HTTP status that it names, 0 when it names none
     * @param code its code, empty when absent
     * @param type its type, empty when absent
     * @param message its message
     * @param json the whole of it
     */
    record Fault(int status, String code, String type, String message, String json) {}

    static Decoded failed(Fault fault) {
        return new Decoded(End.FAILED, "", "", "", List.of(), null, null, fault, MissingNode.getInstance());
    }

    static Decoded notAReply() {
        return new Decoded(End.NOT_A_REPLY, "", "", "", List.of(), null, null, null, MissingNode.getInstance());
    }
}
