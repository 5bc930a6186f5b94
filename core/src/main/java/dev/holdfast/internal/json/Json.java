package dev.holdfast.internal.json;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The one mapper of core. */
public final class Json {
    /** Strict, and exact with numbers: a decimal keeps all its digits until a form asks for fewer. */
    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(
                    DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                    DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private Json() {}

    /**
     * Reads one value. A number that no decimal holds ({@code 1e9999999999}) is a mistake in the text like any other;
     * Jackson throws it as a {@link NumberFormatException}.
     */
    static JsonNode tree(String json) throws JsonProcessingException {
        try {
            return MAPPER.readTree(json);
        } catch (NumberFormatException e) {
            throw new JsonParseException(null, "a number has an exponent that is out of range", e);
        }
    }

    /**
     * Checks that a text is a JSON schema of an object.
     *
     * @param json the text
     * @throws IllegalArgumentException when it is not
     */
    public static void requireObjectSchema(String json) {
        JsonNode schema;
        try {
            schema = tree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the schema is not JSON: " + e.getOriginalMessage(), e);
        }
        if (!schema.isObject() || !"object".equals(schema.path("type").asText())) {
            throw new IllegalArgumentException(
                    "the schema must be a JSON object with \"type\": \"object\"; wrap a single value in a property");
        }
    }

    /**
     * Tells whether a text is one whole JSON object.
     *
     * @param json the text
     * @return false for anything else: another value, half an object, more than one
     */
    public static boolean isObject(String json) {
        try {
            return tree(json).isObject();
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /**
     * One text for all ways to write the same value: properties sorted, no spaces, numbers in one form.
     *
     * @param json the text
     * @return the canonical text; the text itself, stripped, when it is not JSON
     */
    public static String canonical(String json) {
        JsonNode value;
        try {
            value = tree(json);
        } catch (JsonProcessingException e) {
            return json.strip();
        }
        StringBuilder text = new StringBuilder(json.length());
        appendCanonical(value, text);
        return text.toString();
    }

    private static void appendCanonical(JsonNode value, StringBuilder text) {
        if (value.isObject()) {
            List<String> names = new ArrayList<>(value.size());
            value.fieldNames().forEachRemaining(names::add);
            Collections.sort(names);
            text.append('{');
            for (String name : names) {
                text.append(quoted(name)).append(':');
                appendCanonical(value.get(name), text);
                text.append(',');
            }
            text.append('}');
        } else if (value.isArray()) {
            text.append('[');
            for (JsonNode element : value) {
                appendCanonical(element, text);
                text.append(',');
            }
            text.append(']');
        } else if (value.isNumber()) {
            text.append(canonical(value.decimalValue()));
        } else {
            text.append(value);
        }
    }

    private static BigDecimal canonical(BigDecimal number) {
        if (number.signum() == 0) {
            return BigDecimal.ZERO;
        }
        try {
            return number.stripTrailingZeros();
        } catch (ArithmeticException e) { // the exponent is as large as can be: there is no shorter form
            return number;
        }
    }

    /**
     * A text as JSON writes it.
     *
     * @param text any text
     * @return the text in quotes, escaped
     */
    public static String quoted(String text) {
        return MAPPER.getNodeFactory().textNode(text).toString();
    }
}
