package dev.holdfast.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.Deadline;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.Remedy;
import dev.holdfast.error.StreamInterruptedException;
import dev.holdfast.error.TaskException;
import dev.holdfast.error.TransportException;
import dev.holdfast.runtime.HoldfastRuntime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class HttpReplyTest {
    private static final CallContext CONTEXT = CallContext.of(Caller.of("acme", "ann"));

    private RawServer server;

    @AfterEach
    void stop() throws IOException {
        Thread.interrupted();
        if (server != null) {
            server.close();
        }
    }

    private LineExchange exchangeWith(RawServer.Script script) throws IOException {
        server = new RawServer(script);
        return new LineExchange(server.url());
    }

    private ChatReply answerOf(RawServer.Script script) throws IOException {
        return HttpTransport.standard().send(exchangeWith(script), CONTEXT);
    }

    private static List<String> textsOf(ChatReply reply) {
        List<String> texts = new ArrayList<>();
        for (Chunk chunk = reply.next(); chunk != null; chunk = reply.next()) {
            texts.add(chunk.text());
        }
        return texts;
    }

    @Test
    void readsOneDocumentAsOneChunk() throws IOException {
        ChatReply reply = answerOf(wire -> wire.respond(
                200, "x-ratelimit-limit-requests: 60\r\nx-ratelimit-remaining-requests: 59\r\n", "\n {\"a\":1}"));

        assertThat(textsOf(reply)).containsExactly("\n {\"a\":1}");
        Outcome.Completed outcome = (Outcome.Completed) reply.outcome();
        assertThat(outcome.response().limits().windows().get("requests").remaining())
                .hasValue(59);
        assertThat(server.requests().get(0))
                .startsWith("POST /v1/chat HTTP/1.1")
                .containsIgnoringCase("authorization: Bearer sk-secret-1")
                .containsIgnoringCase("x-plain: seen")
                .containsIgnoringCase("content-type: application/json")
                .endsWith("{\"q\":1}");
    }

    @Test
    void readsAStreamPieceByPiece() throws IOException {
        ChatReply reply = answerOf(wire -> wire.stream()
                .chunk(": waiting\r\n\r\ndata: Hel")
                .chunk("lo\r")
                .chunk("\n\r\ndata:  you\n\n")
                .chunk("data: END\n\n")
                .end());

        assertThat(textsOf(reply)).containsExactly("Hello", " you");
        assertThat(reply.outcome().message().text()).isEqualTo("Hello you");
        assertThat(reply.outcome().billing()).isEqualTo(Billing.BILLED);
    }

    @Test
    void sendsNothingBeforeTheFirstNextAndNothingWhenClosedBefore() throws IOException {
        ChatReply reply = answerOf(wire -> wire.respond(200, "", "{}"));
        reply.close();

        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
        assertThat(reply.outcome().billing()).isEqualTo(Billing.NOT_SENT);
        assertThatThrownBy(reply::next).isInstanceOf(CancelledException.class);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void closedByAnotherThreadInTheMidstOfAWait() throws Exception {
        CountDownLatch firstRead = new CountDownLatch(1);
        ChatReply reply = answerOf(wire -> wire.stream().chunk("data: half\n\n").stall());
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread consumer = new Thread(() -> {
            reply.next();
            firstRead.countDown();
            try {
                reply.next();
            } catch (Throwable t) {
                thrown.set(t);
            }
        });
        consumer.start();
        assertThat(firstRead.await(5, TimeUnit.SECONDS)).isTrue();
        awaitBlocked(consumer);

        reply.close();
        consumer.join(2_000);

        assertThat(thrown.get()).isInstanceOf(CancelledException.class);
        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
        assertThat(reply.outcome().message().text()).isEqualTo("half");
        assertThat(reply.outcome().billing()).isEqualTo(Billing.MAYBE_BILLED);
        assertThat(reply.outcome().usage()).isEqualTo(Usage.unknown());
    }

    @Test
    void closedBetweenTwoChunksItTellsWhatCame() throws IOException {
        ChatReply reply = answerOf(wire -> wire.stream().chunk("data: half\n\n").stall());
        reply.next();
        reply.close();

        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
        assertThat(reply.outcome().message().text()).isEqualTo("half");
    }

    @Test
    void interruptEndsAWaitInTheSocketAndKeepsTheFlag() throws Exception {
        ChatReply reply = answerOf(wire -> wire.stream().chunk("data: half\n\n").stall());
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread consumer = new Thread(() -> {
            try {
                textsOf(reply);
            } catch (Throwable t) {
                thrown.set(t);
            }
            flag.set(Thread.currentThread().isInterrupted());
        });
        consumer.start();
        awaitBlocked(consumer);

        consumer.interrupt();
        consumer.join(2_000);

        assertThat(thrown.get()).isInstanceOf(CancelledException.class);
        assertThat(flag.get()).isTrue();
        assertThat(reply.outcome().message().text()).isEqualTo("half");
    }

    /** Gives the thread time to get stuck in the socket; a test that comes too early only tests less. */
    private static void awaitBlocked(Thread thread) throws InterruptedException {
        for (int i = 0; i < 20 && thread.isAlive(); i++) {
            Thread.sleep(10);
        }
    }

    @Test
    void aStreamThatIsCutAfterAChunkFailsWithWhatCame() throws IOException {
        ChatReply reply = answerOf(
                wire -> wire.stream().chunk("data: one\n\n").chunk("data: tw").cut());

        assertThat(reply.next().text()).isEqualTo("one");
        StreamInterruptedException cut = catchThrowableOfType(StreamInterruptedException.class, reply::next);
        assertThat(cut.partial().text()).isEqualTo("one");
        assertThat(cut.billing()).isEqualTo(Billing.MAYBE_BILLED);
        assertThatThrownBy(reply::next).isSameAs(cut);
        assertThat(reply.outcome()).isEqualTo(new Outcome.Failed(cut));
    }

    @Test
    void aStreamThatEndsCleanlyWithoutItsEndIsCutToo() throws IOException {
        ChatReply reply = answerOf(wire -> wire.stream().chunk("data: one\n\n").end());

        assertThat(reply.next().text()).isEqualTo("one");
        assertThatThrownBy(reply::next)
                .isInstanceOf(StreamInterruptedException.class)
                .hasMessageContaining("before the answer was complete");
    }

    @Test
    void aStreamThatIsResetBeforeAChunkMayBeTriedAgain() throws IOException {
        ChatReply reply = answerOf(wire -> wire.stream().reset());

        TransportException broken = catchThrowableOfType(TransportException.class, reply::next);
        assertThat(broken.classification().allows(Remedy.RETRY)).isTrue();
        assertThat(broken.billing()).isEqualTo(Billing.MAYBE_BILLED);
    }

    @Test
    void aCutWithinACharacterIsACut() throws IOException {
        byte[] bytes = "data: gr\u00fc\u00dfe\n\n".getBytes(StandardCharsets.UTF_8);
        ChatReply reply = answerOf(wire -> wire.stream()
                .chunk("data: one\n\n")
                .chunk(Arrays.copyOf(bytes, 9))
                .end());

        assertThat(reply.next().text()).isEqualTo("one");
        reply.next(); // the rest of a body that HTTP calls whole is handed on ...
        assertThatThrownBy(reply::next).isInstanceOf(StreamInterruptedException.class); // ... but never as the end
    }

    @Test
    void silenceInTheMidstOfAnAnswerHasABound() throws IOException {
        HttpTransport transport =
                HttpTransport.builder().silenceTimeout(Duration.ofMillis(80)).build();
        ChatReply reply = transport.send(
                exchangeWith(wire -> wire.stream().chunk("data: one\n\n").stall()), CONTEXT);

        assertThat(reply.next().text()).isEqualTo("one");
        assertThatThrownBy(reply::next)
                .isInstanceOf(StreamInterruptedException.class)
                .hasMessageContaining("silenceTimeout")
                .hasMessageContaining("80 ms");
    }

    @Test
    void theWaitForTheFirstByteHasABound() throws IOException {
        HttpTransport transport =
                HttpTransport.builder().firstByteTimeout(Duration.ofMillis(80)).build();
        ChatReply reply = transport.send(exchangeWith(RawServer.Wire::stall), CONTEXT);

        assertThatThrownBy(reply::next).isInstanceOf(TransportException.class).hasMessageContaining("firstByteTimeout");
    }

    @Test
    void aTrickleIsEndedByTheDeadlineOfTheCall() throws IOException {
        CallContext hurried = CONTEXT.toBuilder()
                .deadline(Deadline.in(Duration.ofSeconds(1), HoldfastRuntime.system()))
                .build();
        ChatReply reply = HttpTransport.standard()
                .send(
                        exchangeWith(wire -> {
                            wire.stream();
                            for (int i = 0; i < 1_000; i++) {
                                wire.chunk("data: w\n\n");
                                Thread.sleep(5);
                            }
                        }),
                        hurried);

        DeadlineException late = catchThrowableOfType(DeadlineException.class, () -> textsOf(reply));
        assertThat(late).hasMessageContaining("deadline of the call");
        assertThat(late.partial().text()).startsWith("w");
    }

    @Test
    void aCallLastsNoLongerThanItsTimeout() throws IOException {
        HttpTransport transport =
                HttpTransport.builder().callTimeout(Duration.ofMillis(80)).build();
        ChatReply reply = transport.send(exchangeWith(wire -> wire.stream().stall()), CONTEXT);

        assertThatThrownBy(reply::next).isInstanceOf(DeadlineException.class).hasMessageContaining("callTimeout");
    }

    @Test
    void aDeadlineThatHasPassedSendsNothing() throws IOException {
        CallContext late = CONTEXT.toBuilder()
                .deadline(Deadline.in(Duration.ZERO, HoldfastRuntime.system()))
                .build();
        ChatReply reply = HttpTransport.standard().send(exchangeWith(wire -> wire.respond(200, "", "{}")), late);

        DeadlineException thrown = catchThrowableOfType(DeadlineException.class, reply::next);
        assertThat(thrown.billing()).isEqualTo(Billing.NOT_SENT);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void anUnreachableHostCostsNothing() throws IOException {
        server = new RawServer(wire -> {});
        String url = server.url();
        server.close();

        TransportException refused = catchThrowableOfType(
                TransportException.class, HttpTransport.standard().send(new LineExchange(url), CONTEXT)::next);
        assertThat(refused.billing()).isEqualTo(Billing.NOT_SENT);
        assertThat(refused.usage()).isEqualTo(Usage.none());
        assertThat(refused.classification().isRetryable()).isTrue();
    }

    @Test
    void anUnknownHostSaysWhatToCheck() {
        ChatReply reply = HttpTransport.standard().send(new LineExchange("http://nowhere.invalid/v1"), CONTEXT);

        assertThatThrownBy(reply::next)
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("check the base URL");
    }

    @Test
    void anErrorStatusIsClassifiedAndTellsWhenToTryAgain() throws IOException {
        ChatReply reply = answerOf(wire -> wire.respond(429, "retry-after: 2\r\n", "slow down"));

        ProviderException error = catchThrowableOfType(ProviderException.class, reply::next);
        assertThat(error.status()).isEqualTo(429);
        assertThat(error.code()).isEqualTo("code-429");
        assertThat(error).hasMessageContaining("slow down");
        assertThat(error.retryAfter()).contains(Duration.ofSeconds(2));
        assertThat(error.classification().isRetryable()).isTrue();
        assertThat(error.usage()).isEqualTo(Usage.none());
    }

    @Test
    void nothingIsSentTwiceWhateverTheAnswerSays() throws IOException {
        ChatReply reply = answerOf(wire -> wire.respond(503, "retry-after: 0\r\n", "busy"));

        assertThatThrownBy(reply::next).isInstanceOf(ProviderException.class);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void aRedirectIsNotFollowed() throws IOException {
        server = new RawServer(wire -> wire.respond(307, "location: " + server.url() + "\r\n", ""));
        ChatReply reply = HttpTransport.standard().send(new LineExchange(server.url()), CONTEXT);

        assertThatThrownBy(reply::next)
                .isInstanceOfSatisfying(
                        ProviderException.class, e -> assertThat(e.status()).isEqualTo(307));
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void anErrorInTheMidstOfAStreamCarriesWhatCame() throws IOException {
        ChatReply reply = answerOf(
                wire -> wire.stream().chunk("data: one\n\ndata: ERROR\n\n").end());
        reply.next();

        StreamInterruptedException error = catchThrowableOfType(StreamInterruptedException.class, reply::next);
        assertThat(error.partial().text()).isEqualTo("one");
    }

    @Test
    void anErrorBeforeAnyChunkOfAStreamIsTheProviders() throws IOException {
        ChatReply reply =
                answerOf(wire -> wire.stream().chunk("data: ERROR\n\n").end());

        ProviderException error = catchThrowableOfType(ProviderException.class, reply::next);
        assertThat(error.status()).isEqualTo(200);
        assertThat(error.type()).isEqualTo("server_error");
        assertThat(error.billing()).isEqualTo(Billing.MAYBE_BILLED);
    }

    @Test
    void aKeyThatIsEchoedIsMasked() throws IOException {
        ChatReply reply = answerOf(wire -> wire.respond(401, "", "no such key: sk-secret-1!"));

        ProviderException error = catchThrowableOfType(ProviderException.class, reply::next);
        assertThat(error).hasMessageContaining("no such key: ***!");
        assertThat(error.toString() + error.details()).doesNotContain("sk-secret-1");
    }

    @Test
    void aKeyIsGotForEachCall() throws IOException {
        server = new RawServer(wire -> wire.respond(200, "", "{}"));
        ApiKey key = ApiKey.perCall(context -> "key-of-" + context.caller().tenant());
        HttpTransport.standard()
                .send(new LineExchange(server.url(), key), CONTEXT)
                .await();

        assertThat(server.requests().get(0)).contains("Bearer key-of-acme");
        assertThat(key).hasToString("ApiKey[***]");
    }

    @Test
    void aMissingKeyIsOneClearErrorAndSendsNothing() throws IOException {
        server = new RawServer(wire -> wire.respond(200, "", "{}"));
        for (ApiKey key : List.of(
                ApiKey.perCall(context -> null), ApiKey.perCall(context -> "line\nbreak"), ApiKey.perCall(context -> {
                    throw new IllegalStateException("vault token 123");
                }))) {
            TaskException error = catchThrowableOfType(
                    TaskException.class,
                    HttpTransport.standard().send(new LineExchange(server.url(), key), CONTEXT)::next);
            assertThat(error).hasMessageContaining("API key").message().doesNotContain("vault", "break");
            assertThat(error.billing()).isEqualTo(Billing.NOT_SENT);
        }
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void aPageInsteadOfAnAnswerSaysSo() throws IOException {
        ChatReply reply = answerOf(wire -> wire.respond(200, "content-type: text/html\r\n", "<html>hello</html>"));

        assertThatThrownBy(reply::next)
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("text/html")
                .message()
                .doesNotContain("hello");
    }

    @Test
    void anAnswerAtWhichItsReaderStumblesIsMalformed() throws IOException {
        List<RawServer.Script> answers = List.of(
                wire -> wire.respond(200, "", "{}"),
                wire -> wire.stream().chunk("data: some\n\n").end(),
                wire -> wire.stream().chunk("data: END\n\n").end());
        for (RawServer.Script answer : answers) {
            server = new RawServer(answer);
            ChatReply reply = HttpTransport.standard().send(new StumblingExchange(server.url()), CONTEXT);

            TransportException error = catchThrowableOfType(TransportException.class, reply::next);

            assertThat(error)
                    .hasMessageContaining("lines/words-1")
                    .hasMessageContaining("malformed")
                    .hasMessageContaining("ArithmeticException at ")
                    .hasMessageContaining("StumblingExchange")
                    .message()
                    .doesNotContain("quoted");
            assertThat(error.classification().isRetryable()).isTrue();
            assertThat(error.classification().allows(Remedy.FALLBACK)).isTrue();
            assertThat(error.billing()).isEqualTo(Billing.MAYBE_BILLED);
            assertThat(error.usage()).isEqualTo(Usage.unknown());
            assertThat(error.partial().parts()).isEmpty();
            assertThat(reply.outcome().error()).isSameAs(error);
            server.close();
        }
    }

    @Test
    void anErrorAtWhichItsReaderStumblesKeepsItsStatus() throws IOException {
        server = new RawServer(wire -> wire.respond(503, "", "{}"));
        ChatReply reply = HttpTransport.standard().send(new StumblingExchange(server.url()), CONTEXT);

        ProviderException error = catchThrowableOfType(ProviderException.class, reply::next);

        assertThat(error.status()).isEqualTo(503);
        assertThat(error.classification().isRetryable()).isTrue();
        assertThat(error.billing()).isEqualTo(Billing.NOT_BILLED);
        assertThat(error).message().doesNotContain("quoted");
    }

    @Test
    void limitsOnSizeNameThemselves() throws IOException {
        HttpTransport transport = HttpTransport.builder()
                .maxLineBytes(100)
                .maxEventBytes(150)
                .maxBodyBytes(1_000)
                .build();
        String line = "data: " + "x".repeat(80) + "\n";
        List<String> bodies =
                List.of("data: " + "x".repeat(200) + "\n\n", line.repeat(2) + "\n", (line + "\n").repeat(20));
        List<String> settings = List.of("maxLineBytes", "maxEventBytes", "maxBodyBytes");
        for (int i = 0; i < bodies.size(); i++) {
            String body = bodies.get(i);
            try (RawServer own = new RawServer(wire -> wire.stream().chunk(body).end())) {
                ChatReply reply = transport.send(new LineExchange(own.url()), CONTEXT);
                assertThatThrownBy(() -> textsOf(reply))
                        .isInstanceOf(HoldfastException.class)
                        .hasMessageContaining("raise " + settings.get(i));
            }
        }
    }

    @Test
    void aConnectionIsUsedAgainAfterAnAnswer() throws IOException {
        server = new RawServer(
                wire -> wire.stream().chunk("data: one\n\ndata: END\n\n").end());
        HttpTransport transport = HttpTransport.standard();
        for (int i = 0; i < 3; i++) {
            assertThat(textsOf(transport.send(new LineExchange(server.url()), CONTEXT)))
                    .containsExactly("one");
        }
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void aCompressedAnswerIsReadAndMeasuredUncompressed() throws IOException {
        RawServer.Script script =
                wire -> wire.text("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n")
                        .chunk(gzip("data: " + "x".repeat(5_000) + "\n\ndata: END\n\n"))
                        .end();
        assertThat(textsOf(answerOf(script))).containsExactly("x".repeat(5_000));

        HttpTransport small = HttpTransport.builder().maxBodyBytes(4_000).build();
        assertThatThrownBy(() -> textsOf(small.send(new LineExchange(server.url()), CONTEXT)))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("maxBodyBytes");
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    /** However a close falls into a reading: one outcome, the same for everybody, and no connection kept. */
    @Test
    void closeRacesWithReading() throws Exception {
        server = new RawServer(wire -> {
            wire.stream();
            for (int i = 0; i < 20; i++) {
                wire.chunk("data: w\n\n");
            }
            wire.chunk("data: END\n\n").end();
        });
        OkHttpClient client = new OkHttpClient();
        HttpTransport transport = HttpTransport.builder().client(client).build();
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            ChatReply reply = transport.send(new LineExchange(server.url()), CONTEXT);
            AtomicReference<Outcome> seen = new AtomicReference<>();
            Thread consumer = new Thread(() -> {
                try {
                    textsOf(reply);
                } catch (CancelledException closed) {
                    // by the other thread
                }
                seen.set(reply.outcome());
            });
            int spins = random.nextInt(60_000);
            consumer.start();
            for (int i = 0; i < spins; i++) {
                Thread.onSpinWait();
            }
            reply.close();
            consumer.join();

            assertThat(reply.outcome()).isSameAs(seen.get()).isNotInstanceOf(Outcome.Failed.class);
            if (reply.outcome() instanceof Outcome.Completed) {
                assertThat(reply.outcome().message().text()).isEqualTo("w".repeat(20));
            }
        }
        assertThat(client.connectionPool().connectionCount())
                .isEqualTo(client.connectionPool().idleConnectionCount());
    }

    @Test
    void aBuilderNamesEveryWrongField() {
        assertThatThrownBy(() -> HttpTransport.builder()
                        .connectTimeout(Duration.ZERO)
                        .silenceTimeout(Duration.ofDays(30))
                        .maxBodyBytes(0)
                        .build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContainingAll("connectTimeout", "silenceTimeout", "maxBodyBytes");
    }
}
