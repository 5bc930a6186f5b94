package dev.holdfast.error;

import dev.holdfast.chat.Attempt;
import dev.holdfast.chat.Billing;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is known of a call that failed. Immutable; the layers that an error passes add what they know. */
public final class ErrorDetails {
    private static final ErrorDetails NOTHING_SENT = new Builder().build();

    private final String callId;
    private final String runId;
    private final String configVersion;
    private final @Nullable Endpoint endpoint;
    private final List<Attempt> attempts;
    private final @Nullable Duration retryAfter;
    private final Message partial;
    private final Usage usage;
    private final @Nullable Money cost;
    private final Billing billing;
    private final Classification classification;

    private ErrorDetails(Builder builder) {
        this.callId = Objects.requireNonNull(builder.callId, "callId");
        this.runId = Objects.requireNonNull(builder.runId, "runId");
        this.configVersion = Objects.requireNonNull(builder.configVersion, "configVersion");
        this.endpoint = builder.endpoint;
        this.attempts = builder.attempts;
        this.retryAfter = builder.retryAfter;
        this.partial = Objects.requireNonNull(builder.partial, "partial");
        this.usage = Objects.requireNonNull(builder.usage, "usage");
        this.cost = builder.cost;
        this.billing = Objects.requireNonNull(builder.billing, "billing");
        this.classification = Objects.requireNonNull(builder.classification, "classification");
    }

    /**
     * Nothing was sent, and nothing else is known.
     *
     * @return the shared instance
     */
    public static ErrorDetails nothingSent() {
        return NOTHING_SENT;
    }

    /**
     * Nothing was sent for this call.
     *
     * @param context whose call it is
     * @return the details
     */
    public static ErrorDetails nothingSent(CallContext context) {
        return builder().context(context).build();
    }

    /**
     * Starts details: nothing sent, until said otherwise.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts a changed copy.
     *
     * @return a builder that holds what these details hold
     */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /**
     * The call.
     *
     * @return its id, empty where it has none
     */
    public String callId() {
        return callId;
    }

    /**
     * The run of an agent that the call is part of.
     *
     * @return its id, empty outside a run
     */
    public String runId() {
        return runId;
    }

    /**
     * The version of the configuration that the call started with.
     *
     * @return the version, empty where there is none
     */
    public String configVersion() {
        return configVersion;
    }

    /**
     * Who failed.
     *
     * @return the endpoint, where the failure is one of an endpoint
     */
    public Optional<Endpoint> endpoint() {
        return Optional.ofNullable(endpoint);
    }

    /**
     * What was tried.
     *
     * @return the attempts in order; empty when there was one only, or none
     */
    public List<Attempt> attempts() {
        return attempts;
    }

    /**
     * When it makes sense to try again.
     *
     * @return the wait from now, where somebody said so
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /**
     * What was received before it failed.
     *
     * @return a message, without parts when nothing was
     */
    public Message partial() {
        return partial;
    }

    /**
     * What was used before it failed.
     *
     * @return the usage; {@link Usage#none()} when nothing was sent
     */
    public Usage usage() {
        return usage;
    }

    /**
     * What it cost.
     *
     * @return the cost as far as it was settled
     */
    public Optional<Money> cost() {
        return Optional.ofNullable(cost);
    }

    /**
     * Whether the provider charges for it.
     *
     * @return what is known
     */
    public Billing billing() {
        return billing;
    }

    /**
     * What somebody has said that may help.
     *
     * @return the classification; {@link Classification#none()} where nobody has, see
     *     {@link HoldfastException#classification()}
     */
    public Classification classification() {
        return classification;
    }

    /** Builds {@link ErrorDetails}. Not safe for use by several threads. */
    public static final class Builder {
        private String callId = "";
        private String runId = "";
        private String configVersion = "";
        private @Nullable Endpoint endpoint;
        private List<Attempt> attempts = List.of();
        private @Nullable Duration retryAfter;
        private Message partial = Message.nothing();
        private Usage usage = Usage.none();
        private @Nullable Money cost;
        private Billing billing = Billing.NOT_SENT;
        private Classification classification = Classification.none();

        private Builder() {}

        private Builder(ErrorDetails from) {
            this.callId = from.callId;
            this.runId = from.runId;
            this.configVersion = from.configVersion;
            this.endpoint = from.endpoint;
            this.attempts = from.attempts;
            this.retryAfter = from.retryAfter;
            this.partial = from.partial;
            this.usage = from.usage;
            this.cost = from.cost;
            this.billing = from.billing;
            this.classification = from.classification;
        }

        /**
         * Takes the ids of the call and its run, and the configuration version.
         *
         * @param context whose call it is
         * @return this builder
         */
        public Builder context(CallContext context) {
            this.callId = context.callId();
            this.runId = context.runId();
            this.configVersion = context.configVersion();
            return this;
        }

        /**
         * Sets who failed.
         *
         * @param endpoint the endpoint
         * @return this builder
         */
        public Builder endpoint(@Nullable Endpoint endpoint) {
            this.endpoint = endpoint;
            return this;
        }

        /**
         * Sets what was tried.
         *
         * @param attempts in order; copied
         * @return this builder
         */
        public Builder attempts(List<Attempt> attempts) {
            this.attempts = List.copyOf(attempts);
            return this;
        }

        /**
         * Sets when it makes sense to try again.
         *
         * @param wait from now; null when nobody said
         * @return this builder
         */
        public Builder retryAfter(@Nullable Duration wait) {
            this.retryAfter = wait;
            return this;
        }

        /**
         * Sets what was received.
         *
         * @param message the message so far
         * @return this builder
         */
        public Builder partial(Message message) {
            this.partial = message;
            return this;
        }

        /**
         * Sets what was used, and what is known of the bill.
         *
         * @param usage the usage
         * @param billing whether it is charged
         * @return this builder
         */
        public Builder usage(Usage usage, Billing billing) {
            this.usage = usage;
            this.billing = billing;
            return this;
        }

        /**
         * Sets what it cost.
         *
         * @param cost the cost
         * @return this builder
         */
        public Builder cost(@Nullable Money cost) {
            this.cost = cost;
            return this;
        }

        /**
         * Sets what may help.
         *
         * @param classification the classification
         * @return this builder
         */
        public Builder classification(Classification classification) {
            this.classification = classification;
            return this;
        }

        /**
         * Builds the details.
         *
         * @return immutable details
         */
        public ErrorDetails build() {
            return new ErrorDetails(this);
        }
    }
}
