package dev.holdfast.http;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.ProviderLimits;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.Classification;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.FailureTable;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.ProviderFailure;
import dev.holdfast.error.Remedy;
import dev.holdfast.error.StreamInterruptedException;
import dev.holdfast.error.TaskException;
import dev.holdfast.error.TransportException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says what went wrong with one call, in core's words. Used by the holder of the reply's turn alone. */
final class FailureReport {
    private static final int MAX_MESSAGE = 2_000;

    private static final Classification MALFORMED =
            Classification.of("the answer was malformed", Remedy.RETRY_ONCE, Remedy.FALLBACK);
    private static final Classification UNTRUSTED = Classification.of("TLS failed", Remedy.FALLBACK, Remedy.ESCALATE);
    private static final Classification TOO_LARGE = Classification.of("the answer was too large", Remedy.FALLBACK);

    private final HttpTransport transport;
    private final ProviderExchange exchange;
    private final CallContext context;
    private final CallProgress progress;
    private final CallSecrets secrets;
    private boolean delivered;
    private boolean boundByDeadline;

    FailureReport(
            HttpTransport transport,
            ProviderExchange exchange,
            CallContext context,
            CallProgress progress,
            CallSecrets secrets) {
        this.transport = transport;
        this.exchange = exchange;
        this.context = context;
        this.progress = progress;
        this.secrets = secrets;
    }

    /** From now on the caller has seen a part of the answer: no failure may look as if it could be tried again. */
    void delivered() {
        delivered = true;
    }

    /** How long the call may take. */
    Duration boundOfCall() {
        Duration bound = context.deadline().cap(transport.callTimeout(), transport.runtime());
        boundByDeadline = bound.compareTo(transport.callTimeout()) < 0;
        return bound;
    }

    DeadlineException tooLate() {
        return new DeadlineException(
                "the deadline of the call had passed before " + exchange.endpoint() + " was asked",
                details(Classification.none()),
                null);
    }

    CancelledException closed(@Nullable ChatResponse whole) {
        ErrorDetails details = whole == null
                ? details(Classification.none())
                : details(Classification.none()).toBuilder()
                        .partial(whole.message())
                        .usage(whole.usage(), Billing.BILLED)
                        .build();
        return new CancelledException("closed before the answer was read to its end", details, null);
    }

    CancelledException interrupted(Throwable cause) {
        return new CancelledException(
                "interrupted while waiting for " + exchange.endpoint(), details(Classification.none()), cause);
    }

    TaskException thrown(Throwable cause) {
        return new TaskException(
                cause.getClass().getName() + " was thrown while the call to " + exchange.endpoint() + " was handled",
                details(Classification.none()),
                cause);
    }

    /** The stream ended without the event that ends an answer. */
    HoldfastException cut() {
        return failed(
                exchange.endpoint() + " ended the stream before the answer was complete",
                FailureTable.truncated(),
                null);
    }

    HoldfastException broken(IOException cause) {
        if (cause instanceof LimitExceededException limit) {
            return failed(exchange.endpoint() + ": " + limit.getMessage(), TOO_LARGE, null);
        }
        if (cause instanceof SocketTimeoutException) {
            return failed(exchange.endpoint() + " " + exceeded(), FailureTable.transport(), cause);
        }
        if (cause instanceof InterruptedIOException) {
            return new DeadlineException(
                    boundByDeadline
                            ? exchange.endpoint() + " did not answer before the deadline of the call"
                            : exchange.endpoint() + " did not end its answer within "
                                    + in(transport.callTimeout(), "callTimeout"),
                    details(boundByDeadline ? Classification.none() : FailureTable.timeout()),
                    cause);
        }
        if (cause instanceof UnknownHostException) {
            return failed(
                    "the host of " + exchange.endpoint() + " is unknown; check the base URL and the DNS: "
                            + cause.getMessage(),
                    FailureTable.transport(),
                    cause);
        }
        if (cause instanceof SSLException && !progress.mayHaveBeenSent()) {
            return failed(
                    "no trusted connection to " + exchange.endpoint() + ": " + cause.getMessage(), UNTRUSTED, cause);
        }
        String what = progress.mayHaveBeenSent()
                ? "the connection to " + exchange.endpoint() + " broke before the answer was complete"
                : "no connection to " + exchange.endpoint();
        String why = cause.getMessage() == null ? "" : ": " + cause.getMessage();
        return failed(what + why, progress.isAnswering() ? FailureTable.truncated() : FailureTable.transport(), cause);
    }

