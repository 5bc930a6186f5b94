package dev.holdfast.benchmarks.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Where a body is cut into transport chunks. */
final class Cuts {
    private static final int LONGEST = 400;

    private Cuts() {}

    /** The recorded lengths where they are known, else random ones: always the same for a seed and an id. */
    static int[] of(Exchange exchange, byte[] sent, long seed) {
        int[] recorded = exchange.chunkLengths();
        if (recorded != null && sent.length == exchange.body.length) {
            return recorded;
        }
        return random(sent.length, seed ^ exchange.id.hashCode());
    }

    /** Pieces from one byte to a few hundred, so that some fall within an event, a line end or a character. */
    static int[] random(int length, long seed) {
        Random random = new Random(seed);
        List<Integer> pieces = new ArrayList<>();
        int left = length;
        while (left > 0) {
            int bound = random.nextInt(4) == 0 ? 8 : LONGEST;
            int piece = Math.min(left, 1 + random.nextInt(bound));
            pieces.add(piece);
            left -= piece;
        }
        return pieces.stream().mapToInt(Integer::intValue).toArray();
    }
}
