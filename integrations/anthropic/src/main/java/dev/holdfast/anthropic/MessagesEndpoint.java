package dev.holdfast.anthropic;

import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.http.ApiKey;
import dev.holdfast.http.WireRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a model's requests go, and what stands in each of them.
 *
 * @param endpoint who it is
 * @param url where answers that come whole are asked for
 * @param streamingUrl where answers that come piece by piece are asked for
 * @param headers the headers without the key
 * @param key the key; null for none
 * @param keyHeader the header that holds it
 * @param keyPrefix what stands before it there
 * @param namesModelInBody whether the body names the model; where it does not, the address does
 * @param bodyFields what else stands in every body, as JSON
 * @param providerTools the tools that the provider runs itself, as JSON
 * @param defaultMaxOutputTokens what a request without a limit of its own is limited to
 * @param enforcesOutputFormat whether the provider enforces schemas of answers; else the model is asked in words
 */
record MessagesEndpoint(
        Endpoint endpoint,
        String url,
        String streamingUrl,
        Map<String, String> headers,
        @Nullable ApiKey key,
        String keyHeader,
        String keyPrefix,
        boolean namesModelInBody,
        Map<String, String> bodyFields,
        List<String> providerTools,
        int defaultMaxOutputTokens,
        boolean enforcesOutputFormat) {

    WireRequest wireRequest(ChatRequest request) {
        WireRequest.Builder wire = WireRequest.post(request.streaming() ? streamingUrl : url);
        headers.forEach(wire::header);
        wire.header("accept", request.streaming() ? "text/event-stream" : "application/json");
        if (key != null) {
            wire.secret(keyHeader, keyPrefix, key);
        }
        return wire.body(MessagesWriter.write(this, request)).build();
    }

    /** What the request has for this provider alone, checked. */
    Map<String, String> optionsOf(ChatRequest request) {
        Map<String, String> options = request.options(endpoint.provider());
        BodyFields.checkOptions(endpoint.provider(), options);
        return options;
    }

    int maxOutputTokens(ChatRequest request) {
        int wanted = request.maxOutputTokens().orElse(defaultMaxOutputTokens);
        return Math.min(wanted, endpoint.maxOutputTokens().orElse(Integer.MAX_VALUE));
    }
}
