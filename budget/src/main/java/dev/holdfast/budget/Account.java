package dev.holdfast.budget;

import dev.holdfast.budget.Budget.Limit;
import dev.holdfast.context.ScopeKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All balances of one scope key in memory. Guarded by the key's stripe. */
final class Account implements Holders.State {
    private static final int REMEMBERED_BUDGETS = 8;

    final ScopeKey key;
    int open; // reservations that are yet to end

    private final List<Row> rows = new ArrayList<>(3);
    private final List<Page> pages = new ArrayList<>(1);

    Account(ScopeKey key) {
        this.key = key;
    }

    /** The current windows of what a budget limits. Found once for each budget object, until the first of them ends. */
    @SuppressWarnings("ReferenceEquality") // a budget object is its own compiled form; an equal one finds the same rows
    Page pageOf(Budget budget, long nowMillis) {
        for (int i = 0; i < pages.size(); i++) {
            Page page = pages.get(i);
            if (page.budget == budget) {
                return page.endMillis > nowMillis ? page : replaced(i, budget, nowMillis);
            }
        }
        if (pages.size() == REMEMBERED_BUDGETS) { // budgets of configurations that are gone
            pages.clear();
        }
        Page page = newPage(budget, nowMillis);
        pages.add(page);
        return page;
    }

    private Page replaced(int index, Budget budget, long nowMillis) {
        Page page = newPage(budget, nowMillis);
        pages.set(index, page);
        return page;
    }

    private Page newPage(Budget budget, long nowMillis) {
        List<Limit> limits = budget.limits();
        Cell[] cells = new Cell[limits.size()];
        for (int i = 0; i < cells.length; i++) {
            cells[i] = rowOf(limits.get(i)).at(nowMillis);
        }
        return new Page(this, budget, cells);
    }

    private Row rowOf(Limit limit) {
        Row row = find(limit.unit(), limit.window());
        if (row == null) {
            row = new Row(limit.unit(), limit.window());
            rows.add(row);
        }
        return row;
    }

    private @Nullable Row find(BudgetUnit unit, Window window) {
        for (Row row : rows) {
            if (row.unit == unit && row.window.equals(window)) {
                return row;
            }
        }
        return null;
    }

    /** The current window of one unit; null when nobody limits it. */
    @Nullable
    Cell cell(BudgetUnit unit, Window window, long nowMillis) {
        Row row = find(unit, window);
        return row == null ? null : row.at(nowMillis);
    }

    /** Nothing is lost when every window has ended, or holds nothing and awaits nothing. */
    @Override
    public boolean tryForget(long nowMillis) {
        for (Row row : rows) {
            if (row.cell.endMillis > nowMillis && (row.cell.used != 0 || open != 0)) {
                return false;
            }
        }
        return true;
    }

    /** One unit in one kind of window: always the latest window that anybody has seen. */
    private static final class Row {
        private final BudgetUnit unit;
        private final Window window;
        private Cell cell = Cell.ENDED;

        Row(BudgetUnit unit, Window window) {
            this.unit = unit;
            this.window = window;
        }

        /** The current window. Goes forward only: a clock that steps back does not bring back an old window. */
        Cell at(long nowMillis) {
            if (nowMillis >= cell.endMillis) {
                long end = window.end(Instant.ofEpochMilli(nowMillis))
                        .map(Instant::toEpochMilli)
                        .orElse(Long.MAX_VALUE);
                cell = new Cell(end);
            }
            return cell;
        }
    }

    /**
     * One window of one row. A reservation keeps the cells that it was charged to, so what comes back goes where it came
     * from, also after the row has gone on to its next window.
     */
    static final class Cell {
        private static final Cell ENDED = new Cell(Long.MIN_VALUE);

        final long endMillis;
        long used; // settled and reserved
        long reserved;
        int toldPercent;

        Cell(long endMillis) {
            this.endMillis = endMillis;
        }

        long settled() {
            return used - reserved;
        }

        Ledger.Balance balance() {
            return new Ledger.Balance(settled(), reserved);
        }
    }
}
