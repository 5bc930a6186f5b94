package dev.holdfast.http;

import dev.holdfast.chat.Endpoint;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.Problems;
import dev.holdfast.runtime.HoldfastRuntime;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the builders of all providers' models can be told: whose model it is and where, the key, the headers, the
 * transport. What only one provider has, its own builder adds.
 *
 * <p><b>Threading.</b> Not safe for use by several threads.
 *
 * @param <B> the builder itself, which every setter returns
 */
public abstract class ProviderBuilder<B extends ProviderBuilder<B>> {
    private final String model;
    private String provider;
    private @Nullable String baseUrl;
    private @Nullable String keyText;
    private @Nullable ApiKey keySource;
    private boolean keyGiven;
    private String keyHeader;
    private String keyPrefix;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final Map<String, String> bodyFields = new LinkedHashMap<>();
    private String region = "";
    private String account = "";
    private @Nullable Integer contextWindow;
    private @Nullable Integer maxOutputTokens;
    private @Nullable HttpTransport transport;
    private HoldfastRuntime runtime = HoldfastRuntime.system();

    /**
     * Starts a model with the provider's defaults.
     *
     * @param model the model's name at the provider
     * @param provider the provider's name
     * @param keyHeader the header that holds the key
     * @param keyPrefix what stands before the key there
     */
    protected ProviderBuilder(String model, String provider, String keyHeader, String keyPrefix) {
        this.model = model;
        this.provider = provider;
        this.keyHeader = keyHeader;
        this.keyPrefix = keyPrefix;
    }

    /** The builder as what it is: the one unchecked cast, true of every class that names itself. */
    @SuppressWarnings("unchecked")
    private B self() {
        return (B) this;
    }

    /**
     * Sets who runs the model.
     *
     * @param name the provider's name: in endpoints, prices, options, and in what failures mean
     * @return this builder
     */
    public B provider(String name) {
        this.provider = name;
        return self();
    }

    /**
     * Sets where the API is. Without a key of ours it is taken that whoever is there adds one, or wants none.
     *
     * @param url the address before the path of a call; the provider's own if never set
     * @return this builder
     */
    public B baseUrl(String url) {
        this.baseUrl = url;
        return self();
    }

    /**
     * Sets where the API is.
     *
     * @param url the address before the path of a call; the provider's own if never set
     * @return this builder
     */
    public B baseUrl(URI url) {
        return baseUrl(url.toString());
    }

    /**
     * Sets the key.
     *
     * @param key the key of all calls
     * @return this builder
     */
    public B apiKey(@Nullable String key) {
        this.keyText = key;
        this.keySource = null;
        this.keyGiven = true;
        return self();
    }

    /**
     * Sets where the key of a call comes from.
     *
     * @param source gives the key, in the thread of the call
     * @return this builder
     */
    public B apiKey(Function<CallContext, @Nullable String> source) {
        this.keySource = ApiKey.perCall(source);
        this.keyGiven = true;
        return self();
    }

    /**
     * Sets how the key is sent. Most want {@code authorization} and {@code "Bearer "}.
     *
     * @param name the header; the provider's own if never set
     * @param prefix what stands before the key; the provider's own if never set
     * @return this builder
     */
    public B keyHeader(String name, String prefix) {
        this.keyHeader = name;
        this.keyPrefix = prefix;
        return self();
    }

    /**
     * Adds a header to every request, or replaces one. Not for keys: they would not be masked.
     *
     * @param name the header
     * @param value its value
     * @return this builder
     */
    public B header(String name, String value) {
        headers.put(name.toLowerCase(Locale.ROOT), value);
        return self();
    }

    /**
     * Adds a field to every body; what a request says of it, itself or by an option, wins over it.
     *
     * @param name the field
     * @param json its value as JSON
     * @return this builder
     */
    public B bodyField(String name, String json) {
        bodyFields.put(name, json);
        return self();
    }

    /**
     * Sets where the model runs, where that makes another endpoint of it.
     *
     * @param region the provider's name of the region
     * @return this builder
     */
    public B region(String region) {
        this.region = Objects.requireNonNull(region, "region");
        return self();
    }

    /**
     * Sets whose account is used, where that makes another endpoint of it.
     *
     * @param account a name for the account, never its key
     * @return this builder
     */
    public B account(String account) {
        this.account = Objects.requireNonNull(account, "account");
        return self();
    }

    /**
     * Sets how much the model can read and write in one call.
     *
     * @param tokens input and output tokens together, at least 1; unknown if never set
     * @return this builder
     */
    public B contextWindow(int tokens) {
        this.contextWindow = tokens;
        return self();
    }

