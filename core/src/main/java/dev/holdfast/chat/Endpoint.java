package dev.holdfast.chat;

import dev.holdfast.error.Problems;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One model at one provider, region and account: what a call is really sent to, priced by, limited by and broken by.
 * Immutable; equal where provider, model, region and account are.
 */
public final class Endpoint {
    private final String provider;
    private final String model;
    private final String region;
    private final String account;
    private final int contextWindow; // 0 where it is not known
    private final int maxOutputTokens; // the same
    private final String id;

    private Endpoint(Builder builder) {
        this.provider = builder.provider;
        this.model = builder.model;
        this.region = builder.region;
        this.account = builder.account;
        this.contextWindow = builder.contextWindow == null ? 0 : builder.contextWindow;
        this.maxOutputTokens = builder.maxOutputTokens == null ? 0 : builder.maxOutputTokens;
        this.id = idOf(provider, model, region, account);
    }

    /**
     * The four names in one, so that no two endpoints share it. Names of models hold any separator ({@code
     * openai/gpt-4o} at OpenRouter, {@code claude-sonnet-4@20250514} at Vertex) and stand as they are: after one that
     * could be read as a model and its region or account, the region is always there, if need be an empty one. The other
     * names have their separators written as in URLs.
     */
    private static String idOf(String provider, String model, String region, String account) {
        boolean ambiguous = model.indexOf('@') >= 0 || model.indexOf('#') >= 0;
        return escaped(provider) + "/" + model
                + (region.isEmpty() && !ambiguous ? "" : "@" + escaped(region))
                + (account.isEmpty() ? "" : "#" + escaped(account));
    }

    private static String escaped(String name) {
        return name.replace("%", "%25").replace("/", "%2F").replace("@", "%40").replace("#", "%23");
    }

    /**
     * A model at a provider.
     *
     * @param provider for example {@code openai}
     * @param model the model's name there
     * @return the endpoint
     */
    public static Endpoint of(String provider, String model) {
        return builder(provider, model).build();
    }

    /**
     * Starts an endpoint.
     *
     * @param provider for example {@code openai}
     * @param model the model's name there
     * @return a builder
     */
    public static Builder builder(String provider, String model) {
        return new Builder(provider, model);
    }

    /**
     * The key of its state: breakers, limits, statistics. No two different endpoints have the same.
     *
     * @return {@code provider/model}, with {@code @region} and {@code #account} where given; not to be taken apart
     */
    public String id() {
        return id;
    }

    /**
     * Who runs it.
     *
     * @return the provider's name
     */
    public String provider() {
        return provider;
    }

    /**
     * The model.
     *
     * @return the name that the provider knows
     */
    public String model() {
        return model;
    }

    /**
     * Where it runs.
     *
     * @return the region, empty where it was not said
     */
    public String region() {
        return region;
    }

    /**
     * Whose quota it uses.
     *
     * @return a name for the account or key, never the key; empty where there is one only
     */
    public String account() {
        return account;
    }

    /**
     * How much fits.
     *
     * @return input and output tokens together, where known
     */
    public OptionalInt contextWindow() {
        return contextWindow > 0 ? OptionalInt.of(contextWindow) : OptionalInt.empty();
    }

    /**
     * How much it can say.
     *
     * @return output tokens, where known
     */
    public OptionalInt maxOutputTokens() {
        return maxOutputTokens > 0 ? OptionalInt.of(maxOutputTokens) : OptionalInt.empty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Endpoint that && id.equals(that.id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return id;
    }

    /** Builds an {@link Endpoint}. Not safe for use by several threads. */
    public static final class Builder {
        private final String provider;
        private final String model;
        private String region = "";
        private String account = "";
        private @Nullable Integer contextWindow;
        private @Nullable Integer maxOutputTokens;

        private Builder(String provider, String model) {
            this.provider = Objects.requireNonNull(provider, "provider");
            this.model = Objects.requireNonNull(model, "model");
        }

        /**
         * Sets where it runs.
         *
         * @param region the provider's name of the region
         * @return this builder
         */
        public Builder region(String region) {
            this.region = Objects.requireNonNull(region, "region");
            return this;
        }

        /**
         * Sets whose quota it uses.
         *
         * @param account a name, never the key itself
         * @return this builder
         */
        public Builder account(String account) {
            this.account = Objects.requireNonNull(account, "account");
            return this;
        }

        /**
         * Sets how much fits.
         *
         * @param tokens input and output tokens together, at least 1; unknown if never set
         * @return this builder
         */
        public Builder contextWindow(int tokens) {
            this.contextWindow = tokens;
            return this;
        }

        /**
         * Sets how much it can say.
         *
         * @param tokens output tokens, at least 1; unknown if never set
         * @return this builder
         */
        public Builder maxOutputTokens(int tokens) {
            this.maxOutputTokens = tokens;
            return this;
        }

        /**
         * Builds the endpoint.
         *
         * @return an immutable endpoint
         * @throws dev.holdfast.error.InvalidConfigurationException naming everything that is wrong
         */
        public Endpoint build() {
            new Problems()
                    .requireText(provider, "provider")
                    .requireText(model, "model")
                    .require(isTokens(contextWindow), "contextWindow", wrong(contextWindow))
                    .require(isTokens(maxOutputTokens), "maxOutputTokens", wrong(maxOutputTokens))
                    .throwIfAny("the endpoint " + provider + "/" + model);
            return new Endpoint(this);
        }

        private static boolean isTokens(@Nullable Integer tokens) {
            return tokens == null || tokens > 0;
        }

        private static String wrong(@Nullable Integer tokens) {
            return "is " + tokens + "; give a number of tokens, or leave it out where it is not known";
        }
    }
}
