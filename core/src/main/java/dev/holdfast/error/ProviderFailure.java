package dev.holdfast.error;

import java.util.Map;
import java.util.Objects;

/**
 * A failure as a provider reported it: what {@link FailureTable} classifies.
 *
 * @param provider the provider's name, as in its endpoints
 * @param format the wire format in which it came, by the name of the provider whose it is, such as {@code anthropic} for
 *     Claude at any cloud; empty where nobody knows
 * @param status the HTTP status; 200 when the error came within an answer
 * @param code the provider's code, empty where it gave none; numbers as text
 * @param type the provider's type of error, empty where it gave none
 * @param message what the provider said
 * @param headers the response's headers, names in lower case
 */
public record ProviderFailure(
        String provider,
        String format,
        int status,
        String code,
        String type,
        String message,
        Map<String, String> headers) {
    /** Checks the fields. */
    public ProviderFailure {
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(message, "message");
        headers = Map.copyOf(headers);
    }

    /**
     * A failure in the format that its provider is known for.
     *
     * @param provider the provider's name, as in its endpoints
     * @param status the HTTP status; 200 when the error came within an answer
     * @param code the provider's code, empty where it gave none; numbers as text
     * @param type the provider's type of error, empty where it gave none
     * @param message what the provider said
     * @param headers the response's headers, names in lower case
     */
    public ProviderFailure(
            String provider, int status, String code, String type, String message, Map<String, String> headers) {
        this(provider, "", status, code, type, message, headers);
    }
}
