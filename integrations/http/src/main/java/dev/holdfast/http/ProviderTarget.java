package dev.holdfast.http;

import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.context.CallContext;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a model's calls go, and what goes along with each of them: what a {@link ProviderBuilder} was told. Immutable.
 */
public final class ProviderTarget {
    private final Endpoint endpoint;
    private final String baseUrl;
    private final Map<String, String> headers;
    private final @Nullable ApiKey key;
    private final String keyHeader;
    private final String keyPrefix;
    private final HttpTransport transport;

    ProviderTarget(
            Endpoint endpoint,
            String baseUrl,
            Map<String, String> headers,
            @Nullable ApiKey key,
            String keyHeader,
            String keyPrefix,
            HttpTransport transport) {
        this.endpoint = endpoint;
        this.baseUrl = baseUrl;
        this.headers = headers;
        this.key = key;
        this.keyHeader = keyHeader;
        this.keyPrefix = keyPrefix;
        this.transport = transport;
    }

    /**
     * Who it is.
     *
     * @return the endpoint
     */
    public Endpoint endpoint() {
        return endpoint;
    }

    /**
     * Starts a request with the headers and the key of all calls.
     *
     * @param path what follows the base URL
     * @return a builder
     */
    public WireRequest.Builder post(String path) {
        WireRequest.Builder request = WireRequest.post(baseUrl + path);
        headers.forEach(request::header);
        return key == null ? request : request.secret(keyHeader, keyPrefix, key);
    }

    /**
     * Prepares a call, as {@link HttpTransport#send} does.
     *
     * @param exchange the call in the provider's wire format
     * @param context whose call it is
     * @return the reply
     */
    public ChatReply send(ProviderExchange exchange, CallContext context) {
        return transport.send(exchange, context);
    }

    @Override
    public String toString() {
        return endpoint + " at " + baseUrl;
    }
}
