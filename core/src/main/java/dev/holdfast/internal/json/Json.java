package dev.holdfast.internal.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** The one mapper of core. */
public final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    /**
     * Checks that a text is a JSON schema of an object.
     *
     * @param json the text
     * @throws IllegalArgumentException when it is not
     */
    public static void requireObjectSchema(String json) {
        JsonNode schema;
        try {
            schema = MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the schema is not JSON: " + e.getOriginalMessage(), e);
        }
        if (!schema.isObject() || !"object".equals(schema.path("type").asText())) {
            throw new IllegalArgumentException(
                    "the schema must be a JSON object with \"type\": \"object\"; wrap a single value in a property");
        }
    }
}