    private String exceeded() {
        return switch (progress.phase()) {
            case CONNECTING, CONNECTED ->
                "did not accept a connection within " + in(transport.connectTimeout(), "connectTimeout");
            case SECURING ->
                "did not complete the TLS handshake within " + in(transport.firstByteTimeout(), "firstByteTimeout");
            case SENDING -> "did not take the request within " + in(transport.silenceTimeout(), "silenceTimeout");
            case SENT -> "did not begin to answer within " + in(transport.firstByteTimeout(), "firstByteTimeout");
            case ANSWERING ->
                "was silent in the midst of its answer for " + in(transport.silenceTimeout(), "silenceTimeout");
        };
    }

    private static String in(Duration bound, String setting) {
        return bound.toMillis() + " ms (" + setting + " of the HTTP transport)";
    }

    HoldfastException unreadable(
            UnreadableReplyException unreadable, int status, Map<String, String> headers, ProviderLimits limits) {
        ReportedError error = unreadable.error();
        return error == null
                ? failed(exchange.endpoint() + " sent an answer that is " + unreadable.getMessage(), MALFORMED, null)
                : reported(error, status, headers, limits);
    }

    HoldfastException status(int status, String body, Map<String, String> headers, ProviderLimits limits) {
        return reported(exchange.error(status, body), status, headers, limits);
    }

    private HoldfastException reported(
            ReportedError error, int status, Map<String, String> headers, ProviderLimits limits) {
        String said = shortened(secrets.mask(error.message()));
        String code = shortened(secrets.mask(error.code()));
        String type = shortened(secrets.mask(error.type()));
        Classification classification = transport
                .failures()
                .classify(new ProviderFailure(
                        exchange.endpoint().provider(), exchange.wireFormat(), status, code, type, said, headers));
        ErrorDetails.Builder details =
                details(classification).toBuilder().retryAfter(wait(error, status, headers, limits));
        if (isRefusal(status)) {
            details.usage(Usage.none(), Billing.NOT_BILLED);
        }
        String message = exchange.endpoint() + " answered with an error"
                + (status == 200 ? "" : " (status " + status + ")")
                + (said.isEmpty() ? "" : ": " + said);
        return delivered
                ? new StreamInterruptedException(message, details.build(), null)
                : new ProviderException(message, status, code, type, details.build(), null);
    }

    private @Nullable Duration wait(
            ReportedError error, int status, Map<String, String> headers, ProviderLimits limits) {
        if (error.retryAfter() != null) {
            return error.retryAfter();
        }
        // On an answer that succeeded the header speaks of the next one, if of anything.
        return status < 300
                ? null
                : LimitHeaders.retryAfter(headers, limits, transport.runtime().now());
    }

    /** What was refused before any work was done is not charged; a timeout, a conflict or a crash may come after it. */
    private static boolean isRefusal(int status) {
        boolean overloaded = status == 503 || status == 529;
        return overloaded || (status >= 300 && status < 500 && status != 408 && status != 409 && status != 499);
    }

    private static String shortened(String text) {
        return text.length() <= MAX_MESSAGE ? text : text.substring(0, MAX_MESSAGE) + "…";
    }

    private HoldfastException failed(String message, Classification classification, @Nullable IOException cause) {
        String masked = secrets.mask(message);
        return delivered
                ? new StreamInterruptedException(masked, details(classification), cause)
                : new TransportException(masked, details(classification), cause);
    }

    private ErrorDetails details(Classification classification) {
        ErrorDetails.Builder details = ErrorDetails.builder()
                .context(context)
                .endpoint(exchange.endpoint())
                .partial(exchange.partial())
                .classification(classification);
        return progress.mayHaveBeenSent()
                ? details.usage(exchange.usage(), Billing.MAYBE_BILLED).build()
                : details.usage(Usage.none(), Billing.NOT_SENT).build();
    }
}
