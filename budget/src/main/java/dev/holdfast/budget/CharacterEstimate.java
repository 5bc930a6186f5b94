package dev.holdfast.budget;

/**
 * Tokens of a text from its characters alone, for vocabularies that nobody publishes.
 *
 * <p>Weights are thousandths of a token, set so that English, code, JSON and CJK come out at or a little above what
 * current vocabularies give. A run of letters and digits longer than any word (a key, a hash, base64) is no word to any
 * vocabulary and weighs almost a token a character.
 */
final class CharacterEstimate {
    private static final int LETTER = 240;
    private static final int DIGIT = 500;
    private static final int SPACE = 60;
    private static final int NEWLINE = 450;
    private static final int PUNCTUATION = 700;
    private static final int TWO_BYTES = 450; // Latin with marks, Greek, Cyrillic, Hebrew, Arabic
    private static final int THREE_BYTES = 1_100; // CJK, Indic, Thai, symbols
    private static final int SURROGATE = 1_300; // a pair makes an emoji or a rare sign
    private static final int IN_LONG_RUN = 800;
    private static final int LONGEST_WORD = 24;

    private CharacterEstimate() {}

    static void add(String text, Vocabulary.Tally tally) {
        long weight = 0;
        long bytes = 0;
        int run = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean wordly = isLetter(c) || isDigit(c);
            run = wordly ? run + 1 : 0;
            weight += run > LONGEST_WORD ? IN_LONG_RUN : weightOf(c);
            bytes += bytesOf(c);
        }
        long estimate = Math.min(bytes, (weight + 999) / 1_000);
        tally.add(estimate, Math.min(bytes, estimate + estimate / 2 + 2));
    }

    private static int weightOf(char c) {
        if (isLetter(c)) {
            return LETTER;
        }
        if (c == ' ') {
            return SPACE;
        }
        if (isDigit(c)) {
            return DIGIT;
        }
        if (c < 0x20) {
            return NEWLINE;
        }
        if (c < 0x80) {
            return PUNCTUATION;
        }
        if (c < 0x800) {
            return TWO_BYTES;
        }
        return Character.isSurrogate(c) ? SURROGATE : THREE_BYTES;
    }

    private static int bytesOf(char c) {
        if (c < 0x80) {
            return 1;
        }
        return c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
