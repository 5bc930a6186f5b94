package dev.holdfast.budget;

/**
 * What a call would take from its budgets: a fixed part, and a part that grows with the output it is allowed. A ledger
 * grants the longest output between the least and the most that every budget affords, so that a call is shortened before
 * it is refused, and both are decided in one step.
 *
 * @param calls how many calls it is
 * @param inputTokens the most tokens that it sends
 * @param inputPicos the most that they cost, in pico-dollars (10⁻¹²)
 * @param outputPicos the most that an output token costs, in pico-dollars
 * @param leastOutput output tokens below which the call makes no sense
 * @param mostOutput output tokens that it asks for
 */
public record Demand(
        long calls, long inputTokens, long inputPicos, long outputPicos, long leastOutput, long mostOutput) {
    private static final long PICOS_PER_NANO = 1_000;

    /** Checks the numbers. */
    public Demand {
        if (calls < 0 || inputTokens < 0 || inputPicos < 0 || outputPicos < 0) {
            throw new IllegalArgumentException("a demand is not negative");
        }
        if (leastOutput < 0 || mostOutput < leastOutput) {
            throw new IllegalArgumentException(
                    "a demand for " + leastOutput + " to " + mostOutput + " tokens of output makes no sense");
        }
    }

    /**
     * What the call takes when it is allowed some output.
     *
     * @param output output tokens
     * @return the amounts; money is rounded up to a whole nano-dollar
     */
    public Amounts amounts(long output) {
        return new Amounts(tokens(output), nanoDollars(output), calls);
    }

    long tokens(long output) {
        return plus(inputTokens, output);
    }

    long nanoDollars(long output) {
        return nanos(plus(inputPicos, times(output, outputPicos)));
    }

    /**
     * How much output a budget affords.
     *
     * @param unit what the budget counts
     * @param left what is left of it; negative when it is in debt
     * @return output tokens, at most {@link #mostOutput()}; negative when it does not even afford the fixed part
     */
    public long affordable(BudgetUnit unit, long left) {
        return switch (unit) {
            case TOKENS -> left < 0 ? -1 : Math.min(mostOutput, left - inputTokens);
            case MONEY -> affordableFor(left);
            case CALLS -> left < calls ? -1 : mostOutput;
        };
    }

    private long affordableFor(long leftNanos) {
        long picos = leftNanos < 0 ? -1 : times(leftNanos, PICOS_PER_NANO) - inputPicos;
        if (picos < 0) {
            return -1;
        }
        return outputPicos == 0 ? mostOutput : Math.min(mostOutput, picos / outputPicos);
    }

    /** Pico-dollars in nano-dollars, rounded up. */
    static long nanos(long picos) {
        return picos / PICOS_PER_NANO + (picos % PICOS_PER_NANO > 0 ? 1 : 0);
    }

    /** The product of two numbers that are not negative; the largest number where it is larger. */
    static long times(long a, long b) {
        return Math.multiplyHigh(a, b) != 0 || a * b < 0 ? Long.MAX_VALUE : a * b;
    }

    /** The sum of two numbers that are not negative; the largest number where it is larger. */
    static long plus(long a, long b) {
        return a + b < 0 ? Long.MAX_VALUE : a + b;
    }
}
