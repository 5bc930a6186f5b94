package dev.holdfast.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.chat.TokenClass;
import dev.holdfast.chat.Usage;
import java.util.Map;

/**
 * Adds up what Anthropic reports of a call. Its {@code input_tokens} stand beside what was read from and written to the
 * cache; thinking is part of {@code output_tokens}. A stream reports several times, each time the whole so far, not what
 * is new: later values replace earlier ones. Where a turn took several passes ({@code iterations}), the top level leaves
 * some of them out, and all are billed; passes of another model, such as an advisor's, are counted with the rest.
 */
final class MessagesUsage {
    private final ObjectNode fields = JsonNodeFactory.instance.objectNode();

    /** Takes a report; what it does not name stays as it was. */
    void merge(JsonNode report) {
        for (Map.Entry<String, JsonNode> field : report.properties()) {
            if (!field.getValue().isNull()) {
                fields.set(field.getKey(), field.getValue());
            }
        }
    }

    /** The usage; unknown when no report counts both sides. */
    Usage usage() {
        if (!fields.path("input_tokens").isNumber()
                || !fields.path("output_tokens").isNumber()) {
            return Usage.unknown();
        }
        Usage.Builder usage = Usage.builder();
        JsonNode passes = fields.path("iterations");
        long output = 0;
        if (passes.isArray() && !passes.isEmpty()) {
            for (JsonNode pass : passes) {
                addInput(usage, pass);
                output += count(pass, "output_tokens");
            }
        } else {
            addInput(usage, fields);
            output = count(fields, "output_tokens");
        }
        long thinking = Math.min(output, count(fields.path("output_tokens_details"), "thinking_tokens"));
        return usage.add(TokenClass.OUTPUT, output - thinking)
                .add(TokenClass.REASONING, thinking)
                .build();
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
