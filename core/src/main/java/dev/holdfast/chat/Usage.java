package dev.holdfast.chat;

import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a call used. Immutable.
 *
 * <p><b>Tokens</b> are counted by {@link TokenClass}. The classes do not overlap, so {@link #total()} is their sum;
 * providers translate their own way of counting into this one.
 *
 * <p><b>What is charged besides</b> is named as the provider names it: {@linkplain #extras() what is charged each time},
 * such as the searches of a tool that the provider runs, and the {@linkplain #tier() tier} at whose prices the call was
 * served.
 */
@SuppressWarnings("EnumOrdinal") // the ordinal indexes an array that never leaves the process
public final class Usage {
    private static final TokenClass[] CLASSES = TokenClass.values();
    private static final Usage NONE = new Usage(new long[CLASSES.length], true, false, null, Map.of(), "");
    private static final Usage UNKNOWN = new Usage(new long[CLASSES.length], false, false, null, Map.of(), "");
    private static final String SEVERAL_TIERS = "several";

    private final long[] tokens;
    private final boolean known;
    private final boolean estimated;
    private final @Nullable Money statedCost;
    private final Map<String, Long> extras;
    private final String tier;

    private Usage(
            long[] tokens,
            boolean known,
            boolean estimated,
            @Nullable Money statedCost,
            Map<String, Long> extras,
            String tier) {
        this.tokens = tokens;
        this.known = known;
        this.estimated = estimated;
        this.statedCost = statedCost;
        this.extras = extras;
        this.tier = tier;
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
     * What the provider charges each time, beside the tokens, and how often it happened.
     *
     * @return counts above zero by the provider's name for it, such as {@code web_search_requests}; immutable, in the
     *     order of the names
     */
    public Map<String, Long> extras() {
        return extras;
    }

    /**
     * At which prices the call was served, where a provider has several for one model.
     *
     * @return the provider's name of the tier, such as {@code priority} or {@code flex}; empty for the ordinary one
     */
    public String tier() {
        return tier;
    }

    /**
     * The sum of two calls. Unknown as soon as one of them is; the numbers are then a lower bound. Of calls of two tiers
     * the tier is {@code several}, which has no price.
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
        return new Usage(
                sum,
                known && other.known,
                estimated || other.estimated,
                cost,
                plus(extras, other.extras),
                tierWith(other));
    }

    private static Map<String, Long> plus(Map<String, Long> a, Map<String, Long> b) {
        if (a.isEmpty() || b.isEmpty()) {
            return a.isEmpty() ? b : a;
        }
        Map<String, Long> sum = new TreeMap<>(a);
        b.forEach((name, count) -> sum.merge(name, count, Usage::plus));
        return Collections.unmodifiableMap(sum);
    }

    /** What nobody counted is of no tier yet. */
    private String tierWith(Usage other) {
        if (tier.equals(other.tier) || other.equals(UNKNOWN)) {
            return tier;
        }
        return equals(UNKNOWN) ? other.tier : SEVERAL_TIERS;
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
                && Objects.equals(statedCost, that.statedCost)
                && extras.equals(that.extras)
                && tier.equals(that.tier);
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
            String name = tokenClass.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            append(text, tokens(tokenClass), name);
        }
        extras.forEach((name, count) -> append(text, count, name));
        return (text.isEmpty() ? "none" : text.toString())
                + (tier.isEmpty() ? "" : " at tier " + tier)
                + (estimated ? " (estimated)" : "")
                + (known ? "" : " at least");
    }

    private static void append(StringBuilder text, long count, String name) {
        if (count > 0) {
            text.append(text.isEmpty() ? "" : ", ").append(count).append(' ').append(name);
        }
    }

    /** Builds a {@link Usage}. Not safe for use by several threads. */
    public static final class Builder {
        private final long[] tokens = new long[CLASSES.length];
        private boolean estimated;
        private @Nullable Money statedCost;
        private final Map<String, Long> extras = new TreeMap<>();
        private String tier = "";

        private Builder() {}

        /**
         * Adds tokens of a class.
         *
         * @param tokenClass the class
         * @param count how many; not negative
         * @return this builder
         */
        public Builder add(TokenClass tokenClass, long count) {
            requireCount(tokenClass.name(), count);
            tokens[tokenClass.ordinal()] = plus(tokens[tokenClass.ordinal()], count);
            return this;
        }

        /**
         * Adds what is charged each time.
         *
         * @param name as the provider reports it, such as {@code web_search_requests}
         * @param count how often; not negative
         * @return this builder
         */
        public Builder addExtra(String name, long count) {
            requireCount(name, count);
            if (count > 0) {
                extras.merge(name, count, Usage::plus);
            }
            return this;
        }

        private static void requireCount(String name, long count) {
            if (count < 0) {
                throw new IllegalArgumentException("usage." + name + " is " + count + "; a number is not negative");
            }
        }

        /**
         * Sets the tier.
         *
         * @param name the provider's name of it; empty for the ordinary one, which it is if never set
         * @return this builder
         */
        public Builder tier(String name) {
            this.tier = Objects.requireNonNull(name, "name");
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
            Map<String, Long> counted =
                    extras.isEmpty() ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(extras));
            return new Usage(tokens.clone(), true, estimated, statedCost, counted, tier);
        }
    }
}
