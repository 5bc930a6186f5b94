package dev.holdfast.memory;

import dev.holdfast.chat.Message;
import dev.holdfast.chat.Role;
import java.util.AbstractList;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * The log of one session at one moment. Immutable to its readers, yet appending does not copy it: a log and its
 * successor share an array, and the successor writes only behind the end of the ones before. That is safe as long as a
 * log has one successor, which the store sees to.
 */
final class SessionLog {
    private static final int SMALLEST = 16;
    private static final int NONE = -1;

    static final SessionLog EMPTY = new SessionLog(new Message[0], 0, 1, NONE);

    private final @Nullable Message[] messages;
    private final int size;
    private final long first; // the sequence number of messages[0]
    private final int lastOfTools; // the index of the last message that calls a tool or answers it

    private SessionLog(@Nullable Message[] messages, int size, long first, int lastOfTools) {
        this.messages = messages;
        this.size = size;
        this.first = first;
        this.lastOfTools = lastOfTools;
    }

    /**
     * The log with a block at its end. When the array is full, the turns before the newest {@code keep} messages are
     * left behind; until then about twice as many are held, so that a message is copied about once.
     */
    SessionLog plus(List<Message> block, int keep) {
        int longer = size + block.size();
        if (longer <= messages.length) {
            fill(messages, size, block);
            return new SessionLog(messages, longer, first, lastOfTools(size, block, lastOfTools));
        }
        int from = size > keep ? turnAt(size - keep) : 0;
        int kept = size - from;
        int needed = kept + block.size();
        @Nullable Message[] roomier = new Message[Math.max(SMALLEST, 2 * needed)];
        System.arraycopy(messages, from, roomier, 0, kept);
        fill(roomier, kept, block);
        int carried = Math.max(NONE, lastOfTools - from);
        return new SessionLog(roomier, needed, first + from, lastOfTools(kept, block, carried));
    }

    private static int lastOfTools(int at, List<Message> block, int before) {
        for (int i = block.size() - 1; i >= 0; i--) {
            if (MessageWindow.isOfTools(block.get(i))) {
                return at + i;
            }
        }
        return before;
    }

    private static void fill(@Nullable Message[] target, int at, List<Message> block) {
        for (int i = 0; i < block.size(); i++) {
            target[at + i] = Objects.requireNonNull(block.get(i), "message");
        }
    }

    /** Where to cut: at the first turn that begins at or after {@code at}, else at the one that goes on there. */
    private int turnAt(int at) {
        for (int i = at; i < size; i++) {
            if (beginsTurn(i)) {
                return i;
            }
        }
        for (int i = at - 1; i >= 0; i--) {
            if (beginsTurn(i)) {
                return i;
            }
        }
        return withoutTurns(at);
    }

    /** Nobody ever asked: by number then, but not between calls and their results. */
    private int withoutTurns(int at) {
        int cut = at;
        while (cut > 0 && Objects.requireNonNull(messages[cut]).role() == Role.TOOL) {
            cut--;
        }
        return cut;
    }

    private boolean beginsTurn(int i) {
        return Objects.requireNonNull(messages[i]).role() == Role.USER;
    }

    long lastSequence() {
        return first + size - 1;
    }

    Stretch last(int max) {
        int from = size - Math.max(0, Math.min(size, max));
        return new Stretch(first + from, new Slice(messages, from, size, lastOfTools >= from));
    }

    /** Part of the array, not a copy: its slots are never written again. */
    static final class Slice extends AbstractList<Message> implements RandomAccess {
        private final @Nullable Message[] messages;
        private final int from;
        private final int size;
        private final boolean ofTools;

        private Slice(@Nullable Message[] messages, int from, int to, boolean ofTools) {
            this.messages = messages;
            this.from = from;
            this.size = to - from;
            this.ofTools = ofTools;
        }

        /** Whether any of its messages may call a tool, or answer it. */
        boolean isOfTools() {
            return ofTools;
        }

        /** Copies its messages without a look at them. */
        void copy(int start, @Nullable Message[] target, int at) {
            System.arraycopy(messages, from + start, target, at, size - start);
        }

        @Override
        public Message get(int index) {
            return Objects.requireNonNull(messages[from + Objects.checkIndex(index, size)]);
        }

        @Override
        public int size() {
            return size;
        }
    }
}
