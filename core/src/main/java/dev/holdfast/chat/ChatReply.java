package dev.holdfast.chat;

import dev.holdfast.error.HoldfastException;
import org.jspecify.annotations.Nullable;

/**
 * An answer on its way: pulled by one consumer, chunk by chunk, until it has reached its one {@link Outcome}.
 *
 * <pre>{@code
 * try (ChatReply reply = model.send(call)) {
 *     for (Chunk chunk = reply.next(); chunk != null; chunk = reply.next()) {
 *         System.out.print(chunk.text());
 *     }
 * }
 * }</pre>
 *
 * <p><b>The laws.</b> They bind every reply, of a model, of a layer or of an agent; the conformance kit of
 * {@code holdfast-testkit} checks them.
 *
 * <ol>
 *   <li>A reply reaches exactly one outcome, also when its consumer stops, closes early, is interrupted, or when a layer
 *       throws.
 *   <li>Whatever was acquired for the call is given back when the outcome is reached, once.
 *   <li>After the first chunk there is no silent retry. A reply that was cut ends in an error that carries what came; it
 *       never looks complete.
 *   <li>Unknown usage counts as the most it can be, never as nothing.
 *   <li>{@link #close} stops the work below within a bounded time. An interrupt of the consumer closes, sets the flag
 *       again, and surfaces as cancelled.
 *   <li>The context of the call reaches everything below.
 *   <li>Every attempt below is admitted for the target that it calls.
 * </ol>
 *
 * <p><b>Threading.</b> {@link #next} and {@link #outcome} belong to one consumer thread at a time; {@link #close} may be
 * called from any thread at any time.
 */
public interface ChatReply extends AutoCloseable {

    /**
     * Waits for the next piece. The first call starts the work.
     *
     * @return the next chunk, or null when the answer is complete
     * @throws HoldfastException when there is no answer, or the rest of it does not come; called again, it throws again
     */
    @Nullable
    Chunk next();

    /**
     * How it ended.
     *
     * @return the outcome
     * @throws IllegalStateException before {@link #next} returned null or threw, or {@link #close} returned; and for a
     *     moment after a close by another thread, until the consumer has come out of {@code next}
     */
    Outcome outcome();

    /** Gives up what has not come yet. Does nothing when the outcome has been reached. Never throws. */
    @Override
    void close();

    /**
     * A reply that is there already.
     *
     * @param response the whole answer
     * @return a reply of one chunk
     */
    static ChatReply completed(ChatResponse response) {
        return new OneChunkReply(response);
    }

    /**
     * A reply that has failed already.
     *
     * @param error what went wrong
     * @return a reply without chunks
     */
    static ChatReply failed(HoldfastException error) {
        return new EndedReply(Outcome.of(error));
    }

    /**
     * Waits for the whole answer.
     *
     * @return the answer
     * @throws HoldfastException when there is none
     */
    default ChatResponse await() {
        try (this) {
            while (next() != null) {
                // whoever waits for the whole has no use for the pieces
            }
            if (outcome() instanceof Outcome.Completed completed) {
                return completed.response();
            }
            throw new IllegalStateException("the reply says that it is complete, its outcome says otherwise");
        }
    }
}
