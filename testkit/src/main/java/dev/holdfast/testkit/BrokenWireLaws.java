package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.StreamInterruptedException;
import dev.holdfast.error.TransportException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The half of {@link ProviderLaws} that is about answers which go wrong. */
abstract class BrokenWireLaws extends ProviderBench {
    /** How many answers of each kind are nonsense. */
    private static final int NONSENSE = 300;

    /** For subclasses. */
    BrokenWireLaws() {}

    @BeforeAll
    static final void assertJIsThere() {
        Kits.needAssertJ();
    }

    @Test
    final void neverPassesACutStreamOffAsComplete() {
        forEveryCut(WireFault::cutAfter);
        forEveryCut(WireFault::cutWithin);
    }

    @Test
    final void neverPassesAStreamWithoutItsEndOffAsComplete() {
        forEveryCut(WireFault::endAfter);
    }

    @Test
    final void neverPassesAResetStreamOffAsComplete() {
        forEveryCut(WireFault::resetAfter);
    }

    @Test
    final void neverPassesACutBodyOffAsComplete() {
        List<WireFault> faults = List.of(
                WireFault.cutAfter(0),
                WireFault.cutAfter(1),
                WireFault.cutWithin(1),
                WireFault.endAfter(1),
                WireFault.resetAfter(1));
        for (WireFault fault : faults) {
            HoldfastException failure = read(call(false), fault).failure();

            assertThat(failure).as("%s", fault).isInstanceOf(TransportException.class);
            assertThat(failure.classification().isRetryable())
                    .as("%s: %s", fault, failure.classification())
                    .isTrue();
            mayHaveCost(failure, fault);
        }
        assertThat(simulator.requests()).as("no retry of its own").hasSize(faults.size());
    }

    @Test
    final void aCutToolCallIsNoToolCall() {
        simulator
                .model(MODEL)
                .reply(FakeReply.toolCall("refund", "{\"order\":1234,\"amount\":10000}")
                        .cut());

        Read read = read(call(true));

        assertThat(read.failure()).isInstanceOfAny(StreamInterruptedException.class, TransportException.class);
    }

    @Test
    final void aResetBeforeTheAnswerIsRetryableAndNotRetried() {
        for (boolean streaming : new boolean[] {true, false}) {
            HoldfastException failure = read(call(streaming), WireFault.reset()).failure();

            assertThat(failure).isInstanceOf(TransportException.class);
            assertThat(failure.classification().isRetryable()).isTrue();
            mayHaveCost(failure, WireFault.reset());
        }
        assertThat(simulator.requests()).as("no retry of its own").hasSize(2);
    }

    @Test
    final void anErrorStatusSaysWhatItMeans() {
        Map<Integer, Boolean> retryableByStatus = Map.of(
                400, false, 401, false, 403, false, 404, false, 413, false, 429, true, 500, true, 502, true, 503, true,
                529, true);
        retryableByStatus.forEach((status, retryable) -> {
            String body =
                    format().wire().error(status, "", "", "Something is wrong.").toString();
            for (boolean streaming : new boolean[] {true, false}) {
                HoldfastException failure = read(call(streaming), WireFault.answer(status, "application/json", body))
                        .failure();

                assertThat(failure).as("status %s", status).isInstanceOf(ProviderException.class);
                assertThat(((ProviderException) failure).status()).isEqualTo(status);
                assertThat(failure).hasMessageContaining("Something is wrong.");
                assertThat(failure.classification().isRetryable())
                        .as("status %s: %s", status, failure.classification())
                        .isEqualTo(retryable);
                assertThat(failure.billing()).as("it was sent").isNotEqualTo(Billing.NOT_SENT);
                assertThat(failure.partial().parts()).isEmpty();
            }
        });
        assertThat(simulator.requests()).as("no retry of its own").hasSize(2 * retryableByStatus.size());
    }

