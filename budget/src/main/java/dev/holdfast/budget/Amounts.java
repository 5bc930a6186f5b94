package dev.holdfast.budget;

/**
 * How much of every unit: of a reservation, or of a settlement.
 *
 * @param tokens input and output tokens together
 * @param nanoDollars money in nano-dollars
 * @param calls calls
 */
public record Amounts(long tokens, long nanoDollars, long calls) {
    /** Checks the numbers. */
    public Amounts {
        if (tokens < 0 || nanoDollars < 0 || calls < 0) {
            throw new IllegalArgumentException("amounts are not negative: " + tokens + " tokens, " + nanoDollars
                    + " nano-dollars, " + calls + " calls");
        }
    }

    /**
     * The amount in a unit.
     *
     * @param unit the unit
     * @return how much
     */
    public long in(BudgetUnit unit) {
        return switch (unit) {
            case TOKENS -> tokens;
            case MONEY -> nanoDollars;
            case CALLS -> calls;
        };
    }
}
