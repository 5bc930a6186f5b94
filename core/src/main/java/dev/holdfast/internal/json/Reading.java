package dev.holdfast.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** One reading of a JSON text: collects the mistakes, so that a model can mend them all at once. */
final class Reading {
    /** A list of mistakes longer than this helps nobody. */
    private static final int MOST_MISTAKES = 20;

    private static final int MOST_SHOWN = 60;

    private final List<String> mistakes = new ArrayList<>();
    private int count;

    void mistake(Place place, String message) {
        if (count++ < MOST_MISTAKES) {
            mistakes.add(place + ": " + message);
        }
    }

    /** How many mistakes there were so far. */
    int count() {
        return count;
    }

    void throwIfAny() throws MisfitException {
        if (count > MOST_MISTAKES) {
            mistakes.add("and " + (count - MOST_MISTAKES) + " more");
        }
        if (count > 0) {
            throw new MisfitException(mistakes);
        }
    }

    /** A value in words, short enough for a message. */
    static String words(JsonNode node) {
        if (node.isObject()) {
            return "an object";
        }
        if (node.isArray()) {
            return "an array";
        }
        if (node.isTextual()) {
            return "the string " + shortened(node.toString());
        }
        return node.isNumber() ? "the number " + shortened(node.toString()) : node.toString();
    }

    private static String shortened(String text) {
        return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "…";
    }
}
