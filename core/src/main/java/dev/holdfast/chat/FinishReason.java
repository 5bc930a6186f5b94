package dev.holdfast.chat;

import java.util.Locale;
import java.util.Objects;

/**
 * Why the model stopped. An open set: the constants are what providers agree on, anything else keeps the provider's own
 * word.
 *
 * @param name lower-case, as in the constants
 */
public record FinishReason(String name) {
    /** The model had said all. */
    public static final FinishReason STOP = new FinishReason("stop");
    /** The limit on output tokens was reached: the text is cut. */
    public static final FinishReason LENGTH = new FinishReason("length");
    /** The model waits for the results of tools. */
    public static final FinishReason TOOL_CALLS = new FinishReason("tool_calls");
    /** The provider withheld the answer, or the rest of it. */
    public static final FinishReason CONTENT_FILTER = new FinishReason("content_filter");
    /** The model declined to answer. */
    public static final FinishReason REFUSAL = new FinishReason("refusal");
    /** The provider interrupted a long turn; send the conversation back as it is, and the model goes on. */
    public static final FinishReason PAUSE = new FinishReason("pause");
    /** The provider gave no reason. */
    public static final FinishReason UNKNOWN = new FinishReason("unknown");

    /** Checks the name. */
    public FinishReason {
        name = Objects.requireNonNull(name, "name").toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return name;
    }
}