    @Test
    final void anErrorInPlainTextIsAProvidersError() {
        WireFault fault = WireFault.answer(500, "text/plain", "upstream connect error");

        HoldfastException failure = read(call(true), fault).failure();

        assertThat(failure).isInstanceOf(ProviderException.class);
        assertThat(((ProviderException) failure).status()).isEqualTo(500);
        assertThat(failure.classification().isRetryable()).isTrue();
    }

    @Test
    final void aRateLimitSaysWhenToComeBack() {
        simulator.model(MODEL).reply(FakeReply.failing(Fault.rateLimited(Duration.ofSeconds(7))));

        HoldfastException failure = read(call(true)).failure();

        assertThat(failure).isInstanceOf(ProviderException.class);
        assertThat(failure.retryAfter()).contains(Duration.ofSeconds(7));
    }

    @Test
    final void anErrorWithinAStreamIsAnError() {
        for (int events = 0; events <= contentEnd(); events++) {
            Read read = read(call(true), WireFault.errorAfter(events));
            HoldfastException failure = read.failure();

            assertThat(failure)
                    .as("an error after %s events and '%s'", events, read.said())
                    .isInstanceOf(read.said().isEmpty() ? ProviderException.class : StreamInterruptedException.class);
            assertThat(failure.classification().isRetryable())
                    .as("%s", failure.classification())
                    .isTrue();
            carriesWhatCame(read, "an error after " + events + " events");
        }
    }

    @Test
    final void anErrorInsteadOfABodyIsAnError() {
        assertThat(read(call(false), WireFault.errorAfter(0)).failure()).isInstanceOf(ProviderException.class);
    }

    @Test
    final void garbageWithinAStreamIsNoAnswer() {
        for (int events = 0; events <= contentEnd(); events++) {
            Read read = read(call(true), WireFault.garbageAfter(events));

            assertThat(read.failure())
                    .as("garbage after %s events and '%s'", events, read.said())
                    .isInstanceOf(read.said().isEmpty() ? TransportException.class : StreamInterruptedException.class);
            carriesWhatCame(read, "garbage after " + events + " events");
        }
    }

    @Test
    final void garbageInsteadOfAnAnswerIsNoAnswer() {
        List<WireFault> faults = List.of(
                WireFault.answer(200, "text/html", "<html>Please log in.</html>"),
                WireFault.answer(200, "application/json", ""),
                WireFault.answer(200, "application/json", "{}"),
                WireFault.answer(200, "application/json", "[]"),
                WireFault.answer(200, "application/json", "null"),
                WireFault.answer(200, "application/json", "{\"choices\":[{\"mess"),
                WireFault.answer(200, "text/event-stream", ""));
        for (WireFault fault : faults) {
            for (boolean streaming : new boolean[] {true, false}) {
                HoldfastException failure = read(call(streaming), fault).failure();

                assertThat(failure).as("%s '%s'", fault.contentType, fault.body).isInstanceOf(TransportException.class);
                assertThat(failure.getMessage()).isNotBlank();
            }
        }
    }

    @Test
    final void whateverComesIsAnAnswerOrAFailureOfTheProvider() {
        ChatModel model = model(baseUrl());
        for (long seed = 0; seed < NONSENSE; seed++) {
            Nonsense nonsense = new Nonsense(format(), seed);
            readNonsense(model, false, 200, "application/json", nonsense.whole());
            readNonsense(model, true, 200, "text/event-stream", nonsense.stream());
            readNonsense(model, seed % 2 == 0, 500, "application/json", nonsense.error(500));
        }
    }

    private void readNonsense(ChatModel model, boolean streaming, int status, String type, String body) {
        simulator.model(MODEL).fault(WireFault.answer(status, type, body));
        long start = runtime.nanoTime();
        Read read;
        try {
            read = read(model.send(call(streaming)));
        } catch (RuntimeException e) {
            throw new AssertionError("what is thrown is no HoldfastException, on " + body, e);
        }
        assertThat(runtime.nanoTime() - start).as("time for %s", body).isLessThan(bound().toNanos());
        HoldfastException failure = read.thrown();
        if (failure != null) {
            assertThat(failure)
                    .as("what fails is the provider, on %s", body)
                    .isInstanceOfAny(
                            ProviderException.class, TransportException.class, StreamInterruptedException.class);
            assertThat(failure instanceof ProviderException
                            || !failure.classification().remedies().isEmpty())
                    .as("something helps against %s", body)
                    .isTrue();
        }
    }

