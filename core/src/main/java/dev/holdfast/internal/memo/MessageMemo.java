package dev.holdfast.internal.memo;

import dev.holdfast.chat.Message;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One thing kept beside a message for as long as the message lives: its number of tokens, which every call of a
 * conversation asks for again. Finding it in a table costs several times as much as looking into the message.
 *
 * <p><b>Threading.</b> A race keeps one of several values, or forgets one; what is kept has to be immutable.
 */
public final class MessageMemo {
    private static @Nullable Slot slot;

    /** The field of the message, which the message alone can reach. */
    public interface Slot {

        /**
         * Reads.
         *
         * @param message the message
         * @return what is kept, null when nothing is
         */
        @Nullable
        Object get(Message message);

        /**
         * Writes.
         *
         * @param message the message
         * @param memo what is kept from now on
         */
        void set(Message message, Object memo);
    }

    private MessageMemo() {}

    /**
     * Called once, by the initializer of {@link Message}: whoever has a message finds the slot open.
     *
     * @param opened the field
     */
    public static void open(Slot opened) {
        slot = opened;
    }

    /**
     * Reads.
     *
     * @param message the message
     * @return what is kept, null when nothing is
     */
    public static @Nullable Object of(Message message) {
        return Objects.requireNonNull(slot).get(message);
    }

    /**
     * Writes.
     *
     * @param message the message
     * @param memo what is kept from now on; immutable
     */
    public static void keep(Message message, Object memo) {
        Objects.requireNonNull(slot).set(message, memo);
    }
}
