package dev.holdfast.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.groups.Tuple.tuple;

import dev.holdfast.chat.Attempt;
import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.AttemptKind;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.Deadline;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.error.Remedy;
import dev.holdfast.error.StreamInterruptedException;
import dev.holdfast.event.Event;
import dev.holdfast.event.Events;
import java.io.IOException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RetryTest {
    private static final CallContext ANN = CallContext.of(Caller.of("acme", "ann"));
    private static final ChatRequest HELLO = ChatRequest.of("Hello");

    private final ManualRuntime runtime = ManualRuntime.passing();

    private Retry.Builder retry() {
        return Retry.builder().runtime(runtime);
    }

    @Test
    void anAnswerAtOnceIsLeftAsItIs() {
        Script model = Script.of("a").answers("Hi");
        ChatResponse response = retry().build().around(model).chat(HELLO, ANN);

        assertThat(response.text()).isEqualTo("Hi");
        assertThat(response.attempts()).isEmpty();
        assertThat(runtime.waits()).isEmpty();
        assertThat(model.calls.get(0).context()).isSameAs(ANN);
    }

    @Test
    void aPredicateThatThrowsDoesNotHideTheFailure() {
        Script model = Script.of("a").fails(Script.status(503, Remedy.RETRY)).answers("Hi");
        Retry broken = retry().retryOn(error -> {
                    throw new IllegalStateException("a bug in the predicate");
                })
                .build();

        assertThat(broken.around(model).chat(HELLO, ANN).text()).isEqualTo("Hi");

        assertThatThrownBy(() -> broken.call(ANN, () -> {
                    throw new java.util.zip.DataFormatException("wrong");
                }))
                .hasMessage("wrong");
    }

    @Test
    void workIsToldWhichAttemptItIs() throws Exception {
        List<Integer> attempts = new ArrayList<>();

        String result = retry().build().call(ANN, within -> {
            attempts.add(within.attempt());
            if (attempts.size() < 3) {
                throw new IOException("reset");
            }
            return "done";
        });

        assertThat(result).isEqualTo("done");
        assertThat(attempts).containsExactly(1, 2, 3);
        assertThat(runtime.waits()).hasSize(2);
    }

    @Test
    void triesAgainAndTellsOfAllAttempts() {
        Script model = Script.of("a")
                .fails(Script.status(503, Remedy.RETRY))
                .fails(Script.status(500, Remedy.RETRY))
                .answers("Hi");
        ChatResponse response = retry().build().around(model).chat(HELLO, ANN);

        assertThat(response.text()).isEqualTo("Hi");
        assertThat(response.attempts())
                .extracting(Attempt::number, Attempt::kind, Attempt::endpoint, Attempt::failure)
                .containsExactly(
                        tuple(1, AttemptKind.FIRST, "fake/a", "status 503"),
                        tuple(2, AttemptKind.RETRY, "fake/a", "status 500"),
                        tuple(3, AttemptKind.RETRY, "fake/a", null));
        assertThat(model.calls).extracting(call -> call.context().attempt()).containsExactly(1, 2, 3);
        assertThat(response.usage()).isEqualTo(Usage.of(12, 5));
    }

    @Test
    void theLastErrorCarriesAllAttemptsAndWhatTheyUsed() {
        Script model = Script.of("a").fails(Script.status(503, Remedy.RETRY)).fails(Script.status(500, Remedy.RETRY));
        ProviderException error = catchThrowableOfType(
                ProviderException.class, () -> retry().build().around(model).chat(HELLO, ANN));

        assertThat(error.status()).isEqualTo(500);
        assertThat(error.attempts()).hasSize(3).noneMatch(Attempt::succeeded);
        assertThat(error.getSuppressed()).hasSize(2);
        assertThat(error.usage()).isEqualTo(Usage.of(3, 0));
        assertThat(error.billing()).isEqualTo(Billing.MAYBE_BILLED);
    }

    @Test
    void waitsWithFullJitterUpToADoublingBound() {
        Script model = Script.of("a").fails(Script.status(503, Remedy.RETRY));
        Duration base = Duration.ofMillis(100);
        Duration max = Duration.ofMillis(350);
        Retry retry = retry().maxAttempts(6).backoff(base, max).build();
        for (int i = 0; i < 200; i++) {
            assertThatThrownBy(() -> retry.around(model).chat(HELLO, ANN)).isInstanceOf(ProviderException.class);
        }
        long[] bounds = {100, 200, 350, 350, 350};
        for (int n = 0; n < bounds.length; n++) {
            long longest = 0;
            long shortest = Long.MAX_VALUE;
            for (int i = n; i < runtime.waits().size(); i += bounds.length) {
                longest = Math.max(longest, runtime.waits().get(i).toNanos());
                shortest = Math.min(shortest, runtime.waits().get(i).toNanos());
            }
            long bound = Duration.ofMillis(bounds[n]).toNanos();
            assertThat(longest).isBetween(bound * 9 / 10, bound);
            assertThat(shortest).isLessThan(bound / 10);
        }
    }

    @Test
    void k12_retriesOfTwoLayersDoNotMultiply() {
        Script model = Script.of("a").fails(Script.status(503, Remedy.RETRY));
        Retry outer = retry().maxAttempts(3).build();
        Retry inner = retry().maxAttempts(3).build();

        assertThatThrownBy(() -> outer.over(inner).around(model).chat(HELLO, ANN))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        error -> assertThat(error.attempts()).hasSize(3));
        assertThat(model.asked()).isEqualTo(3);
    }

    @Test
    void k13_obeysWhatTheFailureSaysOfWhenToComeBack() {
        Script model =
                Script.of("a").fails(Script.comeBackIn(Duration.ofSeconds(7))).answers("Hi");
        Duration base = Duration.ofMillis(200);
        assertThat(retry().backoff(base, base)
                        .build()
                        .around(model)
                        .chat(HELLO, ANN)
                        .text())
                .isEqualTo("Hi");

        assertThat(runtime.waits()).hasSize(1);
        assertThat(runtime.waits().get(0)).isBetween(Duration.ofSeconds(7), Duration.ofMillis(7200));
    }

    @Test
    void k13_whoAsksForMorePatienceThanAllowedIsNotTriedAgain() {
        Script model =
                Script.of("a").fails(Script.comeBackIn(Duration.ofHours(1))).answers("Hi");
        HoldfastException error = catchThrowableOfType(
                HoldfastException.class, () -> retry().build().around(model).chat(HELLO, ANN));

        assertThat(error.retryAfter()).contains(Duration.ofHours(1));
        assertThat(model.asked()).isEqualTo(1);
        assertThat(runtime.waits()).isEmpty();
    }

    @Test
    void k13_theWaitIsNeverLongerThanItsBound() {
        Script model =
                Script.of("a").fails(Script.comeBackIn(Duration.ofSeconds(5))).answers("Hi");
        Duration five = Duration.ofSeconds(5);
        retry().maxWait(five).build().around(model).chat(HELLO, ANN);
        assertThat(runtime.waits()).containsExactly(five);
    }

    @Test
    void k14_aWrongRequestAndAnEmptyAccountAreNotTriedAgain() {
        for (ProviderException error : List.of(
                Script.status(400),
                Script.status(401, Remedy.ESCALATE),
                Script.error(429, "insufficient_quota", null, Remedy.ESCALATE, Remedy.FALLBACK),
                Script.status(413, Remedy.SHRINK))) {
            Script model = Script.of("a").fails(error).answers("Hi");
            assertThatThrownBy(() -> retry().build().around(model).chat(HELLO, ANN))
                    .isSameAs(error);
            assertThat(model.asked()).isEqualTo(1);
        }
    }

    @Test
    void onceMeansOnce() {
        Script model = Script.of("a").fails(Script.status(424, Remedy.RETRY_ONCE));
        assertThatThrownBy(() -> retry().maxAttempts(5).build().around(model).chat(HELLO, ANN))
                .isInstanceOf(ProviderException.class);
        assertThat(model.asked()).isEqualTo(2);
    }

    @Test
    void aRefusalIsNotWaitedFor() {
        RejectedException refusal = new RejectedException(
                Refusal.of(Refusal.Kind.RATE_LIMIT, "rate", "too many").retryAfter(Duration.ofMillis(1)),
                ErrorDetails.nothingSent(ANN));
        Script model = Script.of("a").fails(refusal).answers("Hi");
        assertThatThrownBy(() -> retry().build().around(model).chat(HELLO, ANN)).isSameAs(refusal);
    }

    @Test
    void k17_aStreamIsTriedAgainBeforeItsFirstChunkOnly() {
        Script model = Script.of("a").fails(Script.status(503, Remedy.RETRY)).breaksAfter("One ");
        ChatReply reply = retry().build().around(model).send(new ChatCall(HELLO, ANN));

        assertThat(reply.next()).extracting("text").isEqualTo("One ");
        assertThatThrownBy(reply::next).isInstanceOf(StreamInterruptedException.class);
        assertThat(model.asked()).isEqualTo(2);
    }

    @Test
    void k18_aCutStreamEndsInAnErrorThatCarriesWhatCame() {
        Script model = Script.of("a").breaksAfter("One ");
        ChatReply reply = retry().build().around(model).send(new ChatCall(HELLO, ANN));
        reply.next();
        assertThatThrownBy(reply::next)
                .isInstanceOfSatisfying(
                        StreamInterruptedException.class,
                        error -> assertThat(error.partial().text()).isEqualTo("One "));
        assertThat(reply.outcome()).isInstanceOf(Outcome.Failed.class);
    }

    @Test
    void whatWasDeliveredAndBilledIsNotPaidForTwice() {
        ProviderException error = Script.status(500, Remedy.RETRY);
        HoldfastException billed = error.with(error.details().toBuilder()
                .usage(Usage.of(10, 10), Billing.BILLED)
                .partial(Message.assistant("Half of it"))
                .build());
        Script model = Script.of("a").fails(billed).answers("Hi");
        assertThatThrownBy(() -> retry().build().around(model).chat(HELLO, ANN)).isSameAs(billed);
    }

    @Test
    void noAttemptBeginsThatTheDeadlineWouldNotLetEnd() {
        Script model = Script.of("a").fails(Script.comeBackIn(Duration.ofSeconds(2)));
        CallContext context = ANN.toBuilder()
                .deadline(Deadline.in(Duration.ofSeconds(5), runtime))
                .build();
        ProviderException error = catchThrowableOfType(
                ProviderException.class,
                () -> retry().maxAttempts(10).build().around(model).chat(HELLO, context));

        assertThat(error.attempts()).hasSize(model.asked());
        assertThat(model.asked()).isBetween(2, 3);
        assertThat(runtime.nanoTime()).isLessThan(Duration.ofSeconds(5).toNanos());
    }

    @Test
    void k21_anInterruptEndsTheWaitKeepsItsFlagAndIsACancellation() {
        ManualRuntime parking = ManualRuntime.parking();
        Script model = Script.of("a").fails(Script.status(503, Remedy.RETRY));
        ChatReply reply = Retry.builder().runtime(parking).build().around(model).send(new ChatCall(HELLO, ANN));
        Thread.currentThread().interrupt();

        assertThatThrownBy(reply::next)
                .isInstanceOfSatisfying(
                        CancelledException.class,
                        error -> assertThat(error.attempts()).hasSize(1));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
        assertThat(model.asked()).isEqualTo(1);
    }

    @Test
    void aCloseFromAnotherThreadEndsTheWait() throws Exception {
        ManualRuntime parking = ManualRuntime.parking();
        Script model = Script.of("a").fails(Script.status(503, Remedy.RETRY));
        ChatReply reply = Retry.builder().runtime(parking).build().around(model).send(new ChatCall(HELLO, ANN));
        CompletableFuture<Object> reading = CompletableFuture.supplyAsync(reply::next);
        parking.awaitParked(1);
        reply.close();

        assertThatThrownBy(() -> reading.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(CancelledException.class);
        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
        assertThat(model.asked()).isEqualTo(1);
    }

    @Test
    void aCloseEndsEveryWaitOfARetryThatStandsInFrontOfAnother() throws Exception {
        ManualRuntime parking = ManualRuntime.parking();
        CountDownLatch second = new CountDownLatch(1);
        Script model = Script.of("a").fails(Script.status(503, Remedy.RETRY)).replies(call -> {
            second.countDown();
            return ChatReply.failed(Script.status(503, Remedy.RETRY));
        });
        Retry inner = Retry.builder().retryOn(error -> false).runtime(parking).build();
        Retry outer = Retry.builder().runtime(parking).build();
        ChatReply reply = outer.around(inner.around(model)).send(new ChatCall(HELLO, ANN));
        CompletableFuture<Object> reading = CompletableFuture.supplyAsync(reply::next);
        parking.awaitParked(1);
        parking.advance(Duration.ofSeconds(1));
        assertThat(second.await(10, TimeUnit.SECONDS)).isTrue();
        parking.awaitParked(1);
        reply.close();

        assertThatThrownBy(() -> reading.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(CancelledException.class);
        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
        assertThat(model.asked()).isEqualTo(2);
    }

    @Test
    void aCloseFromAnotherThreadEndsTheAttempt() throws Exception {
        Hanging hanging = new Hanging(false);
        Script model = Script.of("a").fails(Script.status(503, Remedy.RETRY)).replies(call -> hanging);
        ChatReply reply = retry().build().around(model).send(new ChatCall(HELLO, ANN));
        CompletableFuture<Object> reading = CompletableFuture.supplyAsync(reply::next);
        assertThat(hanging.reading.await(10, TimeUnit.SECONDS)).isTrue();
        reply.close();

        assertThatThrownBy(() -> reading.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(CancelledException.class);
        assertThat(hanging.isClosed()).isTrue();
        assertThat(model.asked()).isEqualTo(2);
    }

    @Test
    void anyWorkIsTriedAgainAfterTroubleWithTransfer() throws Exception {
        AtomicInteger times = new AtomicInteger();
        String result = retry().build().call(ANN, () -> {
            if (times.incrementAndGet() < 3) {
                throw new IOException("reset");
            }
            return "done";
        });
        assertThat(result).isEqualTo("done");
        assertThat(times).hasValue(3);
    }

    @Test
    void whatAnApplicationsOwnModelThrewUnclassifiedIsJudgedByItsStatus() {
        Script busy = Script.of("house")
                .fails(new ProviderException("busy", 503, "", "", ErrorDetails.nothingSent(), null))
                .answers("done");
        assertThat(retry().build().around(busy).chat("go")).isEqualTo("done");

        ProviderException wrong = new ProviderException("no", 400, "", "", ErrorDetails.nothingSent(), null);
        Script refusing = Script.of("house").fails(wrong).answers("done");
        assertThatThrownBy(() -> retry().build().around(refusing).chat("go")).isSameAs(wrong);
    }

    @Test
    void whatWasOnlyCarriedByAFutureIsTriedAgain() throws Exception {
        AtomicInteger times = new AtomicInteger();
        String result = retry().build().call(ANN, () -> {
            if (times.incrementAndGet() < 2) {
                throw new ExecutionException(new IOException("reset"));
            }
            return "done";
        });
        assertThat(result).isEqualTo("done");
    }

    @Test
    void workWithADatabaseIsTriedAgainAfterWhatPassesThere() throws Exception {
        AtomicInteger times = new AtomicInteger();
        String result = retry().build().call(ANN, () -> {
            switch (times.incrementAndGet()) {
                case 1 -> throw new SQLTransientConnectionException("connection is not available");
                case 2 -> throw new SQLRecoverableException("connection was closed");
                default -> {
                    return "done";
                }
            }
        });
        assertThat(result).isEqualTo("done");

        times.set(0);
        assertThatThrownBy(() -> retry().build().call(ANN, () -> {
                    times.incrementAndGet();
                    throw new SQLIntegrityConstraintViolationException("there is one already");
                }))
                .isInstanceOf(SQLIntegrityConstraintViolationException.class);
        assertThat(times).hasValue(1);
    }

    @Test
    void otherTroubleOfAnyWorkIsThrownAsItIsUnlessAPredicateSaysMore() throws Exception {
        AtomicInteger times = new AtomicInteger();
        IllegalStateException trouble = new IllegalStateException("once");
        assertThatThrownBy(() -> retry().build().call(ANN, () -> {
                    times.incrementAndGet();
                    throw trouble;
                }))
                .isSameAs(trouble);
        assertThat(times).hasValue(1);

        times.set(0);
        Retry wide = retry().retryOn(error -> Retry.isRetryable(error) || error.getCause() == trouble)
                .build();
        assertThat(wide.<String>call(ANN, () -> {
                    if (times.incrementAndGet() == 1) {
                        throw trouble;
                    }
                    return "done";
                }))
                .isEqualTo("done");
    }

    @Test
    void tellsOfEveryRetry() {
        List<Event> heard = new ArrayList<>();
        Script model = Script.of("a").fails(Script.status(503, Remedy.RETRY)).answers("Hi");
        retry().events(Events.to(heard::add)).build().around(model).chat(HELLO, ANN);

        assertThat(heard).singleElement().isInstanceOfSatisfying(ResilienceEvent.Retrying.class, event -> {
            assertThat(event.delay()).isEqualTo(runtime.waits().get(0));
            assertThat(event.why()).hasMessage("status 503");
        });
    }

    @Test
    void oneAttemptMeansNoLayer() {
        Script model = Script.of("a");
        assertThat(retry().maxAttempts(1).build().around(model)).isSameAs(model);
    }

    @Test
    void theBuilderNamesEverythingThatIsWrong() {
        assertThatThrownBy(() -> Retry.builder()
                        .maxAttempts(0)
                        .backoff(Duration.ofSeconds(2), Duration.ofSeconds(1))
                        .maxWait(Duration.ZERO)
                        .build())
                .isInstanceOfSatisfying(
                        InvalidConfigurationException.class,
                        error -> assertThat(error.problems())
                                .extracting("path")
                                .containsExactlyInAnyOrder("maxAttempts", "backoff.max", "maxWait"));
    }
}
