package dev.holdfast.anthropic;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.Problems;
import dev.holdfast.http.ApiKey;
import dev.holdfast.http.HttpTransport;
import dev.holdfast.http.WireRequest;
import dev.holdfast.runtime.HoldfastRuntime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
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
 * own name; {@code disable_parallel_tool_use} joins the tool choice; {@code tools} are added behind the request's own.
 *
 * <p><b>Usage.</b> Cache reads, cache writes for five minutes and for an hour, and thinking are told apart; what the
 * provider charges for each search of its own tools is not part of it.
 *
 * <p><b>Threading.</b> Immutable, and safe for use by many threads. It never repeats a request.
 */
public final class AnthropicModel implements EndpointModel {
    private final MessagesEndpoint target;
    private final HttpTransport transport;

    private AnthropicModel(MessagesEndpoint target, HttpTransport transport) {
        this.target = target;
        this.transport = transport;
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
        return target.endpoint();
    }

    @Override
    public ChatReply send(ChatCall call) {
        return transport.send(new MessagesExchange(target, call.request()), call.context());
    }

    @Override
    public String toString() {
        return target.endpoint().toString();
    }

    /** Builds an {@link AnthropicModel}. Not safe for use by several threads. */
    public static final class Builder {
        private static final String ANTHROPIC = "https://api.anthropic.com";

        private final String model;
        private String provider = "anthropic";
        private String region = "";
        private String account = "";
        private int contextWindow;
        private int maxOutputTokens;
        private int defaultMaxOutputTokens = 4_096;
        private @Nullable String baseUrl;
        private String path = "/v1/messages";
        private String streamingPath = "/v1/messages";
        private @Nullable String keyText;
        private @Nullable ApiKey keySource;
        private boolean keyGiven;
        private String keyHeader = "x-api-key";
        private String keyPrefix = "";
        private final Map<String, String> headers = new LinkedHashMap<>();
        private final List<String> betas = new ArrayList<>();
        private final List<String> providerTools = new ArrayList<>();
        private final Map<String, String> bodyFields = new LinkedHashMap<>();
        private boolean modelInBody = true;
        private boolean enforceOutputFormat;
        private @Nullable HttpTransport transport;
        private HoldfastRuntime runtime = HoldfastRuntime.system();

        private Builder(String model) {
            this.model = model;
            headers.put("anthropic-version", "2023-06-01");
        }

        /**
         * Sets the key.
         *
         * @param key the key of all calls
         * @return this builder
         */
        public Builder apiKey(@Nullable String key) {
            this.keyText = key;
            this.keySource = null;
            this.keyGiven = true;
            return this;
        }

        /**
         * Sets where the key of a call comes from.
         *
         * @param source gives the key, in the thread of the call
         * @return this builder
         */
        public Builder apiKey(Function<CallContext, @Nullable String> source) {
            this.keySource = ApiKey.perCall(source);
            this.keyGiven = true;
            return this;
        }

        /**
         * Sets how the key is sent. Clouds and gateways want {@code authorization} and {@code "Bearer "}.
         *
         * @param name the header; {@code x-api-key} if never set
         * @param prefix what stands before the key; nothing if never set
         * @return this builder
         */
        public Builder keyHeader(String name, String prefix) {
            this.keyHeader = name;
            this.keyPrefix = prefix;
            return this;
        }

