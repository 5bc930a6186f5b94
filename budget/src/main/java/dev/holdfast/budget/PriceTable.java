package dev.holdfast.budget;

import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.Problems;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the models cost. Immutable.
 *
 * <pre>{@code
 * PriceTable prices = PriceTable.builder()
 *         .price("openai", "gpt-4o-mini", Price.perMillion().input("0.15").cachedInput("0.075").output("0.60"))
 *         .build();
 * }</pre>
 *
 * <p><b>Names.</b> A price holds for the model of exactly its name, and for its dated versions: {@code gpt-4o-mini}
 * prices {@code gpt-4o-mini-2024-07-18}, {@code claude-sonnet-4} prices {@code claude-sonnet-4-20250514} and
 * {@code claude-sonnet-4@20250514}. Any other longer name is another model, and has a price of its own or none.
 */
public final class PriceTable {
    private static final PriceTable EMPTY = new PriceTable(Map.of());

    private final Map<String, Price> prices;

    private PriceTable(Map<String, Price> prices) {
        this.prices = prices;
    }

    /**
     * A table without prices.
     *
     * @return the shared empty table
     */
    public static PriceTable empty() {
        return EMPTY;
    }

    /**
     * Starts a table.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts a changed copy.
     *
     * @return a builder that holds what this table holds
     */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.prices.putAll(prices);
        return builder;
    }

    /**
     * Finds the price of an endpoint's model.
     *
     * @param endpoint the endpoint
     * @return its price, if it has one
     */
    public Optional<Price> find(Endpoint endpoint) {
        Price exact = prices.get(key(endpoint.provider(), endpoint.model()));
        if (exact != null) {
            return Optional.of(exact);
        }
        String undated = withoutDate(endpoint.model());
        return undated == null ? Optional.empty() : Optional.ofNullable(prices.get(key(endpoint.provider(), undated)));
    }

    /**
     * What a call cost. The provider's own statement counts where it makes one.
     *
     * @param endpoint who answered
     * @param usage what was used
     * @return the cost; empty when the usage or a price is not known
     */
    public Optional<Money> cost(Endpoint endpoint, Usage usage) {
        Optional<Money> stated = usage.statedCost();
        return stated.isPresent() ? stated : find(endpoint).flatMap(price -> price.cost(usage));
    }

    @Override
    public String toString() {
        return "prices of " + prices.size() + " models";
    }

    private static String key(String provider, String model) {
        return provider + "/" + model;
    }

    /** The name before {@code -2024-07-18}, {@code -20240718} or {@code @20240718}; null when it has no such end. */
    private static @Nullable String withoutDate(String model) {
        for (String shape : new String[] {"-dddd-dd-dd", "-dddddddd", "@dddddddd"}) {
            int start = model.length() - shape.length();
            if (start > 0 && endsLike(model, start, shape)) {
                return model.substring(0, start);
            }
        }
        return null;
    }

    private static boolean endsLike(String model, int start, String shape) {
        for (int i = 0; i < shape.length(); i++) {
            char c = model.charAt(start + i);
            boolean fits = shape.charAt(i) == 'd' ? c >= '0' && c <= '9' : c == shape.charAt(i);
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /** Builds a {@link PriceTable}. Not safe for use by several threads. */
    public static final class Builder {
        private final Map<String, Price> prices = new LinkedHashMap<>();
        private final Set<String> given = new HashSet<>(); // those of the table that is copied are not: they may change
        private final Set<String> givenAgain = new LinkedHashSet<>();

        private Builder() {}

        /**
         * Sets the price of a model, once. It replaces the one of the table that is copied, if there is one.
         *
         * @param provider the provider, as the endpoint names it
         * @param model the model, without a date where all its versions cost the same
         * @param price what its tokens cost
         * @return this builder
         */
        public Builder price(String provider, String model, Price price) {
            Objects.requireNonNull(provider, "provider");
            Objects.requireNonNull(model, "model");
            String name = key(provider, model);
            prices.put(name, Objects.requireNonNull(price, "price"));
            if (!given.add(name)) {
                givenAgain.add(name);
            }
            return this;
        }

        /**
         * Builds the table.
         *
         * @return an immutable table
         * @throws dev.holdfast.error.InvalidConfigurationException when an amount is missing or malformed or a model
         *     has two prices, naming all
         */
        public PriceTable build() {
            Problems problems = new Problems();
            prices.forEach((name, price) -> price.check(problems, "prices." + name));
            givenAgain.forEach(
                    name -> problems.add("prices." + name, "is given more than once; give each model one price"));
            problems.throwIfAny("the price table");
            return new PriceTable(Map.copyOf(prices));
        }
    }
}
