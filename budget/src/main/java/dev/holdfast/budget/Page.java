package dev.holdfast.budget;

import dev.holdfast.budget.Account.Cell;
import dev.holdfast.budget.Budget.Limit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cells of one account that one budget limits, as they are until the first of their windows ends. Guarded by the
 * account's stripe. Kept apart by unit, because every call goes through all of them twice, and most budgets have one.
 */
final class Page {
    final Account account;
    final Budget budget;
    final long endMillis;

    private final Entry[] entries; // in the order of the budget's limits
    private final Entry[] tokens;
    private final Entry[] money;
    private final Entry[] calls;

    Page(Account account, Budget budget, Cell[] cells) {
        this.account = account;
        this.budget = budget;
        this.entries = new Entry[cells.length];
        long end = Long.MAX_VALUE;
        for (int i = 0; i < cells.length; i++) {
            entries[i] = new Entry(budget.limits().get(i), cells[i]);
            end = Math.min(end, cells[i].endMillis);
        }
        this.endMillis = end;
        this.tokens = of(BudgetUnit.TOKENS);
        this.money = of(BudgetUnit.MONEY);
        this.calls = of(BudgetUnit.CALLS);
    }

    private Entry[] of(BudgetUnit unit) {
        List<Entry> found = new ArrayList<>(entries.length);
        for (Entry entry : entries) {
            if (entry.limit.unit() == unit) {
                found.add(entry);
            }
        }
        return found.toArray(new Entry[0]);
    }

    /** How much output all limits afford; negative when one does not even afford the fixed part. */
    long affordable(Demand demand) {
        long output = demand.mostOutput();
        if (tokens.length > 0) {
            output = Math.min(output, demand.affordable(BudgetUnit.TOKENS, left(tokens)));
        }
        if (money.length > 0) {
            output = Math.min(output, demand.affordable(BudgetUnit.MONEY, left(money)));
        }
        if (calls.length > 0) {
            output = Math.min(output, demand.affordable(BudgetUnit.CALLS, left(calls)));
        }
        return output;
    }

    private static long left(Entry[] entries) {
        long left = Long.MAX_VALUE;
        for (Entry entry : entries) {
            left = Math.min(left, entry.amount - entry.cell.used);
        }
        return left;
    }

    /** The limit that refuses the demand, of several the one that does so for the longest; null when none is beyond. */
    @Nullable
    Entry refusing(Demand demand, long beyond) {
        Entry last = null;
        long longest = beyond;
        for (Entry entry : entries) {
            long until = entry.refusesUntil(demand);
            if (until > longest) {
                longest = until;
                last = entry;
            }
        }
        return last;
    }

    /** Reserved amounts count as used from the start. */
    void reserve(long tokensTaken, long nanoDollars, long callsMade) {
        account.open++;
        reserve(tokens, tokensTaken);
        reserve(money, nanoDollars);
        reserve(calls, callsMade);
    }

    private static void reserve(Entry[] entries, long amount) {
        for (Entry entry : entries) {
            entry.cell.used += amount;
            entry.cell.reserved += amount;
        }
    }

    /** Counts what was reserved as settled; a negative amount as reserved again. */
    void lapse(long tokensTaken, long nanoDollars, long callsMade) {
        lapse(tokens, tokensTaken);
        lapse(money, nanoDollars);
        lapse(calls, callsMade);
    }

    private static void lapse(Entry[] entries, long amount) {
        for (Entry entry : entries) {
            entry.cell.reserved -= amount;
        }
    }

    /** Settles tokens in place of those that were reserved. Tells whether somebody may have to be told. */
    boolean settleTokens(long reserved, long actual) {
        return settle(tokens, reserved, actual);
    }

    boolean settleMoney(long reserved, long actual) {
        return settle(money, reserved, actual);
    }

    boolean settleCalls(long reserved, long actual) {
        return settle(calls, reserved, actual);
    }

    private static boolean settle(Entry[] entries, long reserved, long actual) {
        boolean reached = false;
        for (Entry entry : entries) {
            Cell cell = entry.cell;
            cell.reserved -= reserved;
            cell.used = Demand.plus(cell.used - reserved, actual); // a debt never turns into credit
            reached |= cell.settled() >= entry.tellAt;
        }
        return reached;
    }

    /** Adds the thresholds that are reached and were not told of. */
    void addCrossings(List<Ledger.Crossing> found) {
        for (Entry entry : entries) {
            int percent = entry.settled() >= entry.tellAt ? entry.newlyReached(budget.thresholds()) : 0;
            if (percent > 0) {
                found.add(new Ledger.Crossing(account.key, entry.limit, percent, entry.settled()));
            }
        }
    }

    /** One limit and the cell that it holds to it. */
    static final class Entry {
        /** What does not refuse. */
        static final long AFFORDS = Long.MIN_VALUE;

        /** Until calls that are running end: nobody knows when, and it is sooner than any window's end. */
        private static final long RESERVED = Long.MIN_VALUE + 1;

        final Limit limit;
        final Cell cell;
        private final long amount;
        private long tellAt; // below this nobody has to be told; a threshold that another budget told of is late here

        private Entry(Limit limit, Cell cell) {
            this.limit = limit;
            this.cell = cell;
            this.amount = limit.amount();
        }

        private long settled() {
            return cell.settled();
        }

        /** Until which moment the demand cannot be paid, whatever calls that are running give back. */
        long refusesUntil(Demand demand) {
            if (affords(demand, amount - cell.used)) {
                return AFFORDS;
            }
            if (affords(demand, amount - settled())) {
                return RESERVED;
            }
            return affords(demand, amount) ? cell.endMillis : Long.MAX_VALUE;
        }

        private boolean affords(Demand demand, long left) {
            return demand.affordable(limit.unit(), left) >= demand.leastOutput();
        }

        /** The highest threshold that is reached and was not told of; 0 when there is none. */
        private int newlyReached(int[] thresholds) {
            int percent = 0;
            tellAt = Long.MAX_VALUE;
            for (int i = thresholds.length - 1; i >= 0 && thresholds[i] > cell.toldPercent; i--) {
                long at = amountAt(thresholds[i]);
                if (settled() >= at) {
                    percent = thresholds[i];
                    cell.toldPercent = percent;
                } else {
                    tellAt = at;
                }
            }
            return percent;
        }

        private long amountAt(int percent) {
            return Demand.times(amount / 100, percent) + (amount % 100 * percent + 99) / 100;
        }
    }
}
