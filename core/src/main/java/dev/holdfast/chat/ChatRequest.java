package dev.holdfast.chat;

import dev.holdfast.internal.memo.Memo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a model. Immutable. It names no model: which one answers is up to the stack that it is sent to, so a
 * request that falls back to another provider carries nothing of the first.
 */
public final class ChatRequest {
    static {
        Memo.ofRequests(new Memo.Slot<>() {
            @Override
            public @Nullable Object get(ChatRequest request) {
                return request.memo;
            }

            @Override
            public void set(ChatRequest request, Object memo) {
                request.memo = memo;
            }
        });
    }

    private static final ChatRequest EMPTY = builder().build();

    private final List<Message> messages;
    private final List<ToolSpec> tools;
    private final ToolChoice toolChoice;
    private final OutputFormat outputFormat;
    private final int maxOutputTokens; // 0 where it says none
    private final @Nullable Double temperature;
    private final @Nullable Double topP;
    private final List<String> stop;
    private final boolean streaming;
    private final Map<String, Map<String, String>> options;
    private @Nullable Object memo; // of Memo; a race that loses one is harmless

    private ChatRequest(ChatRequest from, List<Message> messages, List<ToolSpec> tools, int maxOutputTokens) {
        this.messages = messages;
        this.tools = tools;
        this.toolChoice = from.toolChoice;
        this.outputFormat = from.outputFormat;
        this.maxOutputTokens = maxOutputTokens;
        this.temperature = from.temperature;
        this.topP = from.topP;
        this.stop = from.stop;
        this.streaming = from.streaming;
        this.options = from.options;
    }

    private ChatRequest(Builder builder) {
        this.messages = builder.messages;
        this.tools = builder.tools;
        this.toolChoice = builder.toolChoice;
        this.outputFormat = builder.outputFormat;
        this.maxOutputTokens = builder.maxOutputTokens;
        this.temperature = builder.temperature;
        this.topP = builder.topP;
        this.stop = builder.stop;
        this.streaming = builder.streaming;
        this.options = builder.options;
    }

    /**
     * A request of one user message.
     *
     * @param text what the user says
     * @return the request
     */
    public static ChatRequest of(String text) {
        return EMPTY.withMessages(List.of(Message.user(text)));
    }

    /**
     * A request of a conversation.
     *
     * @param messages in order; copied
     * @return the request
     */
    public static ChatRequest of(List<Message> messages) {
        return EMPTY.withMessages(messages);
    }

    /**
     * A request that asks nothing: what stands for the work where a layer guards something that is not a model.
     *
     * @return the shared instance
     */
    public static ChatRequest empty() {
        return EMPTY;
    }

    /**
     * Starts a request.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts a changed copy.
     *
     * @return a builder that holds what this request holds
     */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /**
     * The same request in another conversation. For layers, which change one thing in every call.
     *
     * @param messages in order; copied
     * @return a copy
     */
    public ChatRequest withMessages(List<Message> messages) {
        return new ChatRequest(this, List.copyOf(messages), tools, maxOutputTokens);
    }

    /**
     * The same request with other tools.
     *
     * @param tools the tools; copied
     * @return a copy
     */
    public ChatRequest withTools(List<ToolSpec> tools) {
        return new ChatRequest(this, messages, List.copyOf(tools), maxOutputTokens);
    }

    /**
     * The same request with another bound on its output.
     *
     * @param tokens output tokens; at least 1
     * @return a copy
     */
    public ChatRequest withMaxOutputTokens(int tokens) {
        ChatRequest bounded = new ChatRequest(this, messages, tools, atLeastOne(tokens));
        bounded.memo = memo; // of what it says, which is the same
        return bounded;
    }

    private static int atLeastOne(int tokens) {
        if (tokens < 1) {
            throw new IllegalArgumentException("request.maxOutputTokens is " + tokens + "; give at least 1");
        }
        return tokens;
    }

    /**
     * The conversation.
     *
     * @return the messages in order; immutable
     */
    public List<Message> messages() {
        return messages;
    }

    /**
     * What the model may call.
     *
     * @return the tools; immutable
     */
    public List<ToolSpec> tools() {
        return tools;
    }

    /**
     * Whether it may, must or must not call them.
     *
     * @return the choice
     */
    public ToolChoice toolChoice() {
        return toolChoice;
    }

    /**
     * The form of the answer.
     *
     * @return the form
     */
    public OutputFormat outputFormat() {
        return outputFormat;
    }

    /**
     * How much the model may say at the most.
     *
     * @return output tokens, where limited
     */
    public OptionalInt maxOutputTokens() {
        return maxOutputTokens > 0 ? OptionalInt.of(maxOutputTokens) : OptionalInt.empty();
    }

    /**
     * How freely the model chooses its words.
     *
     * @return the sampling temperature, where set
     */
    public OptionalDouble temperature() {
        return temperature == null ? OptionalDouble.empty() : OptionalDouble.of(temperature);
    }

    /**
     * From which share of the likeliest words the model chooses.
     *
     * @return the nucleus, where set
     */
    public OptionalDouble topP() {
        return topP == null ? OptionalDouble.empty() : OptionalDouble.of(topP);
    }

