package dev.holdfast.benchmarks.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * A tool call as it was recorded.
 *
 * @param id empty where the provider gave none
 * @param name the tool
 * @param arguments their text as received
 */
record ToolCall(String id, String name, String arguments) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Equal as JSON; nothing at all is an empty object; what is no JSON must be equal to the letter. */
    static boolean sameArguments(String one, String other) {
        if (one.equals(other)) {
            return true;
        }
        try {
            return parsed(one).equals(parsed(other));
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /** Whether the arguments are one JSON object, or nothing. */
    boolean isValid() {
        try {
            return parsed(arguments).isObject();
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static JsonNode parsed(String arguments) throws JsonProcessingException {
        if (arguments.isBlank()) {
            return JSON.createObjectNode();
        }
        return JSON.reader()
                .with(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .readTree(arguments);
    }
}
