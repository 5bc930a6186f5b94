package dev.holdfast.http;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Message;
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
import dev.holdfast.internal.words.Durations;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.HttpUrl;
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
    private @Nullable HttpUrl url;
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

    /** Where the call goes, for whoever has to mend the address. */
    void sentTo(HttpUrl address) {
        url = address;
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
        boolean sent = progress.mayHaveBeenSent();
        String what = sent
                ? "the connection to " + who() + " broke before the answer was complete"
                : cause instanceof SSLException ? "no trusted connection to " + who() : "no connection to " + who();
        String message = what + why(cause) + (sent ? "" : "; " + adviceOn(cause));
        if (cause instanceof SSLException && !sent) {
            return failed(message, UNTRUSTED, cause);
        }
        return failed(message, progress.isAnswering() ? FailureTable.truncated() : FailureTable.transport(), cause);
    }

    /** The first line of it: the HTTP client writes whole certificates below. */
    private static String why(IOException cause) {
        String message = cause.getMessage();
        return message == null || message.isBlank()
                ? ""
                : ": " + message.strip().lines().findFirst().orElse("");
    }

    private static String adviceOn(IOException cause) {
        if (cause instanceof UnknownHostException) {
            return "nobody knows its host; check the base URL and the DNS";
        }
        if (cause instanceof SSLPeerUnverifiedException) {
            return "its certificate is another host's; check the base URL";
        }
        if (cause instanceof SSLException) {
            String message = String.valueOf(cause.getMessage());
            if (message.contains("PKIX") || message.contains("certificat")) {
                return "this JVM does not trust its certificate; a proxy that reads along brings one of its own, which"
                        + " then belongs into the trust store";
            }
            return message.contains("SSL message") || message.contains("plaintext")
                    ? "what is there does not speak TLS; check whether the base URL begins with http://"
                    : "check the base URL, and what versions of TLS both sides speak";
        }
        return cause instanceof ConnectException
                ? "check that the server runs, and the host and the port of the base URL"
                : "check the base URL and the network";
    }

    /** The endpoint, and its address without what follows the path. */
    private String who() {
        HttpUrl known = url;
        return known == null ? exchange.endpoint().toString() : exchange.endpoint() + " at " + withoutQuery(known);
    }

    private static HttpUrl withoutQuery(HttpUrl url) {
        return url.newBuilder()
                .query(null)
                .fragment(null)
                .username("")
                .password("")
                .build();
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
        return Durations.exactly(bound) + " (" + setting + " of the HTTP transport)";
    }

    HoldfastException unreadable(
            UnreadableReplyException unreadable, int status, Map<String, String> headers, ProviderLimits limits) {
        ReportedError error = unreadable.error();
        return error == null
                ? failed(who() + " sent an answer that is " + unreadable.getMessage(), MALFORMED, null)
                : reported(exchange.endpoint().toString(), error, status, headers, limits);
    }

    HoldfastException status(int status, String body, Map<String, String> headers, ProviderLimits limits) {
        if (status >= 300 && status < 400) {
            return reported(who(), new ReportedError("", "", redirect(headers), null), status, headers, limits);
        }
        String page = HtmlPage.describe(body);
        if (page != null) {
            String advice = "; not the API answered, but a proxy or a web site: check the base URL";
            return reported(who(), new ReportedError("", "", page + advice, null), status, headers, limits);
        }
        boolean nothingThere = status == 404 || status == 405; // of the model, or of the API
        String who = nothingThere ? who() : exchange.endpoint().toString();
        return reported(who, errorOf(status, body), status, headers, limits);
    }

    /** An error that nobody can read is one all the same: its status says the most. */
    private ReportedError errorOf(int status, String body) {
        try {
            return exchange.error(status, body);
        } catch (RuntimeException stumbled) {
            return new ReportedError(
                    "",
                    "",
                    String.valueOf(UnreadableReplyException.stumbled(stumbled).getMessage()),
                    null);
        }
    }

    private String redirect(Map<String, String> headers) {
        HttpUrl from = url;
        String location = headers.get("location");
        HttpUrl to = from == null || location == null ? null : from.resolve(location);
        return "it redirects" + (to == null ? "" : " to " + withoutQuery(to))
                + ", where no call follows, for the key would go along; check the base URL";
    }

    private HoldfastException reported(
            String who, ReportedError error, int status, Map<String, String> headers, ProviderLimits limits) {
        String said = shortened(secrets.mask(error.message()));
        String code = shortened(secrets.mask(error.code()));
        String type = shortened(secrets.mask(error.type()));
        Classification classification = transport
                .failures()
                .classify(new ProviderFailure(
                        exchange.endpoint().provider(), exchange.wireFormat(), status, code, type, said, headers));
        ErrorDetails.Builder details =
                details(classification).toBuilder().retryAfter(wait(error, status, headers, limits));
        if (Billing.ofError(status) == Billing.NOT_BILLED) {
            details.usage(Usage.none(), Billing.NOT_BILLED);
        }
        String message = secrets.mask(who) + " answered with an error"
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
                .partial(partial())
                .classification(classification);
        return progress.mayHaveBeenSent()
                ? details.usage(usage(), Billing.MAYBE_BILLED).build()
                : details.usage(Usage.none(), Billing.NOT_SENT).build();
    }

    /** What of a malformed answer cannot be read is not there. A failure is told whatever else fails. */
    private Message partial() {
        try {
            return exchange.partial();
        } catch (RuntimeException stumbled) {
            return Message.nothing();
        }
    }

    private Usage usage() {
        try {
            return exchange.usage();
        } catch (RuntimeException stumbled) {
            return Usage.unknown();
        }
    }
}
