package dev.holdfast.error;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a rule asks of a failure beyond its status.
 *
 * @param field where to look
 * @param header the header's name, empty for the other fields
 * @param anyOf in lower case; one of them must be there
 */
record Condition(Field field, String header, List<String> anyOf) {
    private static final String PRESENT = "*";

    /** Where to look. */
    enum Field {
        /** The code is equal to one. */
        CODE("code", '='),
        /** The type is equal to one. */
        TYPE("type", '='),
        /** The code or the type is equal to one: providers disagree on which of the two is which. */
        ERROR("error", '='),
        /** The message contains one. */
        MESSAGE("message", '~'),
        /** The header is equal to one. */
        HEADER("header", '=');

        private final String word;
        private final char operator;

        Field(String word, char operator) {
            this.word = word;
            this.operator = operator;
        }

        String word() {
            return word;
        }

        char operator() {
            return operator;
        }
    }

    static Condition of(Field field, String header, List<String> anyOf) {
        if (anyOf.isEmpty()) {
            throw new IllegalArgumentException("failure rule: " + field.word() + " needs at least one text");
        }
        List<String> lower = new ArrayList<>(anyOf.size());
        for (String text : anyOf) {
            if (text.isBlank()) {
                throw new IllegalArgumentException(
                        "failure rule: " + field.word() + " has a blank text, which every failure has");
            }
            lower.add(text.toLowerCase(Locale.ROOT));
        }
        return new Condition(field, header.toLowerCase(Locale.ROOT), List.copyOf(lower));
    }

    boolean holds(FailureReading failure) {
        return switch (field) {
            case CODE -> anyOf.contains(failure.code());
            case TYPE -> anyOf.contains(failure.type());
            case ERROR -> anyOf.contains(failure.code()) || anyOf.contains(failure.type());
            case MESSAGE -> containsOne(failure.message());
            case HEADER -> {
                String value = failure.header(header);
                yield value != null && (anyOf.contains(value) || anyOf.contains(PRESENT));
            }
        };
    }

    private boolean containsOne(String message) {
        for (int i = 0; i < anyOf.size(); i++) {
            if (message.contains(anyOf.get(i))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return field.word() + (header.isEmpty() ? "" : "." + header) + field.operator() + String.join("|", anyOf);
    }
}
