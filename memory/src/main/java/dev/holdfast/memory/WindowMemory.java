package dev.holdfast.memory;

import dev.holdfast.chat.GuardLayer;
import dev.holdfast.chat.GuardedCall;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Permit;
import dev.holdfast.chat.Role;
import dev.holdfast.context.AttemptKind;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Scope;
import dev.holdfast.context.ScopeKey;
import dev.holdfast.error.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Remembers a session's newest turns: puts them before what is asked, and keeps what was asked and answered.
 *
 * <p>Stands around the loop of model and tool calls, so that a turn is remembered as a whole: the request's own messages
 * (without those of the system) and everything that the answer's
 * {@link dev.holdfast.chat.ChatResponse#transcript() transcript} holds, appended as one block when the answer is
 * complete. Requests bring only what is new; the past comes from the store.
 *
 * <ul>
 *   <li>A call without a session passes as it is, and nothing is remembered: there is no default conversation.
 *   <li>A call that fails or is cancelled leaves nothing behind, not even the question: no half turns.
 *   <li>A guard's call neither sees the conversation nor adds to it. A shadow's call sees it, and adds nothing.
 *   <li>Two calls of one session at once both see the past as it was when they began; the one that ends first comes
 *       first in the log.
 * </ul>
 *
 * <p><b>Errors.</b> A store that cannot be read fails the call before anything is sent. One that cannot be written is
 * logged, and the answer stands.
 *
 * <p><b>Threading.</b> Safe for use by many threads.
 */
public final class WindowMemory extends GuardLayer {
    private static final int MOST_ASKED_FOR = 1 << 30;

    private final ConversationStore store;
    private final MessageWindow window;
    private final List<Message> pinned;

    private WindowMemory(Builder builder) {
        this.store = builder.store;
        this.window = MessageWindow.messages(builder.messages);
        this.pinned = builder.pinned;
    }

    /**
     * Starts a memory.
     *
     * @param store where conversations are kept
     * @return a builder
     */
    public static Builder builder(ConversationStore store) {
        return new Builder(store);
    }

    @Override
    protected boolean actsAtOnce() {
        return store instanceof InMemoryConversations;
    }

    @Override
    protected Permit admit(GuardedCall call) {
        CallContext context = call.context();
        List<Message> request = call.request().messages();
        ScopeKey session = context.key(Scope.SESSION).orElse(null);
        if (session == null || context.attemptKind() == AttemptKind.GUARD || request.isEmpty()) {
            return Permit.none();
        }
        int head = MessageWindow.systemMessages(request);
        int repeated = context.attemptKind() == AttemptKind.REPAIR ? repeated(session, request, head) : 0;
        List<Message> past = recall(session, request, head, repeated);
        if (!past.isEmpty() || !pinned.isEmpty()) {
            List<Message> seen = window.join(request, head, pinned, past);
            call.forward(call.call().with(call.request().withMessages(seen)));
        }
        return context.attemptKind() == AttemptKind.SHADOW
                ? Permit.none()
                : new Turn(store, session, repeated == 0 ? request : request.subList(head + repeated, request.size()));
    }

    /** The end of the log: as much as fits, and more only where a turn began before that and goes on now. */
    private List<Message> recall(ScopeKey session, List<Message> request, int head, int repeated) {
        int max = window.room(request, head);
        List<Message> past = before(session, max, repeated);
        if (MessageWindow.continuesTurn(request, head)) {
            while (past.size() == max && max < MOST_ASKED_FOR && !MessageWindow.hasUser(past)) {
                max *= 2;
                past = before(session, max, repeated);
            }
        }
        return past;
    }

    /** The end of the log without its last messages. */
    private List<Message> before(ScopeKey session, int max, int repeated) {
        List<Message> past = store.last(session, max + repeated).messages();
        return repeated == 0 ? past : past.subList(0, Math.max(0, past.size() - repeated));
    }

    /**
     * How many messages at the beginning of the request are the last ones of the log. A repair sends back what was said
     * since its question, and all of that but its last message has been remembered already.
     */
    private int repeated(ScopeKey session, List<Message> request, int head) {
        List<Message> tail = store.last(session, request.size() - head).messages();
        for (int count = tail.size(); count > 0; count--) {
            if (tail.subList(tail.size() - count, tail.size()).equals(request.subList(head, head + count))) {
                return count;
            }
        }
        return 0;
    }

    /** What is asked, to be remembered together with its answer. */
    private record Turn(ConversationStore store, ScopeKey session, List<Message> asked) implements Permit {
        @Override
        public void end(Outcome outcome, GuardedCall call) {
            if (outcome instanceof Outcome.Completed completed) {
                List<Message> answered = completed.response().transcript();
                List<Message> turn = new ArrayList<>(asked.size() + answered.size());
                addSaid(asked, turn);
                addSaid(answered, turn);
                store.append(session, turn);
            }
        }

        /** Adds what belongs to the conversation: not the instructions, and no answer that says nothing. */
        private static void addSaid(List<Message> messages, List<Message> turn) {
            for (int i = 0; i < messages.size(); i++) {
                Message message = messages.get(i);
                if (message.role() != Role.SYSTEM && !message.parts().isEmpty()) {
                    turn.add(message);
                }
            }
        }
    }

    @Override
    public String toString() {
        return "memory of " + window;
    }

    /** Builds a {@link WindowMemory}. Not safe for use by several threads. */
    public static final class Builder {
        private final ConversationStore store;
        private int messages = 20;
        private List<Message> pinned = List.of();

        private Builder(ConversationStore store) {
            this.store = Objects.requireNonNull(store, "store");
        }

        /**
         * Sets how much the model sees, new messages included, system and pinned ones not. See {@link MessageWindow}
         * for what is kept whole.
         *
         * @param messages at least 1; 20 unless set
         * @return this builder
         */
        public Builder messages(int messages) {
            this.messages = messages;
            return this;
        }

        /**
         * Sets what stands in every window, after the system messages and before the past, and is never stored.
         *
         * @param messages of the system or the user; copied
         * @return this builder
         */
        public Builder pinned(List<Message> messages) {
            this.pinned = List.copyOf(messages);
            return this;
        }

        /**
         * Builds the memory.
         *
         * @return a layer for the outside of the loop of model and tool calls
         * @throws dev.holdfast.error.InvalidConfigurationException with every wrong field
         */
        public WindowMemory build() {
            Problems problems = new Problems().requirePositive(messages, "messages");
            for (int i = 0; i < pinned.size(); i++) {
                Role role = pinned.get(i).role();
                problems.require(
                        role == Role.SYSTEM || role == Role.USER,
                        "pinned[" + i + "]",
                        "is a message of " + role + "; pin messages of SYSTEM or USER");
            }
            problems.throwIfAny("window memory");
            return new WindowMemory(this);
        }
    }
}
