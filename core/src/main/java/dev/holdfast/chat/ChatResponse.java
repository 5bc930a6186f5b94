package dev.holdfast.chat;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A whole answer, and how it came about. Immutable. */
public final class ChatResponse {
    private final Message message;
    private final List<Message> transcript;
    private final Usage usage;
    private final @Nullable Money cost;
    private final FinishReason finishReason;
    private final Endpoint endpoint;
    private final String model;
    private final String responseId;
    private final List<Attempt> attempts;
    private final ProviderLimits limits;

    private ChatResponse(Builder builder) {
        this.message = Objects.requireNonNull(builder.message, "message");
        this.transcript = builder.transcript == null ? List.of(builder.message) : builder.transcript;
        this.usage = Objects.requireNonNull(builder.usage, "usage");
        this.cost = builder.cost;
        this.finishReason = Objects.requireNonNull(builder.finishReason, "finishReason");
        this.endpoint = builder.endpoint;
        this.model =
                Objects.requireNonNull(builder.model, "model").isEmpty() ? builder.endpoint.model() : builder.model;
        this.responseId = Objects.requireNonNull(builder.responseId, "responseId");
        this.attempts = builder.attempts;
        this.limits = Objects.requireNonNull(builder.limits, "limits");
    }

    /**
     * A response of words alone; what it used is unknown.
     *
     * @param endpoint who answered
     * @param text the words
     * @return the response
     */
    public static ChatResponse of(Endpoint endpoint, String text) {
        return builder(endpoint, Message.assistant(text))
                .finishReason(FinishReason.STOP)
                .build();
    }

    /**
     * Starts a response.
     *
     * @param endpoint who answered
     * @param message the answer
     * @return a builder
     */
    public static Builder builder(Endpoint endpoint, Message message) {
        return new Builder(endpoint, message);
    }

    /**
     * Starts a changed copy.
     *
     * @return a builder that holds what this response holds
     */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /**
     * The answer.
     *
     * @return the last message of the transcript
     */
    public Message message() {
        return message;
    }

    /**
     * The words of the answer.
     *
     * @return {@link Message#text()} of the answer
     */
    public String text() {
        return message.text();
    }

    /**
     * Everything that was said since the request: the answer alone, or, where tools were called on the way, the calls,
     * their results and the answer.
     *
     * @return the messages in order; immutable
     */
    public List<Message> transcript() {
        return transcript;
    }

    /**
     * What was used, over all rounds and attempts that are known.
     *
     * @return the usage
     */
    public Usage usage() {
        return usage;
    }

    /**
     * What it cost.
     *
     * @return the cost; empty where no price is known
     */
    public Optional<Money> cost() {
        return Optional.ofNullable(cost);
    }

    /**
     * Why the model stopped.
     *
     * @return the reason
     */
    public FinishReason finishReason() {
        return finishReason;
    }

    /**
     * Who answered.
     *
     * @return the endpoint
     */
    public Endpoint endpoint() {
        return endpoint;
    }

    /**
     * The model as the provider reported it, which may be a dated version of the one that was asked.
     *
     * @return the model's name
     */
    public String model() {
        return model;
    }

    /**
     * The provider's id for the answer.
     *
     * @return the id, empty where there is none
     */
    public String responseId() {
        return responseId;
    }

    /**
     * What was tried, where one attempt was not enough.
     *
     * @return the attempts in order, the successful one last; empty when the first one gave the answer
     */
    public List<Attempt> attempts() {
        return attempts;
    }

    /**
     * What the provider said of its limits.
     *
     * @return the limits
     */
    public ProviderLimits limits() {
        return limits;
    }

    @Override
    public String toString() {
        return "response of " + endpoint + ", " + finishReason + ", " + usage;
    }

    /** Builds a {@link ChatResponse}. Not safe for use by several threads. */
    public static final class Builder {
        private final Endpoint endpoint;
        private Message message;
        private @Nullable List<Message> transcript;
        private Usage usage = Usage.unknown();
        private @Nullable Money cost;
        private FinishReason finishReason = FinishReason.UNKNOWN;
        private String model = "";
        private String responseId = "";
        private List<Attempt> attempts = List.of();
        private ProviderLimits limits = ProviderLimits.none();

        private Builder(Endpoint endpoint, Message message) {
            this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
            this.message = Objects.requireNonNull(message, "message");
        }

        private Builder(ChatResponse from) {
            this.endpoint = from.endpoint;
            this.message = from.message;
            this.transcript = from.transcript.size() == 1 ? null : from.transcript;
            this.usage = from.usage;
            this.cost = from.cost;
            this.finishReason = from.finishReason;
            this.model = from.model;
            this.responseId = from.responseId;
            this.attempts = from.attempts;
            this.limits = from.limits;
        }

        /**
         * Sets the answer.
         *
         * @param message the answer
         * @return this builder
         */
        public Builder message(Message message) {
            this.message = message;
            return this;
        }

        /**
         * Sets everything that was said since the request.
         *
         * @param messages in order, the answer last; copied
         * @return this builder
         */
        public Builder transcript(List<Message> messages) {
            this.transcript = List.copyOf(messages);
            return this;
        }

        /**
         * Sets what was used.
         *
         * @param usage the usage
         * @return this builder
         */
        public Builder usage(Usage usage) {
            this.usage = usage;
            return this;
        }

        /**
         * Sets what it cost.
         *
         * @param cost the cost, null where no price is known
         * @return this builder
         */
        public Builder cost(@Nullable Money cost) {
            this.cost = cost;
            return this;
        }

        /**
         * Sets why the model stopped.
         *
         * @param reason the reason
         * @return this builder
         */
        public Builder finishReason(FinishReason reason) {
            this.finishReason = reason;
            return this;
        }

        /**
         * Sets the model as the provider reported it.
         *
         * @param model the model's name
         * @return this builder
         */
        public Builder model(String model) {
            this.model = model;
            return this;
        }

        /**
         * Sets the provider's id for the answer.
         *
         * @param id the id
         * @return this builder
         */
        public Builder responseId(String id) {
            this.responseId = id;
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
         * Sets what the provider said of its limits.
         *
         * @param limits the limits
         * @return this builder
         */
        public Builder limits(ProviderLimits limits) {
            this.limits = limits;
            return this;
        }

        /**
         * Builds the response.
         *
         * @return an immutable response
         */
        public ChatResponse build() {
            return new ChatResponse(this);
        }
    }
}
