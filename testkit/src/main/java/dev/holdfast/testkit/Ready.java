package dev.holdfast.testkit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The threads that could run now, and the rule for who of them goes next.
 *
 * <p>Threading: guarded by the lock of the {@link Lockstep}.
 */
interface Ready {

    void add(Strand strand);

    /** Takes the one that goes next out, or gives null when there is none. */
    @Nullable
    Strand take();

    boolean isEmpty();

    /** First come, first served. */
    static Ready inOrder() {
        return new InOrder();
    }

    /** Drawn by lot, the same lots for the same seed. */
    static Ready drawn(long seed) {
        return new Drawn(seed);
    }

    /** See {@link #inOrder}. */
    final class InOrder implements Ready {
        private final ArrayDeque<Strand> queue = new ArrayDeque<>();

        @Override
        public void add(Strand strand) {
            queue.add(strand);
        }

        @Override
        public @Nullable Strand take() {
            return queue.poll();
        }

        @Override
        public boolean isEmpty() {
            return queue.isEmpty();
        }
    }

    /** See {@link #drawn}. */
    final class Drawn implements Ready {
        private final List<Strand> strands = new ArrayList<>();
        private long state;

        Drawn(long seed) {
            state = seed;
        }

        @Override
        public void add(Strand strand) {
            strands.add(strand);
        }

        @Override
        public @Nullable Strand take() {
            int last = strands.size() - 1;
            if (last < 0) {
                return null;
            }
            Strand moved = strands.remove(last);
            // A choice of one draws nothing: adding a lone sleep to a test does not reshuffle all that follows.
            int drawn = last == 0 ? 0 : draw(last + 1);
            return drawn == last ? moved : strands.set(drawn, moved);
        }

        @Override
        public boolean isEmpty() {
            return strands.isEmpty();
        }

        /** SplitMix64, spelled out because the JDK does not promise the same bounded draws in every version. */
        private int draw(int bound) {
            state += 0x9e3779b97f4a7c15L;
            long z = state;
            z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
            z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
            return (int) (((z >>> 32) * bound) >>> 32);
        }
    }
}
