package dev.holdfast.memory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.holdfast.chat.Message;
import dev.holdfast.context.ScopeKey;
import dev.holdfast.error.Problems;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.StampedLock;

/**
 * Conversations in the memory of this process; they end with it.
 *
 * <p><b>Bounds.</b> A session that nobody reads or writes for {@link Builder#idle} is forgotten. A session's log keeps
 * its newest {@link Builder#messagesPerSession} messages: once it holds about twice as many, the oldest turns are
 * gone for good. The number of sessions has no bound of its own: an evicted session would be a conversation that forgets in the
 * middle. A service with more sessions than fit within the idle time wants a store outside the process.
 *
 * <p><b>Threading.</b> Safe for use by many threads. Reading takes no lock; writers of one session wait for each other
 * for as long as it takes to copy the block's references.
 */
public final class InMemoryConversations implements ConversationStore {
    private final Cache<ScopeKey, Session> sessions;
    private final int messagesPerSession;

    private InMemoryConversations(Builder builder) {
        this.messagesPerSession = builder.messagesPerSession;
        this.sessions = Caffeine.newBuilder()
                .expireAfterAccess(builder.idle)
                .ticker(builder.runtime::nanoTime)
                .executor(Runnable::run) // what little upkeep there is happens in the caller's thread, not in a pool
                .build();
    }

    /**
     * Starts a store.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public long append(ScopeKey key, List<Message> block) {
        Objects.requireNonNull(key, "session");
        if (block.isEmpty()) {
            Session session = sessions.getIfPresent(key);
            return session == null ? 0 : session.log.lastSequence();
        }
        // Who is forgotten between the two steps has been forgotten after it was said.
        return sessions.get(key, unknown -> new Session()).append(block, messagesPerSession);
    }

    @Override
    public Stretch last(ScopeKey key, int max) {
        Session session = sessions.getIfPresent(key);
        return session == null ? Stretch.empty() : session.log.last(max);
    }

    @Override
    public void forget(ScopeKey key) {
        sessions.invalidate(key);
    }

    /** A session while it is remembered. Writers take turns, which gives every log its one successor. */
    private static final class Session {
        private final StampedLock lock = new StampedLock(); // which keeps no owner: one store less
        private volatile SessionLog log = SessionLog.EMPTY;

        long append(List<Message> block, int keep) {
            long stamp = lock.writeLock();
            try {
                SessionLog longer = log.plus(block, keep);
                log = longer;
                return longer.lastSequence();
            } finally {
                lock.unlockWrite(stamp);
            }
        }
    }

    /** Builds an {@link InMemoryConversations}. Not safe for use by several threads. */
    public static final class Builder {
        private static final int MOST_MESSAGES = 100_000_000; // twice as many still fit into an array

        private Duration idle = Duration.ofHours(1);
        private int messagesPerSession = 1_000;
        private HoldfastRuntime runtime = HoldfastRuntime.system();

        private Builder() {}

        /**
         * Sets after how long a session is forgotten that nobody reads or writes.
         *
         * @param idle longer than zero; one hour unless set
         * @return this builder
         */
        public Builder idle(Duration idle) {
            this.idle = idle;
            return this;
        }

        /**
         * Sets how much of a session is kept at the least. About twice as much is held before the oldest turns go, and
         * the turn that is going on stays whole however long it is. Give more than any window asks for.
         *
         * @param messages at least 1; 1,000 unless set
         * @return this builder
         */
        public Builder messagesPerSession(int messages) {
            this.messagesPerSession = messages;
            return this;
        }

        /**
         * Sets what measures the idle time.
         *
         * @param runtime the system's unless set
         * @return this builder
         */
        public Builder runtime(HoldfastRuntime runtime) {
            this.runtime = Objects.requireNonNull(runtime, "runtime");
            return this;
        }

        /**
         * Builds the store.
         *
         * @return an empty store
         * @throws dev.holdfast.error.InvalidConfigurationException with every wrong field
         */
        public InMemoryConversations build() {
            new Problems()
                    .requirePositive(idle, "idle")
                    .require(
                            messagesPerSession > 0 && messagesPerSession <= MOST_MESSAGES,
                            "messagesPerSession",
                            "is " + messagesPerSession + "; give 1 to " + MOST_MESSAGES)
                    .throwIfAny("in-memory conversations");
            return new InMemoryConversations(this);
        }
    }
}
