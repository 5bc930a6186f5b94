package dev.holdfast.budget;

import dev.holdfast.budget.Ledger.Settlement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a ledger in memory keeps of a reservation: what was reserved, and on which pages. Guarded by the stripes of its
 * pages' accounts.
 */
class Hold extends Reservation {
    static final Settlement UNKNOWN = new Settlement(false, List.of());
    private static final Settlement ENDED = new Settlement(true, List.of());

    final Page[] pages;
    final long stripes;

    @Nullable
    Hold next; // both of the list that it is in

    @Nullable
    Hold previous;

    private final Leases leases;
    private final Demand demand;
    private final long leaseMillis;
    private final long output;
    private long endOfLease;
    private State state = State.OPEN;

    private enum State {
        OPEN,
        /** Its lease is over, and what it had reserved is settled; its end may still come and correct that. */
        LAPSED,
        ENDED
    }

    /** Reserves on all pages, whose stripes are locked. */
    Hold(Leases leases, Page[] pages, long stripes, Demand demand, long output, long leaseMillis, long nowMillis) {
        this.leases = leases;
        this.pages = pages;
        this.stripes = stripes;
        this.demand = demand;
        this.output = output;
        this.leaseMillis = leaseMillis;
        this.endOfLease = Demand.plus(nowMillis, leaseMillis);
        for (Page page : pages) {
            page.reserve(tokens(), nanoDollars(), demand.calls());
        }
        leases.add(this);
    }

    @Override
    final long output() {
        return output;
    }

    @Override
    final long tokens() {
        return demand.tokens(output);
    }

    @Override
    final long nanoDollars() {
        return demand.nanoDollars(output);
    }

    final Ledger.Granted granted() {
        return new Ledger.Granted(output, demand.amounts(output));
    }

    @Override
    final Settlement settle(long tokens, long nanoDollars) {
        return settle(tokens, nanoDollars, demand.calls());
    }

    final Settlement settle(long tokens, long nanoDollars, long calls) {
        leases.lock(stripes);
        try {
            if (state == State.ENDED) {
                return UNKNOWN;
            }
            return charge(tokens, nanoDollars, calls) ? new Settlement(true, crossings()) : ENDED;
        } finally {
            leases.unlock(stripes);
        }
    }

    @Override
    final boolean release() {
        leases.lock(stripes);
        try {
            if (state == State.ENDED) {
                return false;
            }
            charge(0, 0, 0);
            return true;
        } finally {
            leases.unlock(stripes);
        }
    }

    /** Ends it at what was taken. Tells whether somebody may have to be told. */
    private boolean charge(long tokens, long nanoDollars, long calls) {
        if (state == State.LAPSED) {
            lapse(-1);
        }
        long reservedTokens = tokens();
        long reservedMoney = nanoDollars();
        boolean reached = false;
        for (Page page : pages) {
            reached |= page.settleTokens(reservedTokens, tokens);
            reached |= page.settleMoney(reservedMoney, nanoDollars);
            reached |= page.settleCalls(demand.calls(), calls);
        }
        forget();
        return reached;
    }

    private void lapse(int sign) {
        for (Page page : pages) {
            page.lapse(sign * tokens(), sign * nanoDollars(), sign * demand.calls());
        }
    }

    private void forget() {
        state = State.ENDED;
        for (Page page : pages) {
            page.account.open--;
        }
        leases.remove(this);
        onForgotten();
    }

    /** Its stripes are locked. */
    void onForgotten() {}

    private List<Ledger.Crossing> crossings() {
        List<Ledger.Crossing> found = new ArrayList<>(2);
        for (Page page : pages) {
            page.addCrossings(found);
        }
        return found;
    }

    /** Whether there is something to do at the end of a lease. */
    final boolean isDue(long nowMillis) {
        return endOfLease <= nowMillis;
    }

    /**
     * Settles what was reserved when the lease is over, and forgets it after as long again: by then a call that was only
     * slow has said what it took.
     */
    final void endLease() {
        if (state == State.OPEN) {
            state = State.LAPSED;
            endOfLease = Demand.plus(endOfLease, leaseMillis);
            lapse(1);
        } else {
            forget();
        }
    }
}
