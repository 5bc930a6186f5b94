package dev.holdfast.chat;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How many tokens a call used, by {@link TokenClass}. Immutable. The classes do not overlap, so {@link #total()} is
 * their sum; providers translate their own way of counting into this one.
 */
@SuppressWarnings("EnumOrdinal") // the ordinal indexes an array that never leaves the process
public final class Usage {
    private static final TokenClass[] CLASSES = TokenClass.values();
    private static final Usage NONE = new Usage(new long[CLASSES.length], true, false, null);
    private static final Usage UNKNOWN = new Usage(new long[CLASSES.length], false, false, null);

    private final long[] tokens;
    private final boolean known;
    private final boolean estimated;
    private final @Nullable Money statedCost;

    private Usage(long[] tokens, boolean known, boolean estimated, @Nullable Money statedCost) {
        this.tokens = tokens;
        this.known = known;
        this.estimated = estimated;
        this.statedCost = statedCost;
    }

    /**
     * Nothing was used, and that is certain: the request was never sent, or refused before any work was done.
     *
     * @return the usage of nothing
     */
    public static Usage none() {
        return NONE;
    }

    /**
     * Something may have been used, and nobody said how much. Whoever settles must assume the most.
     *
     * @return unknown usage
     */
    public static Usage unknown() {
        return UNKNOWN;
    }

    /**
     * Plain input and output.
     *
     * @param input input tokens
     * @param output output tokens
     * @return the usage
     */
    public static Usage of(long input, long output) {
        return builder()
                .add(TokenClass.INPUT, input)
                .add(TokenClass.OUTPUT, output)
                .build();
    }

    /**
     * Starts a usage.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Tokens of a class.
     *
     * @param tokenClass the class
     * @return how many
     */
    public long tokens(TokenClass tokenClass) {
        return tokens[tokenClass.ordinal()];
    }

    /**
     * Everything that was sent to the model.
     *
     * @return tokens
     */
    public long input() {
        return sum(true);
    }

    /**
     * Everything that the model produced.
     *
     * @return tokens
     */
    public long output() {
        return sum(false);
    }

    /**
     * All tokens.
     *
     * @return input and output
     */
    public long total() {
        return plus(input(), output());
    }

    /**
     * Tells whether the numbers mean anything.
     *
     * @return false when nobody said how much was used
     */
    public boolean isKnown() {
        return known;
    }

    /**
     * Tells whether the numbers are an estimate of ours because the provider reported none.
     *
     * @return true for an estimate
     */
    public boolean isEstimated() {
        return estimated;
    }

    /**
     * What the provider itself says the call cost, where it does.
     *
     * @return the stated cost
     */
    public Optional<Money> statedCost() {
        return Optional.ofNullable(statedCost);
    }

    /**
     * The sum of two calls. Unknown as soon as one of them is; the numbers are then a lower bound.
     *
     * @param other the other call
     * @return the sum
     */
    public Usage plus(Usage other) {
        if (equals(NONE)) {
            return other;
        }
        if (other.equals(NONE)) {
            return this;
        }
        long[] sum = tokens.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] = plus(sum[i], other.tokens[i]);
        }
        Money cost = statedCost != null && other.statedCost != null ? statedCost.plus(other.statedCost) : null;
        return new Usage(sum, known && other.known, estimated || other.estimated, cost);
    }

    /** The largest number where the sum is larger: a provider's nonsense must not turn into a negative amount. */
    private static long plus(long a, long b) {
        return a + b < 0 ? Long.MAX_VALUE : a + b;
    }

    private long sum(boolean input) {
        long sum = 0;
        for (int i = 0; i < CLASSES.length; i++) {
            if (CLASSES[i].isInput() == input) {
                sum = plus(sum, tokens[i]);
            }
        }
        return sum;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Usage that
                && Arrays.equals(tokens, that.tokens)
                && known == that.known
                && estimated == that.estimated
                && Objects.equals(statedCost, that.statedCost);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(tokens);
    }

    @Override
    public String toString() {
        if (!known && total() == 0) {
            return "unknown";
        }
        StringBuilder text = new StringBuilder();
        for (TokenClass tokenClass : CLASSES) {
            if (tokens(tokenClass) > 0) {
                text.append(text.isEmpty() ? "" : ", ")
                        .append(tokens(tokenClass))
                        .append(' ')
                        .append(tokenClass
                                .name()
                                .toLowerCase(java.util.Locale.ROOT)
                                .replace('_', ' '));
            }
        }
        return (text.isEmpty() ? "none" : text.toString())
                + (estimated ? " (estimated)" : "")
                + (known ? "" : " at least");
    }

    /** Builds a {@link Usage}. Not safe for use by several threads. */
    public static final class Builder {
        private final long[] tokens = new long[CLASSES.length];
        private boolean estimated;
        private @Nullable Money statedCost;

        private Builder() {}

        /**
         * Adds tokens of a class.
         *
         * @param tokenClass the class
         * @param count how many; not negative
         * @return this builder
         */
        public Builder add(TokenClass tokenClass, long count) {
            if (count < 0) {
                throw new IllegalArgumentException(
                        "usage." + tokenClass + " is " + count + "; a number of tokens is not negative");
            }
            tokens[tokenClass.ordinal()] = plus(tokens[tokenClass.ordinal()], count);
            return this;
        }

        /**
         * Says that the numbers are estimated.
         *
         * @return this builder
         */
        public Builder estimated() {
            this.estimated = true;
            return this;
        }

        /**
         * Sets what the provider says it cost.
         *
         * @param cost the stated cost
         * @return this builder
         */
        public Builder statedCost(Money cost) {
            this.statedCost = cost;
            return this;
        }

        /**
         * Builds the usage.
         *
         * @return an immutable usage
         */
        public Usage build() {
            return new Usage(tokens.clone(), true, estimated, statedCost);
        }
    }
}
