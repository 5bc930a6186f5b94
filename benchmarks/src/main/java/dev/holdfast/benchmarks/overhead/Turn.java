package dev.holdfast.benchmarks.overhead;

/** What all turns have in common, so that they differ in the library alone. */
final class Turn {
    static final int WINDOW = 20;
    static final int INPUT_TOKENS = 400;
    static final int OUTPUT_TOKENS = 12;
    static final String QUESTION = "Where is order 1234, and when will it arrive?";
    static final String ANSWER = "Order 1234 left the warehouse; it arrives on Tuesday.";

    private Turn() {}

    static void check(String answer) {
        if (!answer.equals(ANSWER)) {
            throw new IllegalStateException("answered '" + answer + "' instead of '" + ANSWER + "'");
        }
    }
}
