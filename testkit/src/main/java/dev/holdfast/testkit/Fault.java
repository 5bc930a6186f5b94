package dev.holdfast.testkit;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.Classification;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.FailureTable;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.ProviderFailure;
import dev.holdfast.error.Remedy;
import dev.holdfast.error.TransportException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Failures as providers produce them, ready to be thrown by a fake or injected by {@link Faults}. */
public final class Fault {
    /** Who fails, until the fault happens at an endpoint. */
    private static final String SOMEBODY = "the provider";

    private Fault() {}

    /**
     * The provider is down: status 503.
     *
     * @return the error
     */
    public static HoldfastException outage() {
        return status(503, "overloaded", "The server is overloaded or not ready yet.");
    }

    /**
     * The provider is broken: status 500.
     *
     * @return the error
     */
    public static HoldfastException serverError() {
        return status(500, "server_error", "The server had an error.");
    }

    /**
     * Too many requests: status 429.
     *
     * @param retryAfter when to come back; null when the provider does not say
     * @return the error
     */
    public static HoldfastException rateLimited(@Nullable Duration retryAfter) {
        HoldfastException error =
                status(429, "rate_limit_exceeded", "Rate limit reached, please try again in a moment.");
        return error.with(error.details().toBuilder().retryAfter(retryAfter).build());
    }

    /**
     * The request is wrong: status 400. Trying again does not help.
     *
     * @return the error
     */
    public static HoldfastException badRequest() {
        return status(400, "invalid_value", "The request is invalid.");
    }

    /**
     * The key is wrong: status 401.
     *
     * @return the error
     */
    public static HoldfastException unauthorized() {
        return status(401, "invalid_api_key", "The key is invalid.");
    }

    /**
     * Nobody is there: the connection is refused.
     *
     * @return the error; nothing was sent
     */
    public static HoldfastException unreachable() {
        return new TransportException(
                "no connection to " + SOMEBODY + ": connection refused",
                ErrorDetails.builder()
                        .classification(Classification.of("no connection", List.of(Remedy.RETRY, Remedy.FALLBACK)))
                        .build(),
                null);
    }

    /**
     * Any answer with an error status, classified as the library classifies a provider's that speaks OpenAI's format, and
     * billed as the library takes such an answer to be: a refusal costs nothing, a crash may have cost the most.
     *
     * @param status the HTTP status
     * @param code the provider's code
     * @param message the provider's words
     * @return the error
     */
    public static HoldfastException status(int status, String code, String message) {
        Billing billing = Billing.ofError(status);
        Classification classification =
                FailureTable.standard().classify(new ProviderFailure("openai", status, code, "", message, Map.of()));
        return new ProviderException(
                SOMEBODY + " answered with an error (status " + status + ")"
                        + (message.isEmpty() ? "" : ": " + message),
                status,
                code,
                "",
                ErrorDetails.builder()
                        .usage(billing == Billing.NOT_BILLED ? Usage.none() : Usage.unknown(), billing)
                        .classification(classification)
                        .build(),
                null);
    }

    /** A failure as one of this call at this endpoint, in whose name a fault of this class speaks from now on. */
    static HoldfastException at(Endpoint endpoint, CallContext context, HoldfastException failure) {
        ErrorDetails details = failure.details().toBuilder()
                .context(context)
                .endpoint(endpoint)
                .build();
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof ProviderException error && message.startsWith(SOMEBODY + " answered")) {
            return new ProviderException(
                    endpoint + message.substring(SOMEBODY.length()),
                    error.status(),
                    error.code(),
                    error.type(),
                    details,
                    error.getCause());
        }
        String unreachable = "no connection to " + SOMEBODY;
        if (failure instanceof TransportException && message.startsWith(unreachable)) {
            return new TransportException(
                    "no connection to " + endpoint + message.substring(unreachable.length()),
                    details,
                    failure.getCause());
        }
        return failure.with(details);
    }
}
