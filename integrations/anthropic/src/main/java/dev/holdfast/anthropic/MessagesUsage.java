package dev.holdfast.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.chat.TokenClass;
import dev.holdfast.chat.Usage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * Adds up what Anthropic reports of a call. Its {@code input_tokens} stand beside what was read from and written to the
 * cache; thinking is part of {@code output_tokens}. A stream reports several times, each time the whole so far, not what
 * is new: later values replace earlier ones. Where a turn took several passes ({@code iterations}), the top level leaves
 * some of them out, and all are billed; passes of another model, such as an advisor's, are counted with the rest, and
 * named, for they have another price.
 */
final class MessagesUsage {
    private static final List<String> CHARGED =
            List.of("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens");

    /** What prices differ by. */
    private static final List<String> TIERS = List.of("service_tier", "speed", "inference_geo");

    /** Fetches of the provider's own tool cost the tokens that they bring, and nothing else, by its documentation. */
    private static final String FREE = "web_fetch_requests";

    /** Tiers, speeds and places without prices of their own. */
    private static final Set<String> ORDINARY = Set.of("", "standard", "global", "not_available");

    private final ObjectNode fields = JsonNodeFactory.instance.objectNode();

    /** Takes a report; what it does not name stays as it was. */
    void merge(JsonNode report) {
        for (Map.Entry<String, JsonNode> field : report.properties()) {
            if (!field.getValue().isNull()) {
                fields.set(field.getKey(), field.getValue());
            }
        }
    }

    /**
     * The usage; unknown unless both sides are counted, for what is known is settled as the last word.
     *
     * @param models the names of the model that was asked: a pass that names another one is another's
     */
    Usage usage(List<String> models) {
        JsonNode passes = fields.path("iterations");
        if (!fields.has("input_tokens")
                || !fields.has("output_tokens")
                || !isReadable(fields)
                || !areReadable(passes)) {
            return Usage.unknown();
        }
        Usage.Builder usage = Usage.builder();
        long output = 0;
        if (passes.isArray() && !passes.isEmpty()) {
            for (JsonNode pass : passes) {
                addInput(usage, pass);
                output += count(pass, "output_tokens");
                String model = Json.text(pass, "model");
                if (!model.isEmpty() && !models.contains(model)) {
                    usage.addExtra("pass:" + model, 1);
                }
            }
        } else {
            addInput(usage, fields);
            output = count(fields, "output_tokens");
        }
        long thinking = Math.min(output, count(fields.path("output_tokens_details"), "thinking_tokens"));
        for (Map.Entry<String, JsonNode> requests :
                fields.path("server_tool_use").properties()) {
            if (!requests.getKey().equals(FREE)) {
                usage.addExtra(
                        requests.getKey(), Math.max(0, requests.getValue().asLong(0)));
            }
        }
        Usage all = usage.tier(tier())
                .add(TokenClass.OUTPUT, output - thinking)
                .add(TokenClass.REASONING, thinking)
                .build();
        return all.total() == 0 ? Usage.unknown() : all; // nobody reads nothing: whoever says so does not count
    }

    private String tier() {
        StringJoiner tier = new StringJoiner("+");
        for (String field : TIERS) {
            String value = Json.text(fields, field);
            if (!ORDINARY.contains(value)) {
                tier.add(value);
            }
        }
        return tier.toString();
    }

    private static boolean areReadable(JsonNode passes) {
        for (JsonNode pass : passes) {
            if (!isReadable(pass)) {
                return false;
            }
        }
        return true;
    }

    /** Whether everything in a report that is charged for is a number of tokens, where it is there. */
    private static boolean isReadable(JsonNode report) {
        for (String field : CHARGED) {
            JsonNode count = report.path(field);
            boolean isCount = count.isIntegralNumber() && count.canConvertToInt() && count.intValue() >= 0;
            if (!isCount && !count.isMissingNode() && !count.isNull()) {
                return false;
            }
        }
        return true;
    }

    private static void addInput(Usage.Builder usage, JsonNode report) {
        long written = count(report, "cache_creation_input_tokens");
        // The split may be older than the sum; what it does not cover is of the ordinary kind.
        long forAnHour = Math.min(written, count(report.path("cache_creation"), "ephemeral_1h_input_tokens"));
        usage.add(TokenClass.INPUT, count(report, "input_tokens"))
                .add(TokenClass.CACHED_INPUT, count(report, "cache_read_input_tokens"))
                .add(TokenClass.CACHE_WRITE, written - forAnHour)
                .add(TokenClass.CACHE_WRITE_1H, forAnHour);
    }

    private static long count(JsonNode report, String field) {
        return Math.max(0, report.path(field).asLong(0));
    }
}
