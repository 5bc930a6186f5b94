package dev.holdfast.error;

import org.jspecify.annotations.Nullable;

/**
 * An answer broke off after a part of it had been delivered. {@link #partial()} holds what was received.
 */
public final class StreamInterruptedException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the error.
     *
     * @param message what happened and what to do about it; no key, prompt or answer in it
     * @param details what is known of the call
     * @param cause what it follows from, where there is something
     */
    public StreamInterruptedException(String message, ErrorDetails details, @Nullable Throwable cause) {
        super(message, details, cause, true);
    }

    @Override
    HoldfastException copy(ErrorDetails details) {
        return new StreamInterruptedException(text(), details, getCause());
    }
}
