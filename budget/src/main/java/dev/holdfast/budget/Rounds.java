package dev.holdfast.budget;

import java.util.concurrent.atomic.AtomicLong;

/**
 * When to look for what can be forgotten. A look at everything is a round, and has 64 parts, of which one comes due at a
 * time: whoever comes by then does it, and it holds nobody up for long. After a quiet time all that is due comes at once.
 *
 * <p><b>Threading.</b> Safe for use by many threads; each part goes to one of them.
 */
final class Rounds {
    /** The parts of a round. */
    static final int PARTS = 64;

    private final AtomicLong last;

    /**
     * Begins.
     *
     * @param part the number of the current part, by any clock that goes on by one a part
     */
    Rounds(long part) {
        this.last = new AtomicLong(part);
    }

    /** How many parts, up to and with this one, the calling thread has to do; mostly none, at most a round. */
    int due(long part) {
        long done = last.get();
        return part > done && last.compareAndSet(done, part) ? (int) Math.min(PARTS, part - done) : 0;
    }
}
