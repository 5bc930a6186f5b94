package dev.holdfast.budget;

import org.jspecify.annotations.Nullable;

/** The reservations that are yet to end, in one list for each stripe: that of the first key that pays. */
final class Leases {
    private final Stripes stripes;
    private final @Nullable Hold[] first = new Hold[Stripes.count()]; // each guarded by its stripe

    Leases(Stripes stripes) {
        this.stripes = stripes;
    }

    void lock(long set) {
        stripes.lock(set);
    }

    void unlock(long set) {
        stripes.unlock(set);
    }

    /** The hold's stripes are locked. */
    void add(Hold hold) {
        int list = listOf(hold);
        Hold second = first[list];
        hold.next = second;
        if (second != null) {
            second.previous = hold;
        }
        first[list] = hold;
    }

    /** The hold's stripes are locked. */
    void remove(Hold hold) {
        Hold next = hold.next;
        Hold previous = hold.previous;
        if (previous == null) {
            first[listOf(hold)] = next;
        } else {
            previous.next = next;
        }
        if (next != null) {
            next.previous = previous;
        }
        hold.next = null;
        hold.previous = null;
    }

    private static int listOf(Hold hold) {
        return Long.numberOfTrailingZeros(hold.stripes);
    }

    /** Ends the leases of one stripe that are over. No stripe is locked. */
    void sweep(int stripe, long nowMillis) {
        long own = Stripes.bit(stripe);
        stripes.lock(own);
        try {
            Hold next;
            for (Hold hold = first[stripe]; hold != null; hold = next) {
                next = hold.next;
                if (hold.isDue(nowMillis)) {
                    endLease(hold, hold.stripes & ~own);
                }
            }
        } finally {
            stripes.unlock(own);
        }
    }

    /** The list's own stripe is the first of the hold's, so that locking the others after it keeps the order. */
    private void endLease(Hold hold, long others) {
        stripes.lock(others);
        try {
            hold.endLease();
        } finally {
            stripes.unlock(others);
        }
    }
}
