package dev.holdfast.testkit;

import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.HoldfastException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link FakeModel} does when it is asked: what it says, how slowly, and how it ends. Immutable.
 *
 * <pre>{@code
 * FakeReply.text("It has shipped.").pieces(3).after(Duration.ofSeconds(2)).usage(Usage.of(40, 8))
 * FakeReply.toolCall("lookup_order", "{\"id\":1234}")
 * FakeReply.text("It has").cut()
 * FakeReply.silent()
 * FakeReply.failing(Fault.outage())
 * }</pre>
 */
public final class FakeReply {
    private static final Usage SMALL = Usage.of(10, 5);

    /** How it ends after everything has been said. */
    enum End {
        COMPLETE,
        CUT,
        STALL
    }

    final Message message;
    final int pieces;
    final Duration latency;
    final Duration between;
    final Usage usage;
    final FinishReason finishReason;
    final End end;
    final @Nullable HoldfastException failure;
    final @Nullable RuntimeException thrown;

    private FakeReply(
            Message message,
            int pieces,
            Duration latency,
            Duration between,
            Usage usage,
            FinishReason finishReason,
            End end,
            @Nullable HoldfastException failure,
            @Nullable RuntimeException thrown) {
        this.message = message;
        this.pieces = pieces;
        this.latency = latency;
        this.between = between;
        this.usage = usage;
        this.finishReason = finishReason;
        this.end = end;
        this.failure = failure;
        this.thrown = thrown;
    }

    /**
     * Says something.
     *
     * @param text the words
     * @return a reply of one piece, at once, that uses 10 tokens in and 5 out
     */
    public static FakeReply text(String text) {
        return of(Message.assistant(text), FinishReason.STOP);
    }

    /**
     * Asks for a tool.
     *
     * @param name the tool's name
     * @param arguments the arguments' text
     * @return the reply
     */
    public static FakeReply toolCall(String name, String arguments) {
        return toolCalls(List.of(new Part.ToolCall("call-" + name, name, arguments)));
    }

    /**
     * Asks for several tools at once.
     *
     * @param calls the calls
     * @return the reply
     */
    public static FakeReply toolCalls(List<Part.ToolCall> calls) {
        return of(Message.of(Role.ASSISTANT, calls), FinishReason.TOOL_CALLS);
    }

    /**
     * Says a whole message.
     *
     * @param message any assistant message
     * @param reason why it stops
     * @return the reply
     */
    public static FakeReply of(Message message, FinishReason reason) {
        return beginning(message, reason, null, null);
    }

    /** What every reply is before anything else is said of it: one piece, at once, of little use of tokens. */
    private static FakeReply beginning(
            Message message,
            FinishReason reason,
            @Nullable HoldfastException failure,
            @Nullable RuntimeException thrown) {
        return new FakeReply(message, 1, Duration.ZERO, Duration.ZERO, SMALL, reason, End.COMPLETE, failure, thrown);
    }

    /**
     * Says nothing and never ends, until it is closed or its deadline passes.
     *
     * @return the reply
     */
    public static FakeReply silent() {
        return text("").stall();
    }

    /**
     * Says nothing and fails.
     *
     * @param failure with what
     * @return the reply
     */
    public static FakeReply failing(HoldfastException failure) {
        return beginning(Message.nothing(), FinishReason.UNKNOWN, failure, null);
    }

    /**
     * Says nothing and throws something that is not one of Holdfast's errors, as a model of the application's might.
     *
     * @param thrown what it throws
     * @return the reply
     */
    public static FakeReply throwing(RuntimeException thrown) {
        return beginning(Message.nothing(), FinishReason.UNKNOWN, null, thrown);
    }

    /**
     * Streams the words in several pieces, to who asks for a stream; to others they come at once, when the last of them
     * would have come.
     *
     * @param count how many; at least 1
     * @return a copy
     */
    public FakeReply pieces(int count) {
        return new FakeReply(message, Math.max(1, count), latency, between, usage, finishReason, end, failure, thrown);
    }

    /**
     * Waits before the first piece, or before it fails.
     *
     * @param latency how long
     * @return a copy
     */
    public FakeReply after(Duration latency) {
        return new FakeReply(message, pieces, latency, between, usage, finishReason, end, failure, thrown);
    }

    /**
     * Waits between the pieces.
     *
     * @param between how long each time
     * @return a copy
     */
    public FakeReply every(Duration between) {
        return new FakeReply(message, pieces, latency, between, usage, finishReason, end, failure, thrown);
    }

    /**
     * Reports what it used.
     *
     * @param usage the usage; {@link Usage#unknown()} to report none
     * @return a copy
     */
    public FakeReply usage(Usage usage) {
        return new FakeReply(message, pieces, latency, between, usage, finishReason, end, failure, thrown);
    }

    /**
     * Says why it stops.
     *
     * @param reason the reason
     * @return a copy
     */
    public FakeReply finish(FinishReason reason) {
        return new FakeReply(message, pieces, latency, between, usage, reason, end, failure, thrown);
    }

    /**
     * Breaks off after the last piece, as a connection does. An answer that does not stream breaks off before anything of
     * it came.
     *
     * @return a copy
     */
    public FakeReply cut() {
        return new FakeReply(message, pieces, latency, between, usage, finishReason, End.CUT, failure, thrown);
    }

    /**
     * Falls silent after the last piece and never ends, until it is closed or its deadline passes. Nothing comes of an
     * answer that does not stream.
     *
     * @return a copy
     */
    public FakeReply stall() {
        return new FakeReply(message, pieces, latency, between, usage, finishReason, End.STALL, failure, thrown);
    }

    /** Where a piece begins: never within a character, since no provider's decoder gives half of one. */
    private int cut(String text, int piece) {
        int at = (int) ((long) text.length() * piece / pieces);
        boolean within =
                at > 0 && at < text.length() && Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
        return within ? at + 1 : at;
    }

    /** How long it is silent before it begins: to who does not stream, until the last piece is there. */
    Duration untilFirst(boolean streaming) {
        return streaming ? latency : latency.plus(between.multipliedBy(pieces - 1L));
    }

    /**
     * The pieces in which it is said: the whole message at once, or its words in about equal parts. An answer that does
     * not stream comes whole or not at all.
     */
    List<Chunk> chunks(boolean streaming) {
        if (!streaming && end != End.COMPLETE) {
            return List.of();
        }
        if (!streaming || !message.toolCalls().isEmpty() || (pieces == 1 && end == End.COMPLETE)) {
            return message.parts().isEmpty() ? List.of() : List.of(new Chunk.Whole(message));
        }
        String text = message.text();
        List<Chunk> chunks = new ArrayList<>();
        for (int i = 0; i < pieces; i++) {
            String piece = text.substring(cut(text, i), cut(text, i + 1));
            if (!piece.isEmpty()) {
                chunks.add(new Chunk.Text(piece));
            }
        }
        return chunks;
    }
}
