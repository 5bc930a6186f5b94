package dev.holdfast.anthropic;

import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.http.ProviderTarget;
import dev.holdfast.http.WireRequest;
import java.util.List;
import java.util.Map;

/**
 * Where a model's requests go, and what stands in each of them.
 *
 * @param target who it is, where it is, and the headers
 * @param path where answers that come whole are asked for
 * @param streamingPath where answers that come piece by piece are asked for
 * @param namesModelInBody whether the body names the model; where it does not, the address does
 * @param bodyFields what else stands in every body, as JSON
 * @param providerTools the tools that the provider runs itself, as JSON
 * @param thinksBetweenCalls whether the model may think between calls of tools, and so for longer than one answer
 * @param defaultMaxOutputTokens what a request without a limit of its own is limited to
 * @param enforcesOutputFormat whether the provider enforces schemas of answers; else the model is asked in words
 */
record MessagesEndpoint(
        ProviderTarget target,
        String path,
        String streamingPath,
        boolean namesModelInBody,
        Map<String, String> bodyFields,
        List<String> providerTools,
        boolean thinksBetweenCalls,
        int defaultMaxOutputTokens,
        boolean enforcesOutputFormat) {

    Endpoint endpoint() {
        return target.endpoint();
    }

    WireRequest wireRequest(ChatRequest request) {
        return target.post(request.streaming() ? streamingPath : path)
                .header("accept", request.streaming() ? "text/event-stream" : "application/json")
                .body(MessagesWriter.write(this, request))
                .build();
    }

    /** What the request has for this provider alone, checked. */
    Map<String, String> optionsOf(ChatRequest request) {
        Map<String, String> options = request.options(endpoint().provider());
        BodyFields.checkOptions(endpoint().provider(), options);
        return options;
    }

    int maxOutputTokens(ChatRequest request) {
        int wanted = request.maxOutputTokens().orElse(defaultMaxOutputTokens);
        return Math.min(wanted, endpoint().maxOutputTokens().orElse(Integer.MAX_VALUE));
    }
}
