package dev.holdfast.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.ProviderLimits;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.Deadline;
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
import dev.holdfast.error.TransportException;
import dev.holdfast.runtime.HoldfastRuntime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** A reply of {@link TinyModel}. Bytes arrive in a queue, so that every wait can be bounded, closed and interrupted. */
final class TinyReply implements ChatReply {
    private static final HoldfastRuntime RUNTIME = HoldfastRuntime.system();
    private static final int LONGEST_LINE = 1 << 20;
    private static final Object END = new Object();

    private static final class TooLate extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private static final class Silent extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private static final class Interrupted extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private final TinyModel model;
    private final ChatCall call;
    private final TinyReader reader;
    private final AtomicReference<@Nullable Outcome> ended = new AtomicReference<>();
    private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();
    private volatile @Nullable CompletableFuture<HttpResponse<Void>> exchange;
    private volatile Flow.@Nullable Subscription subscription;
    private volatile boolean sent;
    private @Nullable InputStream body;
    private ProviderLimits limits = ProviderLimits.none();
    private boolean delivered;

    TinyReply(TinyModel model, ChatCall call) {
        this.model = model;
        this.call = call;
        this.reader = new TinyReader(model.format());
    }

    @Override
    public @Nullable Chunk next() {
        if (ended.get() == null) {
            try {
                Chunk chunk = read();
                if (chunk != null && ended.get() == null) {
                    delivered = true;
                    return chunk;
                }
            } catch (Interrupted e) {
                Thread.currentThread().interrupt();
                end(new Outcome.Cancelled(new CancelledException("interrupted", details(broken()), e)));
            } catch (TooLate e) {
                end(Outcome.of(new DeadlineException("too late", details(broken()), e)));
            } catch (IOException e) {
                end(Outcome.of(failed(e)));
            } catch (RuntimeException e) {
                if (model.has(TinyModel.Bug.TRUSTS_WHAT_COMES)) {
                    throw e;
                }
                end(Outcome.of(failed(new IOException("nobody can read it", e))));
            }
        }
        HoldfastException error = outcome().error();
        if (error != null) {
            throw error;
        }
        return null;
    }

