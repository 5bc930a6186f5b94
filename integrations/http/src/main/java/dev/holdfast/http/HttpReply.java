package dev.holdfast.http;

import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.ProviderLimits;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.HoldfastException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Call;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * The reply of a provider: sends the request with the first {@link #next}, and keeps the laws of {@link ChatReply}.
 *
 * <p>Whoever holds the turn may touch the exchange and ends the reply: the consumer while it is in {@code next}, the one
 * who closes when it is not. So what had been received can be told without a lock around the reading of it.
 */
final class HttpReply implements ChatReply {
    private enum Turn {
        FREE,
        TAKEN,
        ENDED
    }

    private final HttpTransport transport;
    private final ProviderExchange exchange;
    private final FailureReport failures;
    private final CallSecrets secrets;
    private final CallProgress progress = new CallProgress();
    private final AtomicReference<Turn> turn = new AtomicReference<>(Turn.FREE);
    private final ArrayDeque<Chunk> pending = new ArrayDeque<>();

    private volatile boolean closed;
    private volatile @Nullable Call call;
    private @Nullable Outcome ended; // this and the rest belong to the holder of the turn
    private @Nullable Response http;
    private @Nullable ReplyBody body;
    private boolean isJson;
    private @Nullable ChatResponse response;
    private ProviderLimits limits = ProviderLimits.none();

    HttpReply(HttpTransport transport, ProviderExchange exchange, CallContext context) {
        this.transport = transport;
        this.exchange = exchange;
        this.secrets = new CallSecrets(context);
        this.failures = new FailureReport(transport, exchange, context, progress, secrets);
    }

    @Override
    public @Nullable Chunk next() {
        while (!turn.compareAndSet(Turn.FREE, Turn.TAKEN)) {
            if (turn.get() == Turn.ENDED) {
                return endOf(outcome());
            }
            if (!closed) {
                throw new IllegalStateException("another thread is in next(); a reply has one consumer");
            }
            Thread.onSpinWait(); // another thread closes: it has but to note what had been received
        }
        try {
            Chunk chunk = closed ? null : read();
            if (chunk != null) {
                failures.delivered();
                yieldTurn();
                return chunk;
            }
            ChatResponse whole = response;
            end(whole == null ? new Outcome.Cancelled(failures.closed(null)) : new Outcome.Completed(whole));
        } catch (Throwable thrown) {
            end(outcomeOf(thrown));
            if (thrown instanceof Error error) {
                throw error;
            }
        }
        return endOf(outcome());
    }

    private static @Nullable Chunk endOf(Outcome outcome) {
        HoldfastException error = outcome.error();
        if (error != null) {
            throw error;
        }
        return null;
    }

    @Override
    public Outcome outcome() {
        if (turn.get() != Turn.ENDED) {
            throw new IllegalStateException("the reply has not ended: read it to the end or close it first");
        }
        return Objects.requireNonNull(ended);
    }

    @Override
    public void close() {
        if (turn.get() == Turn.ENDED) {
            return;
        }
        closed = true;
        Call sent = call;
        if (sent != null) {
            sent.cancel();
        }
        endIfFree();
    }

    private void yieldTurn() {
        turn.set(Turn.FREE);
        if (closed) { // by another thread, which found the turn taken and left the end to us
            endIfFree();
        }
    }

    private void endIfFree() {
        if (turn.compareAndSet(Turn.FREE, Turn.TAKEN)) {
            end(new Outcome.Cancelled(failures.closed(response)));
        }
    }

    private void end(Outcome outcome) {
        Call sent = call;
        if (sent != null && outcome.error() != null) {
            sent.cancel(); // first, so that nobody waits for the rest of the body
        }
        Response received = http;
        if (received != null) {
            received.close();
        }
        ended = outcome;
        turn.set(Turn.ENDED);
    }

    private Outcome outcomeOf(Throwable thrown) {
        boolean interrupted = Thread.currentThread().isInterrupted();
        if (thrown instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            interrupted = true;
        }
        if (thrown instanceof Error) {
            return Outcome.of(failures.thrown(thrown));
        }
        if (closed) {
            return new Outcome.Cancelled(failures.closed(response));
        }
        if (interrupted) {
            return new Outcome.Cancelled(failures.interrupted(thrown));
        }
        if (thrown instanceof HoldfastException known) {
            return Outcome.of(known);
        }
        if (thrown instanceof UnreadableReplyException unreadable) {
            return Outcome.of(failures.unreadable(unreadable, status(), headers(), limits));
        }
        return Outcome.of(thrown instanceof IOException broken ? failures.broken(broken) : failures.thrown(thrown));
    }

    private @Nullable Chunk read() throws Exception {
        Chunk next = pending.poll();
        if (next != null || response != null) {
            return next;
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException();
        }
        ReplyBody from = body == null ? open() : body;
        try {
            return decoded(from);
        } catch (HoldfastException known) {
            throw known;
        } catch (RuntimeException stumbled) { // whatever a provider sends, it is the provider's failure
            throw UnreadableReplyException.stumbled(stumbled);
        }
    }

    private @Nullable Chunk decoded(ReplyBody from) throws IOException, UnreadableReplyException {
        if (isJson) {
            ChatResponse whole = withLimits(exchange.whole(from.text()));
            response = whole;
            return new Chunk.Whole(whole.message());
        }
        while (pending.isEmpty()) {
            SseEvent event = exchange.hasEnded() ? null : from.event();
            if (event == null) {
                response = complete(from);
                return null;
            }
            exchange.event(event, pending::add);
        }
        return pending.poll();
    }

    private ReplyBody open() throws IOException {
        WireRequest request = exchange.request();
        failures.sentTo(request.url());
        Call sent = transport.client().newCall(prepared(request));
        sent.addEventListener(progress);
        Duration bound = failures.boundOfCall();
        if (bound.isZero()) {
            throw failures.tooLate();
        }
        sent.timeout().timeout(Math.max(1, bound.toNanos()), TimeUnit.NANOSECONDS);
        call = sent;
        if (closed) {
            sent.cancel();
        }
        Response received = sent.execute();
        http = received;
        limits = LimitHeaders.limits(headers(), transport.runtime().now());
        BufferedSource source = received.body().source();
        source.timeout().timeout(transport.silenceTimeout().toNanos(), TimeUnit.NANOSECONDS);
        ReplyBody opened = new ReplyBody(source.inputStream(), transport);
        if (!received.isSuccessful()) {
            throw failures.status(received.code(), opened.textOfError(), headers(), limits);
        }
        isJson = opened.isJson();
        body = opened;
        return opened;
    }

    private Request prepared(WireRequest request) {
        Request.Builder builder = new Request.Builder().url(request.url()).post(new OneShotBody(request.body()));
        for (WireRequest.Header header : request.headers()) {
            ApiKey key = header.key();
            builder.header(header.name(), key == null ? header.text() : header.text() + secrets.get(key));
        }
        return builder.build();
    }

    private ChatResponse complete(ReplyBody from) throws UnreadableReplyException {
        ChatResponse whole = exchange.complete();
        if (whole != null) {
            return withLimits(whole);
        }
        if (from.hasSeenEvent()) {
            throw failures.cut();
        }
        String page = HtmlPage.describe(from.page());
        throw UnreadableReplyException.malformed((page == null ? "" : page + ", ")
                + "neither JSON nor a stream of events; its content-type is "
                + headers().getOrDefault("content-type", "not given")
                + ". Check the base URL, and whether a proxy or a login stands before the API");
    }

    private ChatResponse withLimits(ChatResponse whole) {
        return limits.windows().isEmpty()
                ? whole
                : whole.toBuilder().limits(limits).build();
    }

    private int status() {
        Response received = http;
        return received == null ? 0 : received.code();
    }

    private Map<String, String> headers() {
        Response received = http;
        if (received == null) {
            return Map.of();
        }
        Headers headers = received.headers();
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < headers.size(); i++) {
            all.put(headers.name(i).toLowerCase(Locale.ROOT), headers.value(i));
        }
        return all;
    }

    /** A body that the HTTP client may write once: without this it repeats a 503 that says {@code retry-after: 0}. */
    private static final class OneShotBody extends RequestBody {
        private static final MediaType JSON = MediaType.get("application/json");

        private final byte[] bytes;

        OneShotBody(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public MediaType contentType() {
            return JSON;
        }

        @Override
        public long contentLength() {
            return bytes.length;
        }

        @Override
        public boolean isOneShot() {
            return true;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            sink.write(bytes);
        }
    }
}
