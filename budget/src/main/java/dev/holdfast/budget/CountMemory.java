package dev.holdfast.budget;

import dev.holdfast.chat.ToolSpec;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What the descriptions of tools count, for as long as they live. By identity: comparing their content costs about as
 * much as counting it. A table of one slot for each hash, in which a newer object takes the place of an older one: what
 * is lost is counted again, and nothing has to be kept in order.
 *
 * <p><b>Threading.</b> Safe for use by many threads: entries are immutable, and a race loses one of them.
 */
final class CountMemory {
    private static final int MASK = (1 << 10) - 1;

    private final AtomicReferenceArray<@Nullable Entry> entries = new AtomicReferenceArray<>(MASK + 1);

    /** A tool and its count in one vocabulary. */
    static final class Entry extends WeakReference<ToolSpec> {
        final Vocabulary vocabulary;
        final long estimate;
        final long bound;

        Entry(ToolSpec of, Vocabulary vocabulary, long estimate, long bound) {
            super(of);
            this.vocabulary = vocabulary;
            this.estimate = estimate;
            this.bound = bound;
        }
    }

    @Nullable
    Entry find(ToolSpec of, Vocabulary vocabulary) {
        Entry entry = entries.getPlain(slot(of, vocabulary));
        return entry != null && entry.vocabulary == vocabulary && entry.refersTo(of) ? entry : null;
    }

    void remember(ToolSpec of, Entry entry) {
        entries.setPlain(slot(of, entry.vocabulary), entry);
    }

    @SuppressWarnings("EnumOrdinal") // moves the vocabularies of one tool apart, and never leaves the process
    private static int slot(ToolSpec of, Vocabulary vocabulary) {
        int hash = System.identityHashCode(of);
        return ((hash ^ (hash >>> 15)) + vocabulary.ordinal()) & MASK;
    }
}