    private @Nullable Chunk read() throws IOException {
        InputStream in = body == null ? open() : body;
        if (!call.request().streaming()) {
            if (!reader.hasEnded()) {
                reader.whole(json(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
                return new Chunk.Whole(reader.message());
            }
            end(complete());
            return null;
        }
        String event = "";
        for (String line = line(in); line != null; line = line(in)) {
            if (line.startsWith("event: ")) {
                event = line.substring(7);
            } else if (line.startsWith("data: ")) {
                String more = reader.event(line.substring(6), event);
                if (!more.isEmpty()) {
                    return new Chunk.Text(more);
                }
            }
        }
        if (!reader.hasEnded() && !model.has(TinyModel.Bug.TAKES_A_CUT_FOR_THE_END)) {
            throw new IOException("the stream has no end");
        }
        end(complete());
        return null;
    }

    private Outcome complete() {
        return new Outcome.Completed(reader.response().limits(limits).build());
    }

    private InputStream open() throws IOException {
        if (Thread.interrupted()) {
            throw new Interrupted();
        }
        if (call.context().deadline().hasPassed(RUNTIME)) {
            throw new TooLate();
        }
        HttpResponse<Void> response;
        try {
            response = exchange();
        } catch (ConnectException e) {
            throw e;
        } catch (IOException e) {
            if (!model.has(TinyModel.Bug.TRIES_AGAIN_BY_ITSELF)) {
                throw e;
            }
            response = exchange();
        }
        InputStream in = new Received();
        if (response.headers().firstValue("content-encoding").orElse("").equals("gzip")) {
            in = new GZIPInputStream(in);
        }
        if (response.statusCode() != 200) {
            throw refused(response, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        for (String header : List.of("x-ratelimit-remaining-requests", "anthropic-ratelimit-requests-remaining")) {
            response.headers()
                    .firstValueAsLong(header)
                    .ifPresent(left -> limits = new ProviderLimits(Map.of(
                            "requests", new ProviderLimits.Window(OptionalLong.empty(), OptionalLong.of(left), null))));
        }
        body = in;
        return in;
    }

    private HttpResponse<Void> exchange() throws IOException {
        sent = true;
        CompletableFuture<HttpResponse<Void>> begun =
                model.client().sendAsync(model.request(call), info -> new Receiver());
        exchange = begun;
        if (ended.get() != null) {
            begun.cancel(true);
        }
        try {
            return begun.get(patience().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw new Interrupted();
        } catch (TimeoutException e) {
            throw outOfPatience();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ConnectException refused ? refused : new IOException(e.getCause());
        } catch (java.util.concurrent.CancellationException e) {
            throw new IOException("closed", e);
        }
    }

    private Duration patience() {
        Deadline deadline = model.has(TinyModel.Bug.IGNORES_THE_DEADLINE)
                ? Deadline.none()
                : call.context().deadline();
        return deadline.cap(model.silence(), RUNTIME);
    }

    private IOException outOfPatience() {
        return patience().isZero() ? new TooLate() : new Silent();
    }

    private static JsonNode json(String body) throws IOException {
        try {
            return Wire.read(body);
        } catch (IllegalArgumentException e) {
            throw new IOException("the body is no JSON", e);
        }
    }

    private static @Nullable String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next == '\n') {
                return line.toString(StandardCharsets.UTF_8);
            }
            if (line.size() == LONGEST_LINE) {
                throw new IOException("a line is too long");
            }
            line.write(next);
        }
        return null;
    }

    private TinyReader.Reported refused(HttpResponse<Void> response, String body) {
        JsonNode error = body.startsWith("{") ? Wire.read(body).path("error") : Wire.object();
        String said = error.path("message").asText(body);
        String safe = model.has(TinyModel.Bug.TELLS_THE_KEY) ? said : said.replace(model.key(), "***");
        retryAfter = response.headers().firstValueAsLong("retry-after").orElse(0);
        status = response.statusCode();
        return new TinyReader.Reported(status, safe);
    }

    private long retryAfter;
    private int status = 200;

    private HoldfastException failed(IOException e) {
        if (e instanceof TinyReader.Reported reported) {
            Classification classification = FailureTable.standard()
                    .classify(new ProviderFailure("tiny", reported.status, "", "", "", Map.of()));
            ErrorDetails.Builder details = details(classification).toBuilder();
            if (retryAfter > 0) {
                details.retryAfter(Duration.ofSeconds(retryAfter));
            }
            String said = String.valueOf(reported.getMessage());
            return delivered
                    ? new StreamInterruptedException(said, details.build(), null)
                    : new ProviderException(said, status, "", "", details.build(), null);
        }
        if (e instanceof ConnectException) {
            sent = false;
        }
        return delivered
                ? new StreamInterruptedException("the stream broke", details(broken()), null)
                : new TransportException("the exchange broke", details(broken()), null);
    }

    private static Classification broken() {
        return Classification.of("tiny", Remedy.RETRY, Remedy.FALLBACK);
    }

    private ErrorDetails details(Classification classification) {
        ErrorDetails.Builder details = ErrorDetails.builder()
                .context(call.context())
                .endpoint(Endpoint.of("tiny", ProviderLaws.MODEL))
                .partial(
                        reader.text().isEmpty()
                                ? dev.holdfast.chat.Message.nothing()
                                : dev.holdfast.chat.Message.assistant(reader.text()))
                .classification(classification);
        Usage unknown = model.has(TinyModel.Bug.COUNTS_UNKNOWN_USAGE_AS_NOTHING) ? Usage.none() : Usage.unknown();
        return sent
                ? details.usage(unknown, Billing.MAYBE_BILLED).build()
                : details.usage(Usage.none(), Billing.NOT_SENT).build();
    }

    private void end(Outcome outcome) {
        if (ended.compareAndSet(null, outcome)
                && outcome.error() != null
                && !model.has(TinyModel.Bug.LEAVES_CONNECTIONS_OPEN)) {
            CompletableFuture<HttpResponse<Void>> begun = exchange;
            if (begun != null) {
                begun.cancel(true);
            }
            Flow.Subscription subscribed = subscription;
            if (subscribed != null) {
                subscribed.cancel();
            }
        }
        received.add(END);
    }

    @Override
    public Outcome outcome() {
        Outcome outcome = ended.get();
        if (outcome == null) {
            throw new IllegalStateException("it has not ended");
        }
        return outcome;
    }

    @Override
    public void close() {
        if (ended.get() == null) {
            end(new Outcome.Cancelled(new CancelledException("closed", details(broken()), null)));
        }
    }

    /** The body as it arrives: ends where it ended, or throws what broke it. */
    private final class Received extends InputStream {
        private ByteBuffer rest = ByteBuffer.allocate(0);
        private boolean over;

        @Override
        public int read() throws IOException {
            return await() ? rest.get() & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (!await()) {
                return -1;
            }
            int count = Math.min(length, rest.remaining());
            rest.get(into, offset, count);
            return count;
        }

        @Override
        public int available() {
            return rest.remaining();
        }

        private boolean await() throws IOException {
            while (!over && !rest.hasRemaining()) {
                Object next;
                try {
                    next = received.poll(patience().toNanos(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    throw new Interrupted();
                }
                if (next == null) {
                    throw outOfPatience();
                } else if (next instanceof ByteBuffer bytes) {
                    rest = bytes;
                } else if (next instanceof Throwable broken) {
                    if (!model.has(TinyModel.Bug.TAKES_A_CUT_FOR_THE_END)) {
                        throw new IOException(broken);
                    }
                    over = true;
                } else {
                    over = true;
                }
            }
            return !over;
        }
    }

    private final class Receiver implements HttpResponse.BodySubscriber<Void> {
        @Override
        public CompletionStage<Void> getBody() {
            return CompletableFuture.completedFuture(null); // the response is there with its headers
        }

        @Override
        public void onSubscribe(Flow.Subscription begun) {
            subscription = begun;
            if (ended.get() != null) {
                begun.cancel();
            } else {
                begun.request(Long.MAX_VALUE);
            }
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            received.addAll(buffers);
        }

        @Override
        public void onError(Throwable broken) {
            received.add(broken);
        }

        @Override
        public void onComplete() {
            received.add(END);
        }
    }
}
