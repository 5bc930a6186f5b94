package dev.holdfast.benchmarks.wire;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** Reads the error objects of both formats, in all the shapes that were recorded. */
final class Faults {
    private Faults() {}

    /** Reads {@code error} of a body, chunk or choice; null when there is none. */
    static Decoded.@Nullable Fault in(JsonNode holder) {
        JsonNode error = holder.path("error");
        if (error.isMissingNode() || error.isNull()) {
            return null;
        }
        if (!error.isObject()) {
            return new Decoded.Fault(0, holder.path("code").asText(""), "", error.asText(""), holder.toString());
        }
        return new Decoded.Fault(
                status(error),
                error.path("code").asText(""),
                error.path("type").asText(""),
                error.path("message").asText(""),
                error.toString());
    }

    private static int status(JsonNode error) {
        for (String field : new String[] {"status_code", "status", "code"}) {
            int value = error.path(field).isInt() ? error.path(field).intValue() : 0;
            if (value >= 400 && value <= 599) {
                return value;
            }
        }
        return 0;
    }
}
