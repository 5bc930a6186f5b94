package dev.holdfast.budget;

import dev.holdfast.context.ScopeKey;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who has spent how much of what. A call reserves the most that it can take before it is sent, and settles what it took
 * when it has ended.
 *
 * <p><b>The promises.</b>
 *
 * <ol>
 *   <li>{@link #reserve} is one step over all lines: at any concurrency, either all are charged and none is exceeded, or
 *       none is charged.
 *   <li>A reservation ends once. Settling or releasing it again does nothing.
 *   <li>A settlement is never refused and never cut: what exceeds the reservation is charged, and a balance above its
 *       limit refuses everybody until its window ends.
 *   <li>What a settlement gives back goes to the windows that the reservation was charged to, whichever they are by then.
 *   <li>A reservation that nobody ended within its lease (its process died) counts as settled at its full amount:
 *       whether the call was sent is not known, and unknown usage counts as the most that it can be. It is remembered for
 *       as long again: the end of a call that was only slow is taken as any other, and what it took counts instead.
 * </ol>
 *
 * <p>A balance belongs to a scope key, a unit and a window. Everything that uses the same ledger spends from the same
 * balances, whatever limit each holds them to.
 *
 * <p><b>Threading.</b> A ledger is safe for use by many threads.
 */
public interface Ledger {

    /**
     * Charges the most that a call can take.
     *
     * @param id the name of the reservation; an id that is reserved already is granted as before and charged no more
     * @param lines whose budgets pay; no two of them limit the same unit of the same key in the same window. Kept until
     *     the reservation ends, and not to be changed by then
     * @param demand what the call would take
     * @param lease how long the call is given; after it the reservation counts as settled at its full amount, and after
     *     as long again it is forgotten
     * @return granted, perhaps with less output than was asked for, or exhausted
     */
    Decision reserve(ReservationId id, List<Line> lines, Demand demand, Duration lease);

    /**
     * Charges what the call took, in place of what was reserved.
     *
     * @param id the reservation
     * @param actual what it took; may exceed the reservation
     * @return whether this was the end of the reservation, and what was reached by it
     */
    Settlement settle(ReservationId id, Amounts actual);

    /**
     * Gives back all that was reserved. Only for a call that was provably not sent.
     *
     * @param id the reservation
     * @return whether this was the end of the reservation
     */
    boolean release(ReservationId id);

    /**
     * Looks at the current window.
     *
     * @param key whose
     * @param unit of what
     * @param window over which time
     * @return what is spent and reserved in it
     */
    Balance balance(ScopeKey key, BudgetUnit unit, Window window);

    /**
     * A ledger in the memory of this process, by the clock of the machine. It forgets windows that have ended; a lifetime
     * is kept for as long as the ledger, so limit the lifetime of sessions and tasks where there are not too many of them.
     *
     * @return a new ledger
     */
    static Ledger inMemory() {
        return inMemory(HoldfastRuntime.system());
    }

    /**
     * A ledger in the memory of this process; see {@link #inMemory()}.
     *
     * @param runtime whose clock decides on windows and leases
     * @return a new ledger
     */
    static Ledger inMemory(HoldfastRuntime runtime) {
        return new InMemoryLedger(runtime);
    }

    /**
     * One holder of a scope who pays.
     *
     * @param key who
     * @param budget what it may spend
     */
    record Line(ScopeKey key, Budget budget) {
        /** Checks the fields. */
        public Line {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(budget, "budget");
        }
    }

    /** The answer to a demand. */
    sealed interface Decision {}

    /**
     * All lines are charged.
     *
     * @param output how much output every line affords, at most what was asked for
     * @param reserved what was charged to each line, in its unit
     */
    record Granted(long output, Amounts reserved) implements Decision {}

    /**
     * No line is charged, because one of them cannot pay the least that the call makes sense with. Where several cannot,
     * it is the one that stands in the way for the longest: one that is too small for the call, then the one whose window
     * ends last of those of which too much is spent for good, and only then one that calls under way have reserved.
     *
     * @param key whose
     * @param limit which limit
     * @param balance what is spent and reserved of it
     * @param requested the least that the call takes
     * @param retryAfter until the window ends; null for a lifetime. Not kept where that is not what the call has to wait
     *     for: where it {@linkplain #isTooLarge() never fits}, and where the limit is {@linkplain #isOnlyReserved() only
     *     reserved}
     */
    record Exhausted(
            ScopeKey key,
            Budget.Limit limit,
            Balance balance,
            long requested,
            @Nullable Duration retryAfter) implements Decision {

        /** Checks the fields, and drops a wait that would promise something false. */
        public Exhausted {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(limit, "limit");
            Objects.requireNonNull(balance, "balance");
            boolean helps = requested <= limit.amount() && !isOnlyReserved(limit, balance, requested);
            retryAfter = helps ? retryAfter : null;
        }

        private static boolean isOnlyReserved(Budget.Limit limit, Balance balance, long requested) {
            return balance.reserved() > 0 && requested <= limit.amount() - balance.settled();
        }

        /**
         * Whether the call takes more than the limit allows in all.
         *
         * @return true when it never fits
         */
        public boolean isTooLarge() {
            return requested > limit.amount();
        }

        /**
         * Whether calls under way alone stand in the way: what is spent for good leaves room for the call. It fits if
         * they take less than they reserved, as soon as they end, and nobody knows when that is.
         *
         * @return true when the call would fit beside what is settled
         */
        public boolean isOnlyReserved() {
            return isOnlyReserved(limit, balance, requested);
        }
    }

    /**
     * The state of a window.
     *
     * @param settled what is spent for good
     * @param reserved what calls under way may still take
     */
    record Balance(long settled, long reserved) {
        /**
         * Both.
         *
         * @return what counts against the limit
         */
        public long used() {
            return settled + reserved;
        }
    }

    /**
     * What a settlement did.
     *
     * @param ended false when the reservation is not known any more: settled or released before, or forgotten
     * @param crossings thresholds that were reached by it for the first time in their window
     */
    record Settlement(boolean ended, List<Crossing> crossings) {
        /** Takes a copy of the list. */
        public Settlement {
            crossings = List.copyOf(crossings);
        }
    }

    /**
     * A threshold that was reached.
     *
     * @param key whose
     * @param limit of which limit
     * @param percent which share of it
     * @param settled what is spent of it for good
     */
    record Crossing(ScopeKey key, Budget.Limit limit, int percent, long settled) {}
}
