package dev.holdfast.routing;

import org.jspecify.annotations.Nullable;

/**
 * English words that set conditions on an answer, or ask for more than looking something up. Found without making a
 * string of each word: the caller's hash is that of {@link String#hashCode} over the word in lower case.
 */
final class ConstraintWords {
    private static final String[] WORDS = {
        "must",
        "should",
        "shall",
        "only",
        "exactly",
        "least",
        "most",
        "without",
        "unless",
        "except",
        "never",
        "always",
        "every",
        "each",
        "both",
        "either",
        "neither",
        "between",
        "before",
        "after",
        "within",
        "ensure",
        "require",
        "requires",
        "required",
        "constraint",
        "constraints",
        "assume",
        "given",
        "suppose",
        "prove",
        "derive",
        "explain",
        "compare",
        "contrast",
        "analyse",
        "analyze",
        "evaluate",
        "justify",
        "design",
        "implement",
        "refactor",
        "optimise",
        "optimize",
        "debug",
        "why",
        "step",
        "steps",
    };

    private static final int MASK = 255; // a table about five times as large as the list: few collisions

    private static final @Nullable String[] TABLE = new String[MASK + 1];

    static {
        for (String word : WORDS) {
            int slot = slot(word.hashCode());
            while (TABLE[slot] != null) {
                slot = (slot + 1) & MASK;
            }
            TABLE[slot] = word;
        }
    }

    private ConstraintWords() {}

    static boolean contains(String text, int from, int to, int hash) {
        int slot = slot(hash);
        for (String word = TABLE[slot]; word != null; word = TABLE[slot]) {
            if (word.length() == to - from && text.regionMatches(true, from, word, 0, word.length())) {
                return true;
            }
            slot = (slot + 1) & MASK;
        }
        return false;
    }

    private static int slot(int hash) {
        return (hash ^ (hash >>> 16)) & MASK;
    }
}
