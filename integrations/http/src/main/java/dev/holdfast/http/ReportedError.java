package dev.holdfast.http;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An error in a provider's own words.
 *
 * @param code the provider's code, empty where it gave none; numbers as text
 * @param type the provider's type of error, empty where it gave none
 * @param message what the provider said
 * @param retryAfter the wait that the body asks for; null where it does not
 */
public record ReportedError(
        String code, String type, String message, @Nullable Duration retryAfter) {
    /** Checks the fields. */
    public ReportedError {
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(message, "message");
    }
}
