package dev.holdfast.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One reading of a JSON text: collects the mistakes, so that a model can mend them all at once. */
final class Reading {
    /** A list of mistakes longer than this helps nobody. */
    private static final int MOST_MISTAKES = 20;

    private static final int MOST_SHOWN = 60;

    private final List<String> mistakes = new ArrayList<>();
    private final List<String> outline = new ArrayList<>();
    private int count;

    /** A mistake that can be told without showing anything of the text. */
    void mistake(Place place, String message) {
        mistake(place, message, message);
    }

    /**
     * A mistake.
     *
     * @param told for the model, which wrote the text
     * @param outlined for logs, without anything of the text
     */
    void mistake(Place place, String told, String outlined) {
        if (count++ < MOST_MISTAKES) {
            mistakes.add(whole(place + ": " + told));
            outline.add(place.outline() + ": " + outlined);
        }
    }

    /** A value of the wrong kind. */
    void mismatch(Place place, String expected, JsonNode node) {
        mistake(place, "expected " + expected + ", got " + words(node), "expected " + expected + ", got " + kind(node));
    }

    /** How many mistakes there were so far. */
    int count() {
        return count;
    }

    void throwIfAny() throws MisfitException {
        if (count > MOST_MISTAKES) {
            mistakes.add("and " + (count - MOST_MISTAKES) + " more");
            outline.add("and " + (count - MOST_MISTAKES) + " more");
        }
        if (count > 0) {
            throw new MisfitException(mistakes, outline);
        }
    }

    /** A value in words, short enough for a message. */
    static String words(JsonNode node) {
        return node.isContainerNode() || node.isNull() ? kind(node) : kind(node) + " " + shortened(node.toString());
    }

    /** The kind of a value, without the value. */
    static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> "an object";
            case ARRAY -> "an array";
            case STRING -> "the string";
            case NUMBER -> "the number";
            case BOOLEAN -> "the boolean";
            default -> "null";
        };
    }

    static String shortened(String text) {
        if (text.length() <= MOST_SHOWN) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(MOST_SHOWN - 1)) ? MOST_SHOWN - 1 : MOST_SHOWN;
        return text.substring(0, end) + "…";
    }

    /** Without half characters, which an escape of the text may have left: UTF-8 has no form for one. */
    private static String whole(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
