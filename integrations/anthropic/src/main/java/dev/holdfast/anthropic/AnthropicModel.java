package dev.holdfast.anthropic;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.error.Problems;
import dev.holdfast.http.ProviderBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model of Anthropic's Messages API, at Anthropic or at a cloud that runs its models.
 *
 * <pre>{@code
 * AnthropicModel claude = AnthropicModel.builder("claude-sonnet-4-5")
 *         .apiKey(System.getenv("ANTHROPIC_API_KEY"))
 *         .build();
 * }</pre>
 *
 * <p><b>What goes over the wire.</b> System messages become the one {@code system} field, wherever they stand; messages
 * of one side that follow each other become one; blank texts and messages without content are left out, because the
 * provider refuses them. Thinking, calls and results of the provider's own tools, citations and compacted context are
 * kept in their places and sent back as they came, to the provider of the same name only. A temperature above 1 is sent
 * as 1. An answer as JSON is asked for in words unless {@link Builder#enforceOutputFormat} says otherwise.
 *
 * <p><b>What only this provider has</b> goes in by {@code ChatRequest.Builder.option(provider, name, json)}:
 * {@code thinking}, {@code cache_control}, {@code tool_choice}, {@code top_k} and every other field of the API under its
 * own name; {@code disable_parallel_tool_use} joins the tool choice. Tools that the provider runs itself are the model's:
 * {@link Builder#providerTool}.
 *
 * <p><b>Thinking.</b> A budget of thinking that does not fit below the limit of the answer, for which the provider would
 * refuse the call, is lowered to a half of that limit, or left out where not even the least that the provider takes would
 * fit: a budget of money may have lowered the limit.
 *
 * <p><b>Usage.</b> Cache reads, cache writes for five minutes and for an hour, and thinking are told apart. Searches and
 * other requests to the provider's own tools are {@linkplain dev.holdfast.chat.Usage#extras() extras} by the provider's
 * name for them, such as {@code web_search_requests}; fetches are not, for they cost their tokens alone. A pass of another
 * model, such as an advisor, is counted with the tokens, and is the extra {@code pass:} and the model's name: its tokens
 * have another price. A service tier, a speed or a place with prices of its own is the
 * {@linkplain dev.holdfast.chat.Usage#tier() tier}, several of them with a {@code +} between: {@code priority},
 * {@code fast}, {@code us}, {@code fast+us}.
 *
 * <p><b>Threading.</b> Immutable, and safe for use by many threads. It never repeats a request.
 */
public final class AnthropicModel implements EndpointModel {
    private static final String BETAS = "anthropic-beta";
    private static final String INTERLEAVED = "interleaved-thinking";

    private final MessagesEndpoint endpoint;

    private AnthropicModel(MessagesEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * Starts a model.
     *
     * @param model its name at the provider, such as {@code claude-sonnet-4-5}
     * @return a builder
     */
    public static Builder builder(String model) {
        return new Builder(model);
    }

    @Override
    public Endpoint endpoint() {
        return endpoint.endpoint();
    }

    @Override
    public ChatReply send(ChatCall call) {
        return endpoint.target().send(new MessagesExchange(endpoint, call.request()), call.context());
    }

    @Override
    public String toString() {
        return endpoint().toString();
    }

    /** Builds an {@link AnthropicModel}. Not safe for use by several threads. */
    public static final class Builder extends ProviderBuilder<Builder> {
        private static final String ANTHROPIC = "https://api.anthropic.com";

        private final String model;
        private int defaultMaxOutputTokens = 4_096;
        private String path = "/v1/messages";
        private String streamingPath = "/v1/messages";
        private final List<String> betas = new ArrayList<>();
        private final List<String> providerTools = new ArrayList<>();
        private boolean modelInBody = true;
        private boolean enforceOutputFormat;

        private Builder(String model) {
            super(model, "anthropic", "x-api-key", "");
            this.model = model;
            super.header("anthropic-version", "2023-06-01");
        }

        /**
         * {@inheritDoc} {@code anthropic-beta} is added to what {@link #beta} asked for.
         */
        @Override
        public Builder header(String name, String value) {
            return name.equalsIgnoreCase(BETAS) ? beta(value) : super.header(name, value);
        }

        /**
         * Sets what follows the base URL.
         *
         * @param path for all answers; {@code /v1/messages} if never set
         * @return this builder
         */
        public Builder path(String path) {
            return path(path, path);
        }

        /**
         * Sets what follows the base URL, where it depends on how the answer comes (Vertex: {@code :rawPredict} and
         * {@code :streamRawPredict}).
         *
         * @param whole for answers that come whole
         * @param streaming for answers that come piece by piece
         * @return this builder
         */
        public Builder path(String whole, String streaming) {
            this.path = whole;
            this.streamingPath = streaming;
            return this;
        }

        /**
         * Asks for a feature that is not yet part of the API for all.
         *
         * @param name as in the provider's documentation, for {@code anthropic-beta}
         * @return this builder
         */
        public Builder beta(String name) {
            betas.add(name);
            return this;
        }

        /**
         * Lets the model use a tool that the provider runs itself. What it does there passes none of our own rules, so
         * no request can ask for one.
         *
         * @param json the tool as in the provider's documentation, such as
         *     {@code {"type":"web_search_20250305","name":"web_search"}}
         * @return this builder
         */
        public Builder providerTool(String json) {
            providerTools.add(json);
            return this;
        }

        /**
         * Sets whether the body names the model.
         *
         * @param inBody false where the address does, as at Vertex; true if never set
         * @return this builder
         */
        public Builder modelInBody(boolean inBody) {
            this.modelInBody = inBody;
            return this;
        }

        /**
         * Sets how much the model may say when the request does not limit it; the API must be told a limit.
         *
         * @param tokens output tokens, thinking included; 4,096 if never set
         * @return this builder
         */
        public Builder defaultMaxOutputTokens(int tokens) {
            this.defaultMaxOutputTokens = tokens;
            return this;
        }

        /**
         * Sets whether the provider enforces the schema of an answer ({@code output_config.format}). Not every model
         * can, nor every schema is taken: it must forbid additional properties, and may not bound numbers or lengths.
         *
         * @param enforce false, to ask in words, if never set
         * @return this builder
         */
        public Builder enforceOutputFormat(boolean enforce) {
            this.enforceOutputFormat = enforce;
            return this;
        }

        /**
         * Builds the model.
         *
         * @return an immutable model
         * @throws dev.holdfast.error.InvalidConfigurationException with every field that cannot work
         */
        public AnthropicModel build() {
            if (!betas.isEmpty()) {
                super.header(BETAS, String.join(",", betas));
            }
            Map<String, String> bodyFields = bodyFields();
            check(bodyFields).throwIfAny("Anthropic model '" + model + "'");
            return new AnthropicModel(new MessagesEndpoint(
                    target(ANTHROPIC),
                    path,
                    streamingPath,
                    modelInBody,
                    bodyFields,
                    List.copyOf(providerTools),
                    betas.stream().anyMatch(beta -> beta.contains(INTERLEAVED)),
                    defaultMaxOutputTokens,
                    enforceOutputFormat));
        }

        private Problems check(Map<String, String> bodyFields) {
            Problems problems = check(ANTHROPIC, true);
            problems.requirePositive(defaultMaxOutputTokens, "defaultMaxOutputTokens");
            String base = base(ANTHROPIC);
            problems.require(
                    path == null || !path.startsWith("/v1/") || base == null || !base.endsWith("/v1"),
                    "baseUrl",
                    "ends with /v1, and the path begins with it; leave it out here");
            requirePath(problems, path, "path");
            requirePath(problems, streamingPath, "streamingPath");
            betas.forEach(beta -> problems.requireText(beta, "beta"));
            bodyFields.forEach((name, json) -> BodyFields.check(problems, "bodyField." + name, name, json));
            providerTools.forEach(tool -> BodyFields.checkTool(problems, tool));
            return problems;
        }

        private static void requirePath(Problems problems, @Nullable String path, String field) {
            problems.require(
                    path != null && path.startsWith("/"),
                    field,
                    "is '" + path + "'; give what follows the base URL, with a / before it");
        }
    }
}
