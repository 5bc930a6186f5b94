package dev.holdfast.openai;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.error.Problems;
import dev.holdfast.http.HttpTransport;
import dev.holdfast.http.ProviderBuilder;
import dev.holdfast.http.ProviderTarget;
import dev.holdfast.http.WireRequest;
import dev.holdfast.runtime.HoldfastRuntime;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
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
 * added to the body; other providers' options never are. What gives the model tools of the provider's own, which pass
 * none of our rules and are charged for each time ({@code web_search_options}, {@code plugins},
 * {@code search_parameters}), is for who builds the model and sets its price: {@link Builder#bodyField}.
 *
 * <p><b>Usage.</b> Cached, spoken and thought tokens are told apart. A service tier other than the ordinary one is its
 * {@linkplain dev.holdfast.chat.Usage#tier() tier}; searches that the provider counts, or that {@code web_search_options}
 * make with every call, are {@linkplain dev.holdfast.chat.Usage#extras() extras}.
 *
 * <p><b>Threading.</b> Safe for use by many threads.
 *
 * <p><b>Errors.</b> As {@link HttpTransport} tells them: by status, within an answer, in the midst of a stream; the key
 * is in none of them.
 */
public final class OpenAiModel implements EndpointModel {
    private final ProviderTarget target;
    private final String path;
    private final HoldfastRuntime runtime;
    private final RequestWriter writer;

    private OpenAiModel(ProviderTarget target, String path, HoldfastRuntime runtime, RequestWriter writer) {
        this.target = target;
        this.path = path;
        this.runtime = runtime;
        this.writer = writer;
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
        return target.endpoint();
    }

    @Override
    public ChatReply send(ChatCall call) {
        return target.send(new ChatExchange(this, call.request()), call.context());
    }

    WireRequest wireRequest(ChatRequest request) {
        return target.post(path).body(writer.write(request)).build();
    }

    /** For a call that came without an id: results name their call by it, in this and in every later request. */
    String newCallId() {
        return "call_" + runtime.newId();
    }

    /** Whether the model searches before every answer, for a fee that no answer tells. */
    boolean searches() {
        return writer.searches();
    }

    @Override
    public String toString() {
        return target.endpoint().toString();
    }

    /** Builds an {@link OpenAiModel}. Not safe for use by several threads. */
    public static final class Builder extends ProviderBuilder<Builder> {
        private final String model;
        private @Nullable String azureVersion;
        private @Nullable String maxTokensField;
        private @Nullable Boolean streamUsage;

        private Builder(String model) {
            super(model, "openai", "authorization", "Bearer ");
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
        @Override
        public Builder provider(String name) {
            return super.provider(name);
        }

        /**
         * Makes it a deployment at Azure: the model's name is then the deployment's.
         *
         * @param resourceUrl the resource, such as {@code https://my-resource.openai.azure.com}
         * @param apiVersion the version of the API, such as {@code 2024-10-21}
         * @return this builder
         */
        public Builder azure(String resourceUrl, String apiVersion) {
            this.azureVersion = apiVersion;
            return provider("azure").baseUrl(resourceUrl).keyHeader("api-key", "");
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
         * Builds the model.
         *
         * @return an immutable model
         * @throws dev.holdfast.error.InvalidConfigurationException with every field that cannot work
         */
        public OpenAiModel build() {
            Dialect dialect = Dialect.of(provider());
            Problems problems = check(dialect.baseUrl(), dialect.needsKey());
            if (azureVersion != null) {
                problems.requireText(azureVersion, "azure.apiVersion");
            }
            problems.require(
                    !provider().equals("azure") || base(null) != null,
                    "azure",
                    "is missing; name the resource with azure(url, version)");
            problems.require(
                    maxTokensField == null
                            || maxTokensField.equals("max_tokens")
                            || maxTokensField.equals("max_completion_tokens"),
                    "maxTokensField",
                    "is '" + maxTokensField + "'; give max_tokens or max_completion_tokens");
            Map<String, String> bodyFields = bodyFields();
            bodyFields.forEach((name, json) -> RequestWriter.check(problems, "bodyField." + name, name, json));
            problems.throwIfAny("model '" + model + "' of " + provider());
            ProviderTarget target = target(dialect.baseUrl());
            RequestWriter writer = new RequestWriter(
                    target.endpoint(),
                    maxTokensField == null ? dialect.maxTokensField() : maxTokensField,
                    streamUsage == null ? dialect.streamUsage() : streamUsage,
                    dialect.jsonSchema(),
                    bodyFields);
            return new OpenAiModel(target, path(), runtime(), writer);
        }

        private String path() {
            return azureVersion == null
                    ? "/chat/completions"
                    : "/openai/deployments/" + encoded(model) + "/chat/completions?api-version="
                            + encoded(azureVersion);
        }

        private static String encoded(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
        }
    }
}