    /**
     * What ends the answer.
     *
     * @return the stop sequences; immutable
     */
    public List<String> stop() {
        return stop;
    }

    /**
     * Whether the answer is wanted piece by piece.
     *
     * @return true to stream
     */
    public boolean streaming() {
        return streaming;
    }

    /**
     * What one provider understands and others do not.
     *
     * @param provider the provider's name
     * @return names of fields of the provider's request and their values as JSON; immutable, in the order given
     */
    public Map<String, String> options(String provider) {
        return options.getOrDefault(provider, Map.of());
    }

    @Override
    public String toString() {
        return messages.size() + " messages, " + tools.size() + " tools";
    }

    /** Builds a {@link ChatRequest}. Not safe for use by several threads. */
    public static final class Builder {
        private List<Message> messages = List.of();
        private List<ToolSpec> tools = List.of();
        private ToolChoice toolChoice = ToolChoice.AUTO;
        private OutputFormat outputFormat = OutputFormat.TEXT;
        private int maxOutputTokens;
        private @Nullable Double temperature;
        private @Nullable Double topP;
        private List<String> stop = List.of();
        private boolean streaming;
        private Map<String, Map<String, String>> options = Map.of();

        private Builder() {}

        private Builder(ChatRequest from) {
            this.messages = from.messages;
            this.tools = from.tools;
            this.toolChoice = from.toolChoice;
            this.outputFormat = from.outputFormat;
            this.maxOutputTokens = from.maxOutputTokens;
            this.temperature = from.temperature;
            this.topP = from.topP;
            this.stop = from.stop;
            this.streaming = from.streaming;
            this.options = from.options;
        }

        /**
         * Sets the conversation.
         *
         * @param messages in order; copied
         * @return this builder
         */
        public Builder messages(List<Message> messages) {
            this.messages = List.copyOf(messages);
            return this;
        }

        /**
         * Sets what the model may call.
         *
         * @param tools the tools; copied
         * @return this builder
         */
        public Builder tools(List<ToolSpec> tools) {
            this.tools = List.copyOf(tools);
            return this;
        }

        /**
         * Sets whether it may, must or must not call them.
         *
         * @param choice the choice
         * @return this builder
         */
        public Builder toolChoice(ToolChoice choice) {
            this.toolChoice = Objects.requireNonNull(choice, "choice");
            return this;
        }

        /**
         * Sets the form of the answer.
         *
         * @param format the form
         * @return this builder
         */
        public Builder outputFormat(OutputFormat format) {
            this.outputFormat = Objects.requireNonNull(format, "format");
            return this;
        }

        /**
         * Sets how much the model may say at the most.
         *
         * @param tokens output tokens; at least 1
         * @return this builder
         */
        public Builder maxOutputTokens(int tokens) {
            this.maxOutputTokens = atLeastOne(tokens);
            return this;
        }

        /**
         * Sets how freely the model chooses its words.
         *
         * @param temperature the sampling temperature, 0 or more
         * @return this builder
         */
        public Builder temperature(double temperature) {
            if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("request.temperature is " + temperature + "; give 0 or more");
            }
            this.temperature = temperature;
            return this;
        }

        /**
         * Sets from which share of the likeliest words the model chooses.
         *
         * @param share above 0, at most 1
         * @return this builder
         */
        public Builder topP(double share) {
            if (!(share > 0 && share <= 1)) {
                throw new IllegalArgumentException("request.topP is " + share + "; give a share above 0, at most 1");
            }
            this.topP = share;
            return this;
        }

        /**
         * Sets what ends the answer.
         *
         * @param sequences the stop sequences; copied
         * @return this builder
         */
        public Builder stop(List<String> sequences) {
            this.stop = List.copyOf(sequences);
            return this;
        }

        /**
         * Sets whether the answer is wanted piece by piece.
         *
         * @param streaming true to stream
         * @return this builder
         */
        public Builder streaming(boolean streaming) {
            this.streaming = streaming;
            return this;
        }

        /**
         * Sets something that one provider understands and others do not. Other providers never see it.
         *
         * @param provider the provider's name
         * @param name the field of the provider's request
         * @param json its value as JSON
         * @return this builder
         */
        public Builder option(String provider, String name, String json) {
            Map<String, Map<String, String>> all = new LinkedHashMap<>(options);
            Map<String, String> own = new LinkedHashMap<>(all.getOrDefault(provider, Map.of()));
            own.put(name, json);
            all.put(provider, Collections.unmodifiableMap(own));
            this.options = Collections.unmodifiableMap(all);
            return this;
        }

        /**
         * Adds a message at the end.
         *
         * @param message the message
         * @return this builder
         */
        public Builder add(Message message) {
            List<Message> longer = new ArrayList<>(messages.size() + 1);
            longer.addAll(messages);
            longer.add(message);
            this.messages = List.copyOf(longer);
            return this;
        }

        /**
         * Builds the request.
         *
         * @return an immutable request
         */
        public ChatRequest build() {
            return new ChatRequest(this);
        }
    }
}
