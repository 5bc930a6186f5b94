package dev.holdfast.anthropic;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.error.Problems;
import dev.holdfast.http.ApiKey;
import dev.holdfast.http.HttpTransport;
import dev.holdfast.http.WireRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
        private static final Set<String> KEY_HEADERS = Set.of("x-api-key", "authorization");

        private final String model;
        private String provider = "anthropic";
        private String region = "";
        private String account = "";
        private int contextWindow;
        private int maxOutputTokens;
        private int defaultMaxOutputTokens = 4_096;
        private String baseUrl = "https://api.anthropic.com";
        private String path = "/v1/messages";
        private String streamingPath = "/v1/messages";
        private @Nullable ApiKey key;
        private @Nullable String keyProblem = "is missing; give apiKey, bearer or withoutKey";
        private boolean bearer;
        private final Map<String, String> headers = new LinkedHashMap<>();
        private final List<String> betas = new ArrayList<>();
        private final Map<String, String> bodyFields = new LinkedHashMap<>();
        private boolean modelInBody = true;
        private boolean enforceOutputFormat;
        private @Nullable HttpTransport transport;

        private Builder(String model) {
            this.model = model;
            headers.put("anthropic-version", "2023-06-01");
        }

        /**
         * Sets the key.
         *
         * @param key sent as {@code x-api-key}
         * @return this builder
         */
        public Builder apiKey(@Nullable String key) {
            this.keyProblem = ApiKey.problemWith(key);
            this.key = keyProblem == null && key != null ? ApiKey.of(key) : null;
            this.bearer = false;
            return this;
        }

        /**
         * Sets the key, for example one for each call.
         *
         * @param key sent as {@code x-api-key}
         * @return this builder
         */
        public Builder apiKey(ApiKey key) {
            return key(key, false);
        }

        /**
         * Sets a key that goes into {@code authorization}, as clouds and gateways want it.
         *
         * @param token sent behind {@code Bearer}
         * @return this builder
         */
        public Builder bearer(ApiKey token) {
            return key(token, true);
        }

        /**
         * Says that no key is needed: a gateway adds it.
         *
         * @return this builder
         */
        public Builder withoutKey() {
            this.key = null;
            this.keyProblem = null;
            return this;
        }

        private Builder key(ApiKey key, boolean bearer) {
            this.key = Objects.requireNonNull(key, "key");
            this.keyProblem = null;
            this.bearer = bearer;
            return this;
        }

        /**
         * Sets where the API is.
         *
         * @param url the address before {@code /v1/messages}; {@code https://api.anthropic.com} if never set
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
         * @param value its value; no key, those go by {@link #apiKey} and {@link #bearer}
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
         * Adds a field to every body; an option of the request wins over it. Clouds want {@code anthropic_version} here.
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
         * @param transport {@link HttpTransport#standard()} if never set
         * @return this builder
         */
        public Builder transport(HttpTransport transport) {
            this.transport = Objects.requireNonNull(transport, "transport");
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
            Endpoint endpoint = Endpoint.builder(provider, model)
                    .region(region)
                    .account(account)
                    .contextWindow(contextWindow)
                    .maxOutputTokens(maxOutputTokens)
                    .build();
            Map<String, String> all = new LinkedHashMap<>(headers);
            if (!betas.isEmpty()) {
                all.put("anthropic-beta", String.join(",", betas));
            }
            MessagesEndpoint target = new MessagesEndpoint(
                    endpoint,
                    base() + path,
                    base() + streamingPath,
                    all,
                    key,
                    bearer,
                    modelInBody,
                    new LinkedHashMap<>(bodyFields),
                    defaultMaxOutputTokens,
                    enforceOutputFormat);
            return new AnthropicModel(target, transport == null ? HttpTransport.standard() : transport);
        }

        private String base() {
            return baseUrl.endsWith("/") ? baseUrl.substring(0, baseUrl.length() - 1) : baseUrl;
        }

        private Problems check() {
            Problems problems = new Problems()
                    .requireText(model, "model")
                    .requireText(provider, "provider")
                    .requirePositive(defaultMaxOutputTokens, "defaultMaxOutputTokens")
                    .require(contextWindow >= 0, "contextWindow", "is " + contextWindow + "; give at least 1")
                    .require(maxOutputTokens >= 0, "maxOutputTokens", "is " + maxOutputTokens + "; give at least 1");
            String badUrl = WireRequest.problemWithUrl(baseUrl);
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
            if (keyProblem != null) {
                problems.add("apiKey", keyProblem);
            }
            headers.forEach((name, value) -> requireHeader(problems, name, value));
            betas.forEach(beta -> requireHeader(problems, "anthropic-beta", beta));
            bodyFields.forEach((name, json) -> MessagesEndpoint.check(problems, "bodyField." + name, name, json));
            return problems;
        }

        private static void requirePath(Problems problems, @Nullable String path, String field) {
            problems.require(
                    path != null && path.startsWith("/"),
                    field,
                    "is '" + path + "'; give what follows the base URL, with a / before it");
        }

        private static void requireHeader(Problems problems, String name, @Nullable String value) {
            String field = "header." + name;
            problems.require(
                    !KEY_HEADERS.contains(name), field, "holds a key; give it as apiKey or bearer, which hide it");
            problems.require(
                    isToken(name) && value != null && !value.isBlank() && isPrintable(value),
                    field,
                    "cannot be sent; use printable ASCII characters");
        }

        private static boolean isToken(String name) {
            return !name.isEmpty() && isPrintable(name) && name.indexOf(' ') < 0 && name.indexOf(':') < 0;
        }

        private static boolean isPrintable(String text) {
            for (int i = 0; i < text.length(); i++) {
                if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                    return false;
                }
            }
            return true;
        }
    }
}
