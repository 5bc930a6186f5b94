package dev.holdfast.anthropic;

import dev.holdfast.error.Problems;
import org.jspecify.annotations.Nullable;

/** What a header can hold. */
final class Headers {
    private static final String SEPARATORS = "\"(),/:;<=>?@[\\]{}";

    private Headers() {}

    static void check(Problems problems, @Nullable String name, @Nullable String value, String field) {
        problems.require(
                name != null && isToken(name),
                field,
                "has a name that no HTTP header can have; give letters and hyphens");
        problems.require(
                value != null && isPrintable(value),
                field,
                "has a value that no HTTP header can hold; give printable ASCII");
    }

    private static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c > '~' || SEPARATORS.indexOf(c) >= 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean isPrintable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }
}
