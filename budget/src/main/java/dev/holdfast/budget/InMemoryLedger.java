package dev.holdfast.budget;

import dev.holdfast.context.CallContext;
import dev.holdfast.context.ScopeKey;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@link Ledger#inMemory}. A step locks the stripes of its keys, looks at all pages, and then charges all or none.
 * Reserved amounts count as used from the start, so a lease that is over changes nothing of what is left.
 */
final class InMemoryLedger implements Ledger {
    private static final int PART_BITS = 10; // of the clock: 2^10 ms, about a second

    private final HoldfastRuntime runtime;
    private final Stripes stripes = new Stripes();
    private final Holders<Account> accounts = new Holders<>(stripes);
    private final Leases leases = new Leases(stripes);
    private final Map<ReservationId, NamedHold> named = new ConcurrentHashMap<>();
    private final Rounds rounds;

    InMemoryLedger(HoldfastRuntime runtime) {
        this.runtime = runtime;
        this.rounds = new Rounds(nowMillis() >> PART_BITS);
    }

    private long nowMillis() {
        return runtime.now().toEpochMilli();
    }

    /** A reservation that was made by its id, and is found by it until it has ended. */
    private final class NamedHold extends Hold {
        private final ReservationId id;

        NamedHold(ReservationId id, Page[] pages, long set, Demand demand, long output, long lease, long now) {
            super(leases, pages, set, demand, output, lease, now);
            this.id = id;
            named.put(id, this);
        }

        @Override
        void onForgotten() {
            named.remove(id);
        }
    }

    @Override
    public Decision reserve(ReservationId id, List<Line> lines, Demand demand, Duration lease) {
        long now = nowMillis();
        sweepIfDue(now);
        long set = 0;
        for (Line line : lines) {
            set |= Stripes.bit(Stripes.of(line.key()));
        }
        set = set == 0 ? 1 : set; // a reservation that nobody pays for has its lease in some stripe, too
        stripes.lock(set);
        try {
            Hold known = named.get(id);
            if (known != null) {
                return known.granted();
            }
            Page[] pages = new Page[lines.size()];
            for (int i = 0; i < pages.length; i++) {
                pages[i] = pageOf(lines.get(i).key(), lines.get(i).budget(), now);
            }
            long output = affordable(pages, demand);
            return output < demand.leastOutput()
                    ? exhausted(pages, demand, now)
                    : new NamedHold(id, pages, set, demand, output, millis(lease), now).granted();
        } finally {
            stripes.unlock(set);
        }
    }

    /** The same for a layer, which keeps the reservation itself. */
    Purse.Answer reserve(CallContext context, Budget[] budgets, Demand demand, long leaseMillis, long now) {
        sweepIfDue(now);
        long set = 0;
        for (Budget budget : budgets) {
            set |= Stripes.bit(budget.scope(), context);
        }
        stripes.lock(set);
        try {
            Page[] pages = pagesOf(context, budgets, now);
            long output = affordable(pages, demand);
            return output < demand.leastOutput()
                    ? new Purse.Refused(exhausted(pages, demand, now))
                    : new Hold(leases, pages, set, demand, output, leaseMillis, now);
        } finally {
            stripes.unlock(set);
        }
    }

    static long millis(Duration lease) {
        try {
            return lease.toMillis();
        } catch (ArithmeticException tooLong) {
            return Long.MAX_VALUE;
        }
    }

    private Page[] pagesOf(CallContext context, Budget[] budgets, long now) {
        Page[] pages = new Page[budgets.length];
        int paying = 0;
        for (Budget budget : budgets) {
            ScopeKey key = context.key(budget.scope()).orElse(null);
            if (key != null) {
                pages[paying++] = pageOf(key, budget, now);
            }
        }
        return paying == pages.length ? pages : Arrays.copyOf(pages, paying);
    }

    private Page pageOf(ScopeKey key, Budget budget, long now) {
        Account account = accounts.find(key);
        if (account == null) {
            account = new Account(key);
            accounts.add(key, account);
        }
        return account.pageOf(budget, now);
    }

    private static long affordable(Page[] pages, Demand demand) {
        long output = demand.mostOutput();
        for (Page page : pages) {
            output = Math.min(output, page.affordable(demand));
        }
        return output;
    }

    /** The limit that refuses; of several the one that does so for the longest, because before that nothing will do. */
    private static Exhausted exhausted(Page[] pages, Demand demand, long now) {
        Page.Entry last = null;
        ScopeKey whose = null;
        long until = Page.Entry.AFFORDS;
        for (Page page : pages) {
            Page.Entry refusing = page.refusing(demand, until);
            if (refusing != null) {
                last = refusing;
                whose = page.account.key;
                until = refusing.refusesUntil(demand);
            }
        }
        if (last == null || whose == null) {
            throw new IllegalStateException("no limit refuses the demand that was refused");
        }
        long end = last.cell.endMillis;
        Duration wait = end == Long.MAX_VALUE ? null : Duration.ofMillis(end - now);
        long requested = demand.amounts(demand.leastOutput()).in(last.limit.unit());
        return new Exhausted(whose, last.limit, last.cell.balance(), requested, wait);
    }

    @Override
    public Settlement settle(ReservationId id, Amounts actual) {
        Hold hold = named.get(id);
        return hold == null ? Hold.UNKNOWN : hold.settle(actual.tokens(), actual.nanoDollars(), actual.calls());
    }

    @Override
    public boolean release(ReservationId id) {
        Hold hold = named.get(id);
        return hold != null && hold.release();
    }

    @Override
    public Balance balance(ScopeKey key, BudgetUnit unit, Window window) {
        long now = nowMillis();
        long set = Stripes.bit(Stripes.of(key));
        stripes.lock(set);
        try {
            Account account = accounts.find(key);
            Account.Cell cell = account == null ? null : account.cell(unit, window, now);
            return cell == null ? new Balance(0, 0) : cell.balance();
        } finally {
            stripes.unlock(set);
        }
    }

    /** Ends leases that are over, and forgets keys of which nothing is left to know. */
    private void sweepIfDue(long now) {
        long part = now >> PART_BITS;
        int parts = rounds.due(part);
        if (parts > 0) {
            for (int i = 0; i < parts; i++) {
                leases.sweep((int) Math.floorMod(part - i, (long) Rounds.PARTS), now);
            }
            accounts.sweep(parts, now);
        }
    }

    /** How many scope keys are remembered, for tests. */
    int size() {
        return accounts.size();
    }
}
