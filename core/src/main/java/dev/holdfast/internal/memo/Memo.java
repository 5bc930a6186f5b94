package dev.holdfast.internal.memo;

import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Message;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One thing kept beside a message or a request for as long as it lives: its number of tokens, which every call of a
 * conversation and every layer of a call asks for again. Finding it in a table costs several times as much as looking
 * into the message.
 *
 * <p><b>Threading.</b> A race keeps one of several values, or forgets one; what is kept has to be immutable.
 */
public final class Memo {
    private static volatile @Nullable Slot<Message> messages;
    private static volatile @Nullable Slot<ChatRequest> requests;

    /** Constants to whoever comes after the first of each: reading a memo is then no more than reading the field. */
    private static final class OfMessages {
        static final Slot<Message> SLOT = Objects.requireNonNull(messages, "no message was made yet");
    }

    private static final class OfRequests {
        static final Slot<ChatRequest> SLOT = Objects.requireNonNull(requests, "no request was made yet");
    }

    /**
     * A field that its owner alone can reach.
     *
     * @param <T> the owner
     */
    public interface Slot<T> {

        /**
         * Reads.
         *
         * @param owner the message or the request
         * @return what is kept, null when nothing is
         */
        @Nullable
        Object get(T owner);

        /**
         * Writes.
         *
         * @param owner the message or the request
         * @param memo what is kept from now on
         */
        void set(T owner, Object memo);
    }

    private Memo() {}

    /**
     * Called once, by the initializer of {@link Message}: whoever has a message finds the slot open.
     *
     * @param slot the field
     */
    public static void ofMessages(Slot<Message> slot) {
        messages = slot;
    }

    /**
     * Called once, by the initializer of {@link ChatRequest}.
     *
     * @param slot the field; copies that ask the same of the model share it
     */
    public static void ofRequests(Slot<ChatRequest> slot) {
        requests = slot;
    }

    /**
     * Reads.
     *
     * @param message the message
     * @return what is kept, null when nothing is
     */
    public static @Nullable Object of(Message message) {
        return OfMessages.SLOT.get(message);
    }

    /**
     * Writes.
     *
     * @param message the message
     * @param memo what is kept from now on; immutable
     */
    public static void keep(Message message, Object memo) {
        OfMessages.SLOT.set(message, memo);
    }

    /**
     * Reads.
     *
     * @param request the request
     * @return what is kept, null when nothing is
     */
    public static @Nullable Object of(ChatRequest request) {
        return OfRequests.SLOT.get(request);
    }

    /**
     * Writes.
     *
     * @param request the request
     * @param memo what is kept from now on; immutable
     */
    public static void keep(ChatRequest request, Object memo) {
        OfRequests.SLOT.set(request, memo);
    }
}
