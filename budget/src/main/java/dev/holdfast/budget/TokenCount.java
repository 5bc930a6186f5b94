package dev.holdfast.budget;

/**
 * How many tokens something is thought to have.
 *
 * @param estimate the most likely number; what rate limits take
 * @param upperBound the number that it will not exceed; what budgets reserve
 */
public record TokenCount(long estimate, long upperBound) {
    /** No tokens. */
    public static final TokenCount ZERO = new TokenCount(0, 0);

    /** Checks the numbers. */
    public TokenCount {
        if (estimate < 0 || upperBound < estimate) {
            throw new IllegalArgumentException("a token count of " + estimate + ", at most " + upperBound
                    + ", makes no sense; give 0 or more, and a bound that is not below the estimate");
        }
    }
}