    @Test
    final void aLineWithoutEndIsRefused() {
        WireFault fault = WireFault.longLineAfter(contentEnd(), 2 * longestLine());

        assertThat(read(call(true), fault).failure()).isInstanceOf(StreamInterruptedException.class);
    }

    @Test
    final void nobodyThereCostsNothing() throws IOException {
        HoldfastException failure = failureOfNobody();

        assertThat(failure).isInstanceOf(TransportException.class);
        assertThat(failure.classification().isRetryable()).isTrue();
        assertThat(failure.billing()).isEqualTo(Billing.NOT_SENT);
        assertThat(failure.usage()).isEqualTo(Usage.none());
    }

    @Test
    final void theKeyIsNeverTold() throws IOException {
        ChatModel model = model(baseUrl());
        String echo = format().wire()
                .error(401, "", "", "Incorrect API key provided: " + KEY)
                .toString();
        List<WireFault> faults = List.of(
                WireFault.answer(401, "application/json", echo),
                WireFault.answer(401, "text/plain", "no such key: " + KEY),
                WireFault.answer(200, "application/json", "{\"" + KEY),
                WireFault.reset(),
                WireFault.cutAfter(1));
        List<String> told = new ArrayList<>(List.of(model.toString()));
        for (WireFault fault : faults) {
            simulator.model(MODEL).fault(fault);
            ChatReply reply = model.send(call(true));
            told.add(tracesOf(read(reply).failure()));
            told.add(reply.toString());
        }
        told.add(tracesOf(failureOfNobody()));

        assertThat(simulator.lastRequest().hasKey(KEY)).isTrue();
        assertThat(told).noneMatch(text -> text.contains(KEY));
    }

    private void forEveryCut(IntFunction<WireFault> cut) {
        int before = simulator.requests().size();
        for (int events = 0; events <= contentEnd(); events++) {
            WireFault fault = cut.apply(events);
            Read read = read(call(true), fault);
            HoldfastException failure = read.failure();

            assertThat(failure)
                    .as("%s, '%s' came", fault, read.said())
                    .isInstanceOf(read.said().isEmpty() ? TransportException.class : StreamInterruptedException.class);
            assertThat(failure.classification().isRetryable())
                    .as("%s: %s", fault, failure.classification())
                    .isTrue();
            carriesWhatCame(read, fault.toString());
            mayHaveCost(failure, fault);
        }
        assertThat(simulator.requests()).as("no retry of its own").hasSize(before + contentEnd() + 1);
    }

    static void carriesWhatCame(Read read, String when) {
        String partial = read.outcome().message().text();
        assertThat(WORDS).as(when).startsWith(partial);
        assertThat(partial).as("what came goes with the error: %s", when).startsWith(read.said());
    }

    static void mayHaveCost(HoldfastException failure, Object when) {
        Usage usage = failure.usage();
        assertThat(failure.billing()).as("%s", when).isEqualTo(Billing.MAYBE_BILLED);
        assertThat(!usage.isKnown() || (usage.isEstimated() && usage.total() > 0))
                .as("%s: usage %s, but nobody said that it was nothing", when, usage)
                .isTrue();
    }

    /** The failure of a call to where nobody listens. The port is bound: nobody else can get it meanwhile. */
    private HoldfastException failureOfNobody() throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        try (Socket reserved = new Socket()) {
            reserved.bind(new InetSocketAddress(here, 0));
            URI nowhere =
                    URI.create("http://" + here.getHostAddress() + ":" + reserved.getLocalPort() + format().basePath());
            return read(model(nowhere).send(call(true))).failure();
        }
    }

    private static String tracesOf(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }
}
