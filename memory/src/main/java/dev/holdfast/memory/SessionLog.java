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

    static final SessionLog EMPTY = new SessionLog(new Message[0], 0, 1);

    private final @Nullable Message[] messages;
    private final int size;
    private final long first; // the sequence number of messages[0]

    private SessionLog(@Nullable Message[] messages, int size, long first) {
        this.messages = messages;
        this.size = size;
        this.first = first;
    }

    /**
     * The log with a block at its end. When the array is full, the turns before the newest {@code keep} messages are
     * left behind; until then about twice as many are held, so that a message is copied about once.
     */
    SessionLog plus(List<Message> block, int keep) {
        int longer = size + block.size();
        if (longer <= messages.length) {
            fill(messages, size, block);
            return new SessionLog(messages, longer, first);
        }
        int from = size > keep ? turnAt(size - keep) : 0;
        int kept = size - from;
        int needed = kept + block.size();
        @Nullable Message[] roomier = new Message[Math.max(SMALLEST, 2 * needed)];
        System.arraycopy(messages, from, roomier, 0, kept);
        fill(roomier, kept, block);
        return new SessionLog(roomier, needed, first + from);
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
        return new Stretch(first + from, new Slice(messages, from, size));
    }

    /** Part of the array, not a copy: its slots are never written again. */
    private static final class Slice extends AbstractList<Message> implements RandomAccess {
        private final @Nullable Message[] messages;
        private final int from;
        private final int size;

        Slice(@Nullable Message[] messages, int from, int to) {
            this.messages = messages;
            this.from = from;
            this.size = to - from;
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
