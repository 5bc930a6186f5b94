package dev.holdfast.budget;

import dev.holdfast.budget.Budget.Limit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All balances of one scope key in memory. Guarded by the key's stripe. */
final class Account {
    private static final int REMEMBERED_BUDGETS = 8;

    private final List<Row> rows = new ArrayList<>(3);
    private final List<Rows> byBudget = new ArrayList<>(1);

    private static final class Rows {
        private final Budget budget;
        private final Row[] rows;

        Rows(Budget budget, Row[] rows) {
            this.budget = budget;
            this.rows = rows;
        }
    }

    /** The rows that a budget limits, in the order of its limits. Found once for each budget object. */
    @SuppressWarnings("ReferenceEquality") // a budget object is its own compiled form; an equal one finds the same rows
    Row[] rowsOf(Budget budget) {
        for (int i = 0; i < byBudget.size(); i++) {
            if (byBudget.get(i).budget == budget) {
                return byBudget.get(i).rows;
            }
        }
        List<Limit> limits = budget.limits();
        Row[] found = new Row[limits.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = rowOf(limits.get(i));
        }
        if (byBudget.size() == REMEMBERED_BUDGETS) { // budgets of configurations that are gone
            byBudget.clear();
        }
        byBudget.add(new Rows(budget, found));
        return found;
    }

    private Row rowOf(Limit limit) {
        Row row = find(limit.unit(), limit.window());
        if (row == null) {
            row = new Row(limit.unit(), limit.window());
            rows.add(row);
        }
        return row;
    }

    @Nullable
    Row find(BudgetUnit unit, Window window) {
        for (Row row : rows) {
            if (row.unit == unit && row.window.equals(window)) {
                return row;
            }
        }
        return null;
    }

    /** Tells whether forgetting the account loses nothing: every window has ended, or holds nothing and awaits nothing. */
    boolean isIdle(long nowMillis) {
        for (Row row : rows) {
            if (row.cell.endMillis > nowMillis && (row.cell.used != 0 || row.cell.open != 0)) {
                return false;
            }
        }
        return true;
    }

    /** One unit in one kind of window: always the latest window that anybody has seen. */
    static final class Row {
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
                cell = new Cell(unit, end);
            }
            return cell;
        }
    }

    /**
     * One window of one row. A reservation keeps the cells that it was charged to, so what comes back goes where it came
     * from, also after the row has gone on to its next window.
     */
    static final class Cell {
        private static final Cell ENDED = new Cell(BudgetUnit.TOKENS, Long.MIN_VALUE);

        final BudgetUnit unit;
        final long endMillis;
        long used; // settled and reserved
        long reserved;
        int open; // reservations that are yet to end
        int toldPercent;

        Cell(BudgetUnit unit, long endMillis) {
            this.unit = unit;
            this.endMillis = endMillis;
        }

        long settled() {
            return used - reserved;
        }
    }
}
