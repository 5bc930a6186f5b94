package dev.holdfast.openai;

/**
 * The form in which {@code Reasoning} and {@code Opaque} parts keep what a provider wants back: an object of fields of
 * the assistant's message, or of one of its calls where {@link #CALL_ID} says of which.
 */
final class Kept {
    /** Thoughts as a part of the content (Mistral). Not a field of the wire. */
    static final String CONTENT_PART = "content_part";

    /** The id of the call that the rest belongs to. Not a field of the wire. */
    static final String CALL_ID = "call_id";

    /** Signatures of thoughts (Google), on a message or a call. */
    static final String EXTRA = "extra_content";

    /** Signed, encrypted or summarised thoughts (OpenRouter and other gateways). */
    static final String DETAILS = "reasoning_details";

    private Kept() {}

    /** The two names under which providers send thoughts as plain text. */
    static boolean isBareThought(String field) {
        return field.equals("reasoning_content") || field.equals("reasoning");
    }
}