    /**
     * Sets how much the model can write in one call. A budget reserves as much for a request that does not ask for less.
     *
     * @param tokens output tokens, at least 1; unknown if never set
     * @return this builder
     */
    public B maxOutputTokens(int tokens) {
        this.maxOutputTokens = tokens;
        return self();
    }

    /**
     * Sets the way to the provider: connections, timeouts, limits on size.
     *
     * @param transport the transport; one with the defaults if never set
     * @return this builder
     */
    public B transport(HttpTransport transport) {
        this.transport = Objects.requireNonNull(transport, "transport");
        return self();
    }

    /**
     * Sets the source of time and randomness. A transport that is given has its own clock for deadlines.
     *
     * @param runtime the runtime; the system's if never set
     * @return this builder
     */
    public B runtime(HoldfastRuntime runtime) {
        this.runtime = Objects.requireNonNull(runtime, "runtime");
        return self();
    }

    /**
     * Who runs the model, as set so far.
     *
     * @return the provider's name
     */
    protected final String provider() {
        return provider == null ? "" : provider;
    }

    /**
     * Where time and randomness come from, as set so far.
     *
     * @return the runtime
     */
    protected final HoldfastRuntime runtime() {
        return runtime;
    }

    /**
     * What stands in every body, as set so far; whether it is JSON is for the provider's builder to check.
     *
     * @return a copy, in the order in which the fields were added
     */
    protected final Map<String, String> bodyFields() {
        return new LinkedHashMap<>(bodyFields);
    }

    /**
     * Checks what all providers have in common.
     *
     * @param home the provider's own address; null where only the user knows one
     * @param needsKey whether the provider answers nobody without a key at its own address
     * @return what cannot work so far
     */
    protected final Problems check(@Nullable String home, boolean needsKey) {
        Problems problems = new Problems().requireText(model, "model").requireText(provider, "provider");
        checkTokens(problems, contextWindow, "contextWindow");
        checkTokens(problems, maxOutputTokens, "maxOutputTokens");
        String badUrl = WireRequest.problemWithUrl(base(home));
        if (badUrl != null) {
            problems.add("baseUrl", badUrl);
        }
        boolean keyNeeded = keySource == null && (keyGiven || (needsKey && baseUrl == null));
        String badKey = keyNeeded ? ApiKey.problemWith(keyText) : null;
        if (badKey != null) {
            problems.add("apiKey", badKey);
        }
        checkHeader(problems, keyHeader, keyPrefix, "keyHeader");
        headers.forEach((name, value) -> {
            checkHeader(problems, name, value, "header." + name);
            problems.require(
                    !keyGiven || !name.equalsIgnoreCase(keyHeader),
                    "header." + name,
                    "is the one that the key is sent in; leave it out, or give no key");
        });
        return problems;
    }

    private static void checkTokens(Problems problems, @Nullable Integer tokens, String path) {
        problems.require(
                tokens == null || tokens > 0,
                path,
                "is " + tokens + "; give a number of tokens, or leave it out where it is not known");
    }

    private static void checkHeader(Problems problems, String name, String value, String path) {
        String problem = WireRequest.problemWithHeader(name, value);
        if (problem != null) {
            problems.add(path, problem);
        }
    }

    /**
     * Puts together what was {@linkplain #check checked}.
     *
     * @param home the provider's own address; null where only the user knows one
     * @return where calls go
     */
    protected final ProviderTarget target(@Nullable String home) {
        Endpoint.Builder endpoint =
                Endpoint.builder(provider, model).region(region).account(account);
        if (contextWindow != null) {
            endpoint.contextWindow(contextWindow);
        }
        if (maxOutputTokens != null) {
            endpoint.maxOutputTokens(maxOutputTokens);
        }
        return new ProviderTarget(
                endpoint.build(),
                Objects.requireNonNull(base(home), "baseUrl"),
                new LinkedHashMap<>(headers),
                keySource != null || keyText == null ? keySource : ApiKey.of(keyText),
                keyHeader,
                keyPrefix,
                transport == null ? HttpTransport.builder().runtime(runtime).build() : transport);
    }

    /**
     * Where calls go, without a slash at the end.
     *
     * @param home the provider's own address; null where only the user knows one
     * @return the address that was set, else the provider's own
     */
    protected final @Nullable String base(@Nullable String home) {
        String base = baseUrl == null ? home : baseUrl;
        return base != null && base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    }
}
