package dev.holdfast.anthropic;

import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.error.Problems;
import dev.holdfast.http.ApiKey;
import dev.holdfast.http.WireRequest;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a model's requests go, and what stands in each of them.
 *
 * @param endpoint who it is
 * @param url where answers that come whole are asked for
 * @param streamingUrl where answers that come piece by piece are asked for
 * @param headers the headers without the key
 * @param key the key; null for none
 * @param bearer whether the key goes into {@code authorization}, else into {@code x-api-key}
 * @param namesModelInBody whether the body names the model; where it does not, the address does
 * @param bodyFields what else stands in every body, as JSON
 * @param defaultMaxOutputTokens what a request without a limit of its own is limited to
 * @param enforcesOutputFormat whether the provider enforces schemas of answers; else the model is asked in words
 */
record MessagesEndpoint(
        Endpoint endpoint,
        String url,
        String streamingUrl,
        Map<String, String> headers,
        @Nullable ApiKey key,
        boolean bearer,
        boolean namesModelInBody,
        Map<String, String> bodyFields,
        int defaultMaxOutputTokens,
        boolean enforcesOutputFormat) {

    /** What a request says in words of core, so that budgets, routes and windows know of it. */
    private static final Set<String> SAID_ELSEWHERE = Set.of("model", "messages", "max_tokens", "stream", "system");

    WireRequest wireRequest(ChatRequest request) {
        WireRequest.Builder wire = WireRequest.post(request.streaming() ? streamingUrl : url);
        headers.forEach(wire::header);
        wire.header("accept", request.streaming() ? "text/event-stream" : "application/json");
        if (key != null) {
            wire.secret(bearer ? "authorization" : "x-api-key", bearer ? "Bearer " : "", key);
        }
        return wire.body(MessagesWriter.write(this, request)).build();
    }

    /** What the request has for this provider alone, checked. */
    Map<String, String> optionsOf(ChatRequest request) {
        Map<String, String> options = request.options(endpoint.provider());
        if (!options.isEmpty()) {
            Problems problems = new Problems();
            options.forEach((name, json) -> check(problems, "options." + endpoint.provider() + "." + name, name, json));
            problems.throwIfAny("request to " + endpoint);
        }
        return options;
    }

    static void check(Problems problems, String path, String name, String json) {
        problems.require(
                        !SAID_ELSEWHERE.contains(name),
                        path,
                        "is not taken as a raw field; set it on the model or on the request, where limits see it")
                .require(Json.read(json) != null, path, "is not JSON; quote texts as in \"\\\"text\\\"\"");
        if (name.equals("tools")) {
            problems.require(json.strip().startsWith("["), path, "is not a JSON array of the provider's own tools");
        }
    }

    int maxOutputTokens(ChatRequest request) {
        int wanted = request.maxOutputTokens().orElse(defaultMaxOutputTokens);
        return Math.min(wanted, endpoint.maxOutputTokens().orElse(Integer.MAX_VALUE));
    }
}
