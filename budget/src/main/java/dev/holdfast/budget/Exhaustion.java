package dev.holdfast.budget;

import dev.holdfast.error.Refusal;

/** What a caller is told of a limit that cannot pay. */
final class Exhaustion {
    private Exhaustion() {}

    static Refusal told(Ledger.Exhausted exhausted, Demand demand) {
        Budget.Limit limit = exhausted.limit();
        Ledger.Balance balance = exhausted.balance();
        Refusal refusal = Refusal.of(Refusal.Kind.BUDGET, "budget of " + limit, reason(exhausted, demand))
                .scope(exhausted.key())
                .quantity(new Refusal.Quantity(
                        balance.settled(),
                        balance.reserved(),
                        exhausted.requested(),
                        limit.amount(),
                        limit.unit().toString()));
        return exhausted.retryAfter() == null ? refusal : refusal.retryAfter(exhausted.retryAfter());
    }

    private static String reason(Ledger.Exhausted exhausted, Demand demand) {
        String size = exhausted.limit().unit() == BudgetUnit.CALLS ? "" : size(demand);
        if (exhausted.isTooLarge()) {
            return "the call is larger than the whole budget" + (size.isEmpty() ? "" : "," + size)
                    + "; shorten its input or raise the budget";
        }
        String call = size.isEmpty() ? "" : " for a call" + size;
        return exhausted.isOnlyReserved()
                ? "calls that are running have reserved too much of the budget" + call
                : "the budget is used up" + call;
    }

    /** What the number that was requested is made of; work that is no model has nothing of it. */
    private static String size(Demand demand) {
        return demand.equals(Demands.CALL)
                ? ""
                : " with at most " + demand.inputTokens() + " tokens of input and at least " + demand.leastOutput()
                        + " of output";
    }
}
