package dev.holdfast.error;

import org.jspecify.annotations.Nullable;

/**
 * The provider could not be reached, or what came back could not be read: no connection, a reset, a malformed body.
 */
public final class TransportException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the error.
     *
     * @param message what happened and what to do about it; no key, prompt or answer in it
     * @param details what is known of the call
     * @param cause what it follows from, where there is something
     */
    public TransportException(String message, ErrorDetails details, @Nullable Throwable cause) {
        super(message, details, cause, true);
    }

    @Override
    HoldfastException copy(ErrorDetails details) {
        return new TransportException(text(), details, getCause());
    }
}
