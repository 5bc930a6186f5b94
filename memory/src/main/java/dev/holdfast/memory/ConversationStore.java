package dev.holdfast.memory;

import dev.holdfast.chat.Message;
import dev.holdfast.context.ScopeKey;
import java.util.List;

/**
 * Where conversations are kept: one append-only log of messages a session.
 *
 * <p><b>Keys.</b> A session is named by the key of {@link dev.holdfast.context.Scope#SESSION}, which holds tenant, user
 * and session id. There is no default conversation. A store compares keys as values, never by parsing or matching their
 * text.
 *
 * <p><b>Order.</b> Every message has a sequence number in its session, from 1, without gaps. Messages are never changed
 * and never reordered.
 *
 * <p><b>Threading.</b> Safe for use by many threads and, where the store is shared, by many processes.
 */
public interface ConversationStore {

    /**
     * Adds a block of messages to the end of a session's log, in one step: the whole block is there or none of it, the
     * messages of two blocks never mix, and of two writers at once neither is lost. Once it returns, every
     * {@link #last} sees the block.
     *
     * @param session whose log; begun if there is none
     * @param block what was said, in order
     * @return the sequence number of the block's last message; for an empty block that of the log's last message, 0 in
     *     an empty log
     */
    long append(ScopeKey session, List<Message> block);

    /**
     * Reads the end of a session's log. Costs as much as it returns, however long the log is.
     *
     * @param session whose log
     * @param max how many messages at the most; none for zero and less
     * @return the newest messages that are kept, oldest first, as of one moment; empty for a session without a log
     */
    Stretch last(ScopeKey session, int max);

    /**
     * Erases a session's log. Does nothing when there is none. What is appended later begins a new log at 1.
     *
     * @param session whose log
     */
    void forget(ScopeKey session);

    /**
     * Conversations in the memory of this process; {@link InMemoryConversations} says how long they are kept, and keeps
     * them for longer.
     *
     * @return an empty store
     */
    static ConversationStore inMemory() {
        return InMemoryConversations.builder().build();
    }
}
