package dev.holdfast.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.holdfast.http.UnreadableReplyException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** How this provider reads JSON: amounts of money keep every digit, and a document has no second one behind it. */
final class Json {
    static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();
    static final JsonFactory FACTORY = MAPPER.getFactory();

    private Json() {}

    /** Reads what the provider sent; a list of one document, as Google sends its errors, is that document. */
    static JsonNode read(String text) throws UnreadableReplyException {
        JsonNode root;
        try {
            root = tree(text);
        } catch (JsonProcessingException e) {
            // Not as a cause: its message quotes the answer.
            throw UnreadableReplyException.malformed("not JSON from character "
                    + (e.getLocation() == null ? 0 : e.getLocation().getCharOffset()) + " of " + text.length());
        }
        JsonNode document = root.isArray() && root.size() == 1 ? root.get(0) : root;
        if (!document.isObject()) {
            throw UnreadableReplyException.malformed("no JSON object");
        }
        return document;
    }

    /**
     * Reads one value. A number that no decimal holds ({@code 1e9999999999}) is a mistake in the text like any other;
     * Jackson throws it as a {@link NumberFormatException}.
     */
    static JsonNode tree(String text) throws JsonProcessingException {
        try {
            return MAPPER.readTree(text);
        } catch (NumberFormatException e) {
            throw new JsonParseException(null, "a number has an exponent that is out of range");
        }
    }

    /** Tells whether a text is one whole JSON value. */
    static boolean isWhole(CharSequence text) {
        return firstToken(text) != null;
    }

    /** Tells whether a text is one whole JSON object. */
    static boolean isObject(CharSequence text) {
        return firstToken(text) == JsonToken.START_OBJECT;
    }

    /** The token that one whole JSON value begins with; null when the text is none. */
    private static @Nullable JsonToken firstToken(CharSequence text) {
        try (JsonParser parser = FACTORY.createParser(text.toString())) {
            JsonToken first = parser.nextToken();
            parser.skipChildren();
            return parser.nextToken() == null ? first : null;
        } catch (IOException notJson) {
            return null;
        }
    }

    /** The text of a field; empty where it is absent, null or not a scalar. */
    static String text(@Nullable JsonNode object, String field) {
        JsonNode value = object == null ? null : object.get(field);
        return value == null || !value.isValueNode() || value.isNull() ? "" : value.asText();
    }

    /** A field that is an object; null where it is not. */
    static @Nullable JsonNode object(@Nullable JsonNode object, String field) {
        JsonNode value = object == null ? null : object.get(field);
        return value != null && value.isObject() ? value : null;
    }

    /** A field that is there and says something. */
    static @Nullable JsonNode present(@Nullable JsonNode object, String field) {
        JsonNode value = object == null ? null : object.get(field);
        return value == null || value.isNull() ? null : value;
    }
}
