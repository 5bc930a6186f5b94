package dev.holdfast.budget;

import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.Scope;
import dev.holdfast.context.ScopeKey;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Spending from several budgets at once behaves under threads as it does one step after the other. */
@Tag("heavy")
@Param(name = "tokens", gen = IntGen.class, conf = "1:60")
public class LedgerLincheckTest {
    private static final HoldfastRuntime RUNTIME = HoldfastRuntime.system();
    private static final ScopeKey ANN = ScopeKey.of(Scope.USER, "acme", "ann");
    private static final List<Ledger.Line> LINES = List.of(
            new Ledger.Line(ANN, Budget.perUser().tokens(100).lifetime()),
            new Ledger.Line(
                    ScopeKey.of(Scope.TENANT, "acme"),
                    Budget.perTenant().tokens(120).perDay().calls(4).lifetime()));

    private static final List<Budget> BUDGETS =
            List.of(LINES.get(0).budget(), LINES.get(1).budget());
    private static final CallContext ANNS_CALL = CallContext.of(Caller.of("acme", "ann"));

    private final Ledger ledger = Ledger.inMemory(RUNTIME);
    private final Purse purse = Purse.of(ledger, BUDGETS, Duration.ofMinutes(1), RUNTIME);

    @Operation
    public boolean spend(@Param(name = "tokens") int tokens) {
        ReservationId id = ReservationId.random(RUNTIME);
        Demand demand = new Demand(1, tokens, 0, 0, 0, 0);
        if (ledger.reserve(id, LINES, demand, Duration.ofMinutes(1)) instanceof Ledger.Granted) {
            ledger.settle(id, new Amounts(tokens, 0, 1));
            return true;
        }
        return false;
    }

    @Operation
    public boolean spendByLayer(@Param(name = "tokens") int tokens) {
        long now = RUNTIME.now().toEpochMilli();
        if (purse.reserve(ANNS_CALL, new Demand(1, tokens, 0, 0, 0, 0), now) instanceof Reservation reservation) {
            reservation.settle(tokens, 0);
            return true;
        }
        return false;
    }

    @Operation
    public long used() {
        return ledger.balance(ANN, BudgetUnit.TOKENS, Window.lifetime()).used();
    }

    @Operation
    public long usedToday() {
        return ledger.balance(ScopeKey.of(Scope.TENANT, "acme"), BudgetUnit.TOKENS, Window.day(ZoneOffset.UTC))
                .used();
    }

    @Test
    void linearizable() {
        new StressOptions()
                .threads(3)
                .actorsPerThread(3)
                .iterations(30)
                .invocationsPerIteration(1_000)
                .check(getClass());
    }
}
