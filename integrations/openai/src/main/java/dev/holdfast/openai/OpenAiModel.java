package dev.holdfast.openai;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.Problems;
import dev.holdfast.http.ApiKey;
import dev.holdfast.http.HttpTransport;
import dev.holdfast.http.WireRequest;
import dev.holdfast.runtime.HoldfastRuntime;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A model behind OpenAI's Chat Completions, or behind whatever else speaks it.
 *
 * <pre>{@code
 * OpenAiModel mini = OpenAiModel.builder("gpt-4o-mini").apiKey(System.getenv("OPENAI_API_KEY")).build();
 *
 * OpenAiModel fast = OpenAiModel.builder("llama-3.3-70b-versatile").provider("groq").apiKey(key).build();
 *
 * OpenAiModel local = OpenAiModel.builder("qwen3").provider("vllm").baseUrl("http://gpu-1:8000/v1").build();
 *
 * OpenAiModel azure = OpenAiModel.builder("my-deployment")
 *         .azure("https://my-resource.openai.azure.com", "2024-10-21")
 *         .apiKey(key)
 *         .build();
 * }</pre>
 *
 * <p>It makes one attempt a call. What a request gives as {@linkplain ChatRequest#options options} for its provider is
 * added to the body; other providers' options never are.
 *
 * <p><b>Threading.</b> Safe for use by many threads.
 *
 * <p><b>Errors.</b> As {@link HttpTransport} tells them: by status, within an answer, in the midst of a stream; the key
 * is in none of them.
 */
public final class OpenAiModel implements EndpointModel {
    private final Endpoint endpoint;
    private final String url;
    private final @Nullable ApiKey apiKey;
    private final String keyHeader;
    private final String keyPrefix;
    private final Map<String, String> headers;
    private final HttpTransport transport;
    private final HoldfastRuntime runtime;
    private final RequestWriter writer;

    private OpenAiModel(Builder builder, Dialect dialect, String url) {
        this.endpoint = Endpoint.builder(builder.provider, builder.model)
                .region(builder.region)
                .account(builder.account)
                .contextWindow(builder.contextWindow)
                .maxOutputTokens(builder.maxOutputTokens)
                .build();
        this.url = url;
        this.apiKey = builder.key();
        this.keyHeader = builder.keyHeader;
        this.keyPrefix = builder.keyPrefix;
        this.headers = Map.copyOf(builder.headers);
        this.runtime = builder.runtime;
        this.transport = builder.transport == null
                ? HttpTransport.builder().runtime(runtime).build()
                : builder.transport;
        this.writer = new RequestWriter(
                builder.model,
                builder.provider,
                builder.maxTokensField == null ? dialect.maxTokensField() : builder.maxTokensField,
                builder.streamUsage == null ? dialect.streamUsage() : builder.streamUsage,
                dialect.jsonSchema());
    }

    /**
     * Starts a model of OpenAI's, until the builder is told otherwise.
     *
     * @param model the model's name at the provider
     * @return a builder
     */
    public static Builder builder(String model) {
        return new Builder(model);
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public ChatReply send(ChatCall call) {
        return transport.send(new ChatExchange(this, call.request()), call.context());
    }

    WireRequest wireRequest(ChatRequest request) {
        WireRequest.Builder wire = WireRequest.post(url);
        for (Map.Entry<String, String> header : headers.entrySet()) {
            wire.header(header.getKey(), header.getValue());
        }
        if (apiKey != null) {
            wire.secret(keyHeader, keyPrefix, apiKey);
        }
        return wire.body(writer.write(request)).build();
    }

    /** For a call that came without an id: results name their call by it, in this and in every later request. */
    String newCallId() {
        return "call_" + runtime.newId();
    }

    @Override
    public String toString() {
        return endpoint.toString();
    }

    /** Builds an {@link OpenAiModel}. Not safe for use by several threads. */
    public static final class Builder {
        private final String model;
        private String provider = "openai";
        private @Nullable String baseUrl;
        private @Nullable String azureVersion;
        private @Nullable String keyText;
        private @Nullable ApiKey keySource;
        private boolean keyGiven;
        private String keyHeader = "authorization";
        private String keyPrefix = "Bearer ";
        private final Map<String, String> headers = new LinkedHashMap<>();
        private String region = "";
        private String account = "";
        private int contextWindow;
        private int maxOutputTokens;
        private @Nullable String maxTokensField;
        private @Nullable Boolean streamUsage;
        private @Nullable HttpTransport transport;
        private HoldfastRuntime runtime = HoldfastRuntime.system();

        private Builder(String model) {
            this.model = model;
        }

        /**
         * Sets whose model it is. Of {@code openai}, {@code groq}, {@code mistral}, {@code deepseek},
         * {@code openrouter}, {@code xai}, {@code cerebras}, {@code ollama} and {@code vllm} the address and the
         * differences in the wire format are known; any other name is taken as it is.
         *
         * @param name the provider's name: in endpoints, prices, options, and in what failures mean
         * @return this builder
         */
        public Builder provider(String name) {
            this.provider = name;
            return this;
        }

        /**
         * Sets where the provider is.
         *
         * @param url the address before {@code /chat/completions}; the provider's own if never set
         * @return this builder
         */
        public Builder baseUrl(String url) {
            this.baseUrl = url;
            return this;
        }

        /**
         * Makes it a deployment at Azure: the model's name is then the deployment's.
         *
         * @param resourceUrl the resource, such as {@code https://my-resource.openai.azure.com}
         * @param apiVersion the version of the API, such as {@code 2024-10-21}
         * @return this builder
         */
        public Builder azure(String resourceUrl, String apiVersion) {
            this.provider = "azure";
            this.baseUrl = resourceUrl;
            this.azureVersion = apiVersion;
            return keyHeader("api-key", "");
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
         * Sets how the key is sent.
         *
         * @param name the header; {@code authorization} if never set
         * @param prefix what stands before the key; {@code "Bearer "} if never set
         * @return this builder
         */
        public Builder keyHeader(String name, String prefix) {
            this.keyHeader = name;
            this.keyPrefix = prefix;
            return this;
        }

        /**
         * Adds a header to every request. Not for keys: they would not be masked.
         *
         * @param name the header
         * @param value its value
         * @return this builder
         */
        public Builder header(String name, String value) {
            headers.put(name, value);
            return this;
        }

        /**
         * Sets where the model runs, where that makes another endpoint of it.
         *
         * @param region the region
         * @return this builder
         */
        public Builder region(String region) {
            this.region = Objects.requireNonNull(region, "region");
            return this;
        }

        /**
         * Sets whose account is used, where that makes another endpoint of it.
         *
         * @param account a name for the account, not its key
         * @return this builder
         */
        public Builder account(String account) {
            this.account = Objects.requireNonNull(account, "account");
            return this;
        }

        /**
         * Sets how much the model can read and write in one call.
         *
         * @param tokens the context window; unknown if never set
         * @return this builder
         */
        public Builder contextWindow(int tokens) {
            this.contextWindow = tokens;
            return this;
        }

        /**
         * Sets how much the model can write in one call.
         *
         * @param tokens output tokens; unknown if never set
         * @return this builder
         */
        public Builder maxOutputTokens(int tokens) {
            this.maxOutputTokens = tokens;
            return this;
        }

        /**
         * Sets what the provider calls the limit on output tokens.
         *
         * @param field {@code max_tokens} or {@code max_completion_tokens}; the provider's own if never set
         * @return this builder
         */
        public Builder maxTokensField(String field) {
            this.maxTokensField = field;
            return this;
        }

        /**
         * Sets whether the usage of a stream is asked for. Where it is not, and does not come by itself, a stream's
         * usage is unknown, and is settled at the most that it can be.
         *
         * @param ask true to send {@code stream_options}; as the provider wants it if never set
         * @return this builder
         */
        public Builder streamUsage(boolean ask) {
            this.streamUsage = ask;
            return this;
        }

        /**
         * Sets the way to the provider: connections, timeouts, limits on size.
         *
         * @param transport the transport; one with the defaults if never set
         * @return this builder
         */
        public Builder transport(HttpTransport transport) {
            this.transport = Objects.requireNonNull(transport, "transport");
            return this;
        }

        /**
         * Sets the source of time and randomness.
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
        public OpenAiModel build() {
            Problems problems = new Problems()
                    .requireText(model, "model")
                    .requireText(provider, "provider")
                    .require(contextWindow >= 0, "contextWindow", "is " + contextWindow + "; give a number of tokens")
                    .require(
                            maxOutputTokens >= 0,
                            "maxOutputTokens",
                            "is " + maxOutputTokens + "; give a number of tokens");
            Dialect dialect = Dialect.of(provider == null ? "" : provider);
            String base = baseUrl == null ? dialect.baseUrl() : baseUrl;
            checkUrl(problems, base);
            checkKey(problems, dialect);
            checkHeaders(problems);
            problems.require(
                    maxTokensField == null
                            || maxTokensField.equals("max_tokens")
                            || maxTokensField.equals("max_completion_tokens"),
                    "maxTokensField",
                    "is '" + maxTokensField + "'; give max_tokens or max_completion_tokens");
            problems.throwIfAny("model '" + model + "' of " + provider);
            return new OpenAiModel(this, dialect, urlOf(Objects.requireNonNull(base)));
        }

        private void checkUrl(Problems problems, @Nullable String base) {
            String problem = base == null && provider != null && provider.equals("azure")
                    ? "is missing; name the resource with azure(url, version)"
                    : WireRequest.problemWithUrl(base);
            if (problem != null) {
                problems.add("baseUrl", problem);
            }
            if (azureVersion != null) {
                problems.requireText(azureVersion, "azure.apiVersion");
            }
        }

        private void checkKey(Problems problems, Dialect dialect) {
            if (keySource != null || (!keyGiven && (!dialect.needsKey() || baseUrl != null))) {
                return; // a proxy at another address may add the key by itself
            }
            String problem = ApiKey.problemWith(keyText);
            if (problem != null) {
                problems.add("apiKey", problem);
            }
        }

        private void checkHeaders(Problems problems) {
            checkHeader(problems, keyHeader, keyPrefix, "keyHeader");
            boolean hasKey = keySource != null || keyText != null;
            for (Map.Entry<String, String> header : headers.entrySet()) {
                String path = "header '" + header.getKey() + "'";
                checkHeader(problems, header.getKey(), header.getValue(), path);
                problems.require(
                        !(hasKey && keyHeader.equalsIgnoreCase(header.getKey())),
                        path,
                        "is the one that the key is sent in; leave it out, or give no key");
            }
        }

        private static void checkHeader(Problems problems, String name, String value, String path) {
            String problem = WireRequest.problemWithHeader(name, value);
            if (problem != null) {
                problems.add(path, problem);
            }
        }

        private String urlOf(String base) {
            String trimmed = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
            return azureVersion == null
                    ? trimmed + "/chat/completions"
                    : trimmed + "/openai/deployments/" + encoded(model) + "/chat/completions?api-version="
                            + encoded(azureVersion);
        }

        private static String encoded(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
        }

        private @Nullable ApiKey key() {
            if (keySource != null) {
                return keySource;
            }
            return keyText == null ? null : ApiKey.of(keyText);
        }
    }
}
