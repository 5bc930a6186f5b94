package dev.holdfast.anthropic;

import dev.holdfast.error.Problems;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Fields of the body that core has no words for: which of them are taken, and whether they are JSON. */
final class BodyFields {
    /** What has words in core, so that budgets, routes, permissions and windows know of it. */
    private static final Set<String> SAID_ELSEWHERE =
            Set.of("model", "messages", "max_tokens", "stream", "system", "tools");

    /** What gives the model tools that pass none of our own rules: for who builds the model, not for a request. */
    private static final String TOOL_SERVERS = "mcp_servers";

    private BodyFields() {}

    /** Checks the options of a request. */
    static void checkOptions(String provider, Map<String, String> options) {
        if (options.isEmpty()) {
            return;
        }
        Problems problems = new Problems();
        options.forEach((name, json) -> {
            String field = "options." + provider + "." + name;
            problems.require(
                    !folded(name).equals(TOOL_SERVERS),
                    field,
                    "gives tools to the model; set it as bodyField on the model");
            check(problems, field, name, json);
        });
        problems.throwIfAny("request to " + provider);
    }

    static void check(Problems problems, String field, String name, String json) {
        problems.require(
                        !SAID_ELSEWHERE.contains(folded(name)),
                        field,
                        "is decided by the request or the model itself; set it there")
                .require(Json.read(json) != null, field, "is not JSON; quote a text as \"text\"");
    }

    /** As servers that do not mind the case of names read one; those written in Go take a long s for an s, too. */
    private static String folded(String name) {
        return name.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }

    static void checkTool(Problems problems, String json) {
        problems.require(Json.isObject(json), "providerTool", "is not a JSON object; copy it from the documentation");
    }
}
