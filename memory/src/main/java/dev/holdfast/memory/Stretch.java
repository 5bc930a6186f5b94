package dev.holdfast.memory;

import dev.holdfast.chat.Message;
import java.util.List;
import java.util.Objects;

/**
 * A piece of a session's log.
 *
 * @param first the sequence number of the first message; of the next one to come when there are no messages
 * @param messages in order; never changes, also when the log grows
 */
public record Stretch(long first, List<Message> messages) {
    private static final Stretch EMPTY = new Stretch(1, List.of());

    /** Checks the fields. */
    public Stretch {
        Objects.requireNonNull(messages, "messages");
    }

    /**
     * What a session holds of which nothing is known.
     *
     * @return the shared instance
     */
    public static Stretch empty() {
        return EMPTY;
    }
}
