package dev.holdfast;

import dev.holdfast.chat.ChatResponse;

/**
 * An answer that was asked for as a record: what it says, and, as of every {@link Answer}, how that came about, all
 * repairs included.
 *
 * @param <T> the record
 */
public final class TypedAnswer<T> extends Answer {
    private final T value;

    TypedAnswer(T value, ChatResponse response, String runId) {
        super(response, runId);
        this.value = value;
    }

    /**
     * What it says.
     *
     * @return the record
     */
    public T value() {
        return value;
    }
}
