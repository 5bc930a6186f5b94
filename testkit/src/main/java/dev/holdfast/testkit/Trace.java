package dev.holdfast.testkit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened when: a running hash, always, and the lines themselves when asked for.
 *
 * <p>Threading: guarded by the lock of the {@link Lockstep}.
 */
final class Trace {
    private final @Nullable List<String> lines;
    private long hash = 0xcbf29ce484222325L;

    Trace(boolean keepLines) {
        this.lines = keepLines ? new ArrayList<>() : null;
    }

    void add(long now, Strand strand, Strand.Event event) {
        long word = now * 0x9e3779b97f4a7c15L + strand.id * 31L + event.words.hashCode();
        hash = (hash ^ word ^ (word >>> 29)) * 0x100000001b3L;
        if (lines != null) {
            lines.add(now + " " + strand.name + " " + event.words);
        }
    }

    long hash() {
        return hash;
    }

    List<String> lines() {
        if (lines == null) {
            throw new IllegalStateException("This runtime keeps no trace; build it with builder().traced()");
        }
        return List.copyOf(lines);
    }
}
