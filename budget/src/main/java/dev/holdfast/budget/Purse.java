package dev.holdfast.budget;

import dev.holdfast.context.CallContext;
import dev.holdfast.context.ScopeKey;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the budgets of one layer are paid from. The way of a layer to its ledger. */
interface Purse {

    /** Reserves what a call takes from all who pay for it, at a moment of the ledger's wall clock. */
    Answer reserve(CallContext context, Demand demand, long nowMillis);

    /** Reserved, or not. */
    sealed interface Answer permits Reservation, Refused {}

    /**
     * Not reserved.
     *
     * @param why the limit that cannot pay
     */
    record Refused(Ledger.Exhausted why) implements Answer {}

    /**
     * The purse of some budgets. A ledger in memory is reached without the names and lists that others need: it hands
     * out what it keeps of a reservation.
     */
    static Purse of(Ledger ledger, List<Budget> budgets, Duration lease, HoldfastRuntime runtime) {
        Budget[] all = budgets.toArray(new Budget[0]);
        long leaseMillis = InMemoryLedger.millis(lease);
        return ledger instanceof InMemoryLedger memory
                ? (context, demand, now) -> memory.reserve(context, all, demand, leaseMillis, now)
                : (context, demand, now) ->
                        reserve(ledger, ReservationId.random(runtime), lines(context, all), demand, lease);
    }

    private static List<Ledger.Line> lines(CallContext context, Budget[] budgets) {
        List<Ledger.Line> lines = new ArrayList<>(budgets.length);
        for (Budget budget : budgets) {
            Optional<ScopeKey> key = context.key(budget.scope());
            if (key.isPresent()) {
                lines.add(new Ledger.Line(key.get(), budget));
            }
        }
        return lines;
    }

    private static Answer reserve(
            Ledger ledger, ReservationId id, List<Ledger.Line> lines, Demand demand, Duration lease) {
        Ledger.Decision decision = ledger.reserve(id, lines, demand, lease);
        return decision instanceof Ledger.Granted granted
                ? new NamedReservation(ledger, id, granted)
                : new Refused((Ledger.Exhausted) decision);
    }
}
