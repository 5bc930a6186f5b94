package dev.holdfast.testkit;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is due when: a binary heap, the earliest first, equal instants in the order of their creation.
 *
 * <p>A thread waits for one thing at a time, so that its {@link Strand} is the heap's node as well: a wait allocates
 * nothing, and one that ends early leaves the heap at once. A heap that forgets lazily would grow with every long
 * timeout that did not come to pass.
 *
 * <p>Threading: guarded by the lock of the {@link Lockstep}.
 */
final class Timers {
    private @Nullable Strand[] heap = new Strand[64];
    private int size;
    private long created;

    void add(Strand strand, long due) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        strand.due = due;
        strand.order = created++;
        up(size++, strand);
    }

    @Nullable
    Strand first() {
        return heap[0];
    }

    boolean remove(Strand strand) {
        int at = strand.heapIndex;
        if (at < 0) {
            return false;
        }
        strand.heapIndex = -1;
        Strand last = at(--size);
        heap[size] = null;
        if (last != strand) {
            down(at, last);
            if (last.heapIndex == at) {
                up(at, last);
            }
        }
        return true;
    }

    /** In no particular order. */
    Strand[] all() {
        Strand[] all = new Strand[size];
        for (int i = 0; i < size; i++) {
            all[i] = at(i);
        }
        return all;
    }

    private void up(int hole, Strand strand) {
        int at = hole;
        while (at > 0) {
            int above = (at - 1) >>> 1;
            Strand parent = at(above);
            if (!before(strand, parent)) {
                break;
            }
            put(at, parent);
            at = above;
        }
        put(at, strand);
    }

    private void down(int hole, Strand strand) {
        int at = hole;
        for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && before(at(child + 1), at(child))) {
                child++;
            }
            if (!before(at(child), strand)) {
                break;
            }
            put(at, at(child));
            at = child;
        }
        put(at, strand);
    }

    private void put(int at, Strand strand) {
        heap[at] = strand;
        strand.heapIndex = at;
    }

    private Strand at(int index) {
        return Objects.requireNonNull(heap[index]);
    }

    private static boolean before(Strand a, Strand b) {
        return a.due != b.due ? a.due < b.due : a.order < b.order;
    }
}
