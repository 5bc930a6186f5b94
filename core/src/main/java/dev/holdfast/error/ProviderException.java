package dev.holdfast.error;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The provider answered with an error: by status, within an answer of status 200, or in the midst of a stream of which
 * nothing had been delivered yet.
 */
public final class ProviderException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final String type;

    /**
     * Creates the error.
     *
     * @param message what the provider said
     * @param status the HTTP status
     * @param code the provider's code, empty where it gave none
     * @param type the provider's type of error, empty where it gave none
     * @param details what is known of the call
     * @param cause what it follows from, where there is something
     */
    public ProviderException(
            String message, int status, String code, String type, ErrorDetails details, @Nullable Throwable cause) {
        super(message, details, cause, true);
        this.status = status;
        this.code = Objects.requireNonNull(code, "code");
        this.type = Objects.requireNonNull(type, "type");
    }

    /**
     * The HTTP status.
     *
     * @return the status; 200 when the error came within an answer
     */
    public int status() {
        return status;
    }

    /**
     * The provider's code.
     *
     * @return for example {@code rate_limit_exceeded}, empty where it gave none
     */
    public String code() {
        return code;
    }

    /**
     * The provider's type of error.
     *
     * @return for example {@code invalid_request_error}, empty where it gave none
     */
    public String type() {
        return type;
    }

    @Override
    HoldfastException copy(ErrorDetails details) {
        return new ProviderException(text(), status, code, type, details, getCause());
    }
}