        /**
         * Sets where the API is.
         *
         * @param url the address before {@code /v1/messages}; Anthropic's own if never set. A proxy at another address may add
         *     the key by itself
         * @return this builder
         */
        public Builder baseUrl(String url) {
            this.baseUrl = url;
            return this;
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
         * Adds a header to every request, or replaces one of ours, such as {@code anthropic-version}.
         *
         * @param name the header's name
         * @param value its value. Not for keys: they would not be masked
         * @return this builder
         */
        public Builder header(String name, String value) {
            headers.put(name.toLowerCase(Locale.ROOT), value);
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
         * Adds a field to every body; what a request says of it, itself or by an option, wins over it. Clouds want {@code anthropic_version} here.
         *
         * @param name the field
         * @param json its value as JSON
         * @return this builder
         */
        public Builder bodyField(String name, String json) {
            bodyFields.put(name, json);
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
         * Sets who runs the model: the provider of its endpoint, of its prices and failures, and the name of its
         * options.
         *
         * @param name {@code anthropic} if never set
         * @return this builder
         */
        public Builder provider(String name) {
            this.provider = name;
            return this;
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
         * @param tokens input and output tokens together
         * @return this builder
         */
        public Builder contextWindow(int tokens) {
            this.contextWindow = tokens;
            return this;
        }

        /**
         * Sets how much the model can say. No request asks for more.
         *
         * @param tokens output tokens
         * @return this builder
         */
        public Builder maxOutputTokens(int tokens) {
            this.maxOutputTokens = tokens;
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
         * Sets the transport: its time limits, its sizes, its connections.
         *
         * @param transport the transport; one with the defaults if never set
         * @return this builder
         */
        public Builder transport(HttpTransport transport) {
            this.transport = Objects.requireNonNull(transport, "transport");
            return this;
        }

        /**
         * Sets whose clock deadlines count by. A transport that is given has its own.
         *
         * @param runtime the runtime; the system's if never set
         * @return this builder
         */
        public Builder runtime(HoldfastRuntime runtime) {
            this.runtime = Objects.requireNonNull(runtime, "runtime");
            return this;
        }

        /**
         * Builds the model.
         *
         * @return an immutable model
         * @throws dev.holdfast.error.InvalidConfigurationException with every field that cannot work
         */
        public AnthropicModel build() {
            check().throwIfAny("Anthropic model '" + model + "'");
            Map<String, String> all = new LinkedHashMap<>(headers);
            if (!betas.isEmpty()) {
                all.put("anthropic-beta", String.join(",", betas));
            }
            MessagesEndpoint target = new MessagesEndpoint(
                    Endpoint.builder(provider, model)
                            .region(region)
                            .account(account)
                            .contextWindow(contextWindow)
                            .maxOutputTokens(maxOutputTokens)
                            .build(),
                    base() + path,
                    base() + streamingPath,
                    all,
                    keySource != null || keyText == null ? keySource : ApiKey.of(keyText),
                    keyHeader,
                    keyPrefix,
                    modelInBody,
                    new LinkedHashMap<>(bodyFields),
                    List.copyOf(providerTools),
                    defaultMaxOutputTokens,
                    enforceOutputFormat);
            HttpTransport way =
                    transport == null ? HttpTransport.builder().runtime(runtime).build() : transport;
            return new AnthropicModel(target, way);
        }

        private String base() {
            String base = baseUrl == null ? ANTHROPIC : baseUrl;
            return base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        }

        private Problems check() {
            Problems problems = new Problems()
                    .requireText(model, "model")
                    .requireText(provider, "provider")
                    .requirePositive(defaultMaxOutputTokens, "defaultMaxOutputTokens")
                    .require(contextWindow >= 0, "contextWindow", "is " + contextWindow + "; give a number of tokens")
                    .require(
                            maxOutputTokens >= 0,
                            "maxOutputTokens",
                            "is " + maxOutputTokens + "; give a number of tokens");
            String badUrl = WireRequest.problemWithUrl(base());
            if (badUrl != null) {
                problems.add("baseUrl", badUrl);
            } else {
                problems.require(
                        !path.startsWith("/v1/") || !base().endsWith("/v1"),
                        "baseUrl",
                        "ends with /v1, and the path begins with it; leave it out here");
            }
            requirePath(problems, path, "path");
            requirePath(problems, streamingPath, "streamingPath");
            boolean keyNeeded = keySource == null && (keyGiven || baseUrl == null);
            String badKey = keyNeeded ? ApiKey.problemWith(keyText) : null;
            if (badKey != null) {
                problems.add("apiKey", badKey);
            }
            checkHeaders(problems);
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

        private void checkHeaders(Problems problems) {
            checkHeader(problems, keyHeader, keyPrefix, "keyHeader");
            headers.forEach((name, value) -> {
                String field = "header." + name;
                checkHeader(problems, name, value, field);
                problems.require(
                        !keyGiven || !name.equalsIgnoreCase(keyHeader),
                        field,
                        "is the one that the key is sent in; leave it out, or give no key");
            });
            betas.forEach(beta -> problems.requireText(beta, "beta"));
            betas.forEach(beta -> checkHeader(problems, "anthropic-beta", beta, "beta"));
        }

        private static void checkHeader(Problems problems, String name, String value, String field) {
            String problem = WireRequest.problemWithHeader(name, value);
            if (problem != null) {
                problems.add(field, problem);
            }
        }
    }
}
