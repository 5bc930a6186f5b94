package dev.holdfast.budget;

import dev.holdfast.budget.Account.Cell;
import dev.holdfast.budget.Account.Row;
import dev.holdfast.budget.Budget.Limit;
import dev.holdfast.context.ScopeKey;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * {@link Ledger#inMemory}. A step locks the stripes of its keys, looks at all rows, and then charges all or none.
 * Reserved amounts count as used from the start, so an expired lease has nothing to do but to be forgotten.
 */
final class InMemoryLedger implements Ledger {
    private static final long SWEEP_EVERY_MILLIS = Duration.ofMinutes(1).toMillis();
    private static final Settlement ENDED = new Settlement(true, List.of());
    private static final Settlement UNKNOWN = new Settlement(false, List.of());
    private static final Amounts NOTHING = new Amounts(0, 0, 0);

    private final HoldfastRuntime runtime;
    private final Stripes stripes = new Stripes();
    private final List<Map<ScopeKey, Account>> accounts = new ArrayList<>(Stripes.count());
    private final Map<ReservationId, Hold> holds = new ConcurrentHashMap<>();
    private final AtomicLong nextSweep;

    /** An open reservation: what was charged, and to which windows, in the order of the lines and their limits. */
    private static final class Hold {
        private final Granted granted;
        private final List<Line> lines;
        private final Cell[] cells;
        private final long stripes;
        private final long expiresAt;

        Hold(Granted granted, List<Line> lines, Cell[] cells, long stripes, long expiresAt) {
            this.granted = granted;
            this.lines = lines;
            this.cells = cells;
            this.stripes = stripes;
            this.expiresAt = expiresAt;
        }
    }

    InMemoryLedger(HoldfastRuntime runtime) {
        this.runtime = runtime;
        for (int i = 0; i < Stripes.count(); i++) {
            accounts.add(new HashMap<>());
        }
        this.nextSweep = new AtomicLong(runtime.now().toEpochMilli() + SWEEP_EVERY_MILLIS);
    }

    @Override
    public Decision reserve(ReservationId id, List<Line> lines, Demand demand, Duration lease) {
        long now = runtime.now().toEpochMilli();
        sweepIfDue(now);
        long set = 0;
        for (int i = 0; i < lines.size(); i++) {
            set |= Stripes.bit(Stripes.of(lines.get(i).key()));
        }
        stripes.lock(set);
        try {
            Hold known = holds.get(id);
            if (known != null) {
                return known.granted;
            }
            Cell[] cells = cellsOf(lines, now);
            long output = affordable(lines, cells, demand);
            if (output < demand.leastOutput()) {
                return exhausted(lines, cells, demand, now);
            }
            Granted granted = new Granted(output, demand.amounts(output));
            charge(cells, granted.reserved());
            holds.put(id, new Hold(granted, lines, cells, set, Demand.plus(now, millis(lease))));
            return granted;
        } finally {
            stripes.unlock(set);
        }
    }

    private static long millis(Duration lease) {
        try {
            return lease.toMillis();
        } catch (ArithmeticException tooLong) {
            return Long.MAX_VALUE;
        }
    }

    private Cell[] cellsOf(List<Line> lines, long now) {
        int size = 0;
        for (int i = 0; i < lines.size(); i++) {
            size += lines.get(i).budget().limits().size();
        }
        Cell[] cells = new Cell[size];
        int next = 0;
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            for (Row row : accountOf(line.key()).rowsOf(line.budget())) {
                cells[next++] = row.at(now);
            }
        }
        return cells;
    }

    private Account accountOf(ScopeKey key) {
        Map<ScopeKey, Account> stripe = accounts.get(Stripes.of(key));
        Account account = stripe.get(key);
        if (account == null) {
            account = new Account();
            stripe.put(key, account);
        }
        return account;
    }

    private static long affordable(List<Line> lines, Cell[] cells, Demand demand) {
        long output = demand.mostOutput();
        int next = 0;
        for (int i = 0; i < lines.size(); i++) {
            List<Limit> limits = lines.get(i).budget().limits();
            for (int j = 0; j < limits.size(); j++) {
                Cell cell = cells[next++];
                output = Math.min(
                        output, demand.affordable(cell.unit, limits.get(j).amount() - cell.used));
            }
        }
        return output;
    }

    /** The limit that refuses; of several the one whose window ends last, because before that nothing will do. */
    private static Exhausted exhausted(List<Line> lines, Cell[] cells, Demand demand, long now) {
        Amounts least = demand.amounts(demand.leastOutput());
        Exhausted last = null;
        long lastEnd = Long.MIN_VALUE;
        int next = 0;
        for (Line line : lines) {
            for (Limit limit : line.budget().limits()) {
                Cell cell = cells[next++];
                boolean refuses = demand.affordable(cell.unit, limit.amount() - cell.used) < demand.leastOutput();
                if (refuses && cell.endMillis > lastEnd) {
                    lastEnd = cell.endMillis;
                    Duration wait = lastEnd == Long.MAX_VALUE ? null : Duration.ofMillis(lastEnd - now);
                    last = new Exhausted(line.key(), limit, cell.used, least.of(cell.unit), wait);
                }
            }
        }
        if (last == null) {
            throw new IllegalStateException("no limit refuses the demand that was refused");
        }
        return last;
    }

    private static void charge(Cell[] cells, Amounts amounts) {
        for (Cell cell : cells) {
            long amount = amounts.of(cell.unit);
            cell.used += amount;
            cell.reserved += amount;
            cell.open++;
        }
    }

    @Override
    public Settlement settle(ReservationId id, Amounts actual) {
        Hold hold = holds.remove(id); // whoever takes it out is the one who ends it
        if (hold == null) {
            return UNKNOWN;
        }
        stripes.lock(hold.stripes);
        try {
            end(hold, actual);
            List<Crossing> crossings = crossings(hold);
            return crossings == null ? ENDED : new Settlement(true, crossings);
        } finally {
            stripes.unlock(hold.stripes);
        }
    }

    @Override
    public boolean release(ReservationId id) {
        Hold hold = holds.remove(id);
        if (hold == null) {
            return false;
        }
        stripes.lock(hold.stripes);
        try {
            end(hold, NOTHING);
            return true;
        } finally {
            stripes.unlock(hold.stripes);
        }
    }

    private static void end(Hold hold, Amounts actual) {
        Amounts reserved = hold.granted.reserved();
        for (Cell cell : hold.cells) {
            long amount = reserved.of(cell.unit);
            cell.reserved -= amount;
            cell.open--;
            cell.used = Demand.plus(cell.used - amount, actual.of(cell.unit)); // a debt never turns into credit
        }
    }

    private static @Nullable List<Crossing> crossings(Hold hold) {
        List<Crossing> found = null;
        int next = 0;
        List<Line> lines = hold.lines;
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            List<Limit> limits = line.budget().limits();
            for (int j = 0; j < limits.size(); j++) {
                Cell cell = hold.cells[next++];
                int percent =
                        newlyReached(line.budget().thresholds(), limits.get(j).amount(), cell);
                if (percent > 0) {
                    cell.toldPercent = percent;
                    found = found == null ? new ArrayList<>(2) : found;
                    found.add(new Crossing(line.key(), limits.get(j), percent, cell.settled()));
                }
            }
        }
        return found;
    }

    /** The highest threshold that is reached and was not told of; 0 when there is none. */
    private static int newlyReached(int[] thresholds, long limit, Cell cell) {
        for (int i = thresholds.length - 1; i >= 0 && thresholds[i] > cell.toldPercent; i--) {
            if (cell.settled() >= Demand.times(limit / 100, thresholds[i]) + (limit % 100 * thresholds[i] + 99) / 100) {
                return thresholds[i];
            }
        }
        return 0;
    }

    @Override
    public Balance balance(ScopeKey key, BudgetUnit unit, Window window) {
        long now = runtime.now().toEpochMilli();
        long set = Stripes.bit(Stripes.of(key));
        stripes.lock(set);
        try {
            Account account = accounts.get(Stripes.of(key)).get(key);
            Row row = account == null ? null : account.find(unit, window);
            if (row == null) {
                return new Balance(0, 0);
            }
            Cell cell = row.at(now);
            return new Balance(cell.settled(), cell.reserved);
        } finally {
            stripes.unlock(set);
        }
    }

    private void sweepIfDue(long now) {
        long due = nextSweep.get();
        if (now >= due && nextSweep.compareAndSet(due, now + SWEEP_EVERY_MILLIS)) {
            sweep(now);
        }
    }

    /** Forgets reservations whose lease is over, and keys of which nothing is left to know. */
    private void sweep(long now) {
        holds.forEach((id, hold) -> {
            if (hold.expiresAt <= now && holds.remove(id, hold)) {
                stripes.lock(hold.stripes);
                try {
                    end(hold, hold.granted.reserved());
                } finally {
                    stripes.unlock(hold.stripes);
                }
            }
        });
        for (int i = 0; i < Stripes.count(); i++) {
            stripes.lock(Stripes.bit(i));
            try {
                accounts.get(i).values().removeIf(account -> account.isIdle(now));
            } finally {
                stripes.unlock(Stripes.bit(i));
            }
        }
    }

    /** How many scope keys are remembered, for tests. */
    int size() {
        int size = 0;
        for (int i = 0; i < Stripes.count(); i++) {
            stripes.lock(Stripes.bit(i));
            size += accounts.get(i).size();
            stripes.unlock(Stripes.bit(i));
        }
        return size;
    }
}
