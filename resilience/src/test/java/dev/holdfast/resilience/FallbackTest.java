package dev.holdfast.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.groups.Tuple.tuple;

import dev.holdfast.chat.Attempt;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Money;
import dev.holdfast.context.AttemptKind;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.Deadline;
import dev.holdfast.context.Scope;
import dev.holdfast.context.ScopeKey;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.Classification;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.InvalidOutputException;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.error.Remedy;
import dev.holdfast.error.StreamInterruptedException;
import dev.holdfast.error.TaskException;
import dev.holdfast.error.TransportException;
import dev.holdfast.event.Event;
import dev.holdfast.event.Events;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FallbackTest {
    private static final CallContext ANN = CallContext.of(Caller.of("acme", "ann"));
    private static final ChatRequest HELLO = ChatRequest.of("Hello");
    private static final ProviderException DOWN = Script.status(503, Remedy.RETRY);

    private final ManualRuntime runtime = ManualRuntime.passing();

    private static RejectedException refusal(Refusal.Kind kind) {
        return new RejectedException(Refusal.of(kind, "rule", "because"), ErrorDetails.nothingSent(ANN));
    }

    @Test
    void aPredicateThatThrowsDoesNotHideTheFailure() {
        Script first = Script.of("a").fails(Script.status(503, Remedy.FALLBACK));
        Script second = Script.of("b").answers("Hi");

        ChatModel broken = Fallback.builder()
                .to(second)
                .fallBackOn(error -> {
                    throw new IllegalStateException("a bug in the predicate");
                })
                .build()
                .around((ChatModel) first);

        assertThat(broken.chat(ChatRequest.of("Hello"), CallContext.of(Caller.of("acme", "ann")))
                        .text())
                .isEqualTo("Hi");
    }

    @Test
    void k20_saysWhoAnsweredAndAfterWhichFailures() {
        List<Event> heard = new ArrayList<>();
        Script primary = Script.of("primary").fails(DOWN);
        Script backup = Script.of("backup").answers("Hi");
        ChatResponse response = Fallback.builder()
                .to(backup)
                .runtime(runtime)
                .events(Events.to(heard::add))
                .build()
                .around(primary)
                .chat(HELLO, ANN);

        assertThat(response.endpoint().id()).isEqualTo("fake/backup");
        assertThat(response.attempts())
                .extracting(Attempt::number, Attempt::kind, Attempt::endpoint, Attempt::failure)
                .containsExactly(
                        tuple(1, AttemptKind.FIRST, "fake/primary", "status 503"),
                        tuple(2, AttemptKind.FALLBACK, "fake/backup", null));
        assertThat(backup.calls.get(0).context().attemptKind()).isEqualTo(AttemptKind.FALLBACK);
        assertThat(heard).singleElement().isInstanceOfSatisfying(ResilienceEvent.FellBack.class, event -> {
            assertThat(event.from()).isEqualTo("fake/primary");
            assertThat(event.to()).isEqualTo("fake/backup");
            assertThat(event.why()).isSameAs(DOWN);
        });
    }

    @Test
    void k20_theRequestGoesToTheOtherTargetAsItWasAsked() {
        ChatRequest request = HELLO.toBuilder().option("fake", "seed", "1").build();
        Script primary = Script.of("primary").fails(DOWN);
        Script backup = Script.of("backup").answers("Hi");
        Fallback.of(backup).around(primary).chat(request, ANN);
        assertThat(backup.calls.get(0).request()).isSameAs(request);
    }

    @Test
    void k17_doesNotRunWhenThePrimarySucceeded() {
        Script primary = Script.of("primary").answers("Exception: is what you asked me to say");
        Script backup = Script.of("backup").answers("Hi");
        ChatResponse response = Fallback.of(backup).around(primary).chat(HELLO, ANN);
        assertThat(response.text()).startsWith("Exception:");
        assertThat(response.attempts()).isEmpty();
        assertThat(backup.asked()).isZero();
    }

    @Test
    void k17_streamsFallBackBeforeTheirFirstChunk() {
        Script primary = Script.of("primary").fails(DOWN);
        Script backup = Script.of("backup").streams("One ", "two");
        ChatReply reply = Fallback.of(backup).around(primary).send(new ChatCall(HELLO, ANN));
        assertThat(List.of(text(reply), text(reply))).containsExactly("One ", "two");
        assertThat(reply.next()).isNull();
    }

    @Test
    void k18_aStreamThatBrokeIsNotPatchedTogetherFromTwo() {
        Script primary = Script.of("primary").breaksAfter("One ");
        Script backup = Script.of("backup").answers("Hi");
        ChatReply reply = Fallback.builder()
                .to(backup)
                .answer("Sorry.")
                .build()
                .around(primary)
                .send(new ChatCall(HELLO, ANN));
        assertThat(text(reply)).isEqualTo("One ");
        assertThatThrownBy(reply::next)
                .isInstanceOfSatisfying(
                        StreamInterruptedException.class,
                        error -> assertThat(error.partial().text()).isEqualTo("One "));
        assertThat(backup.asked()).isZero();
    }

    private static String text(ChatReply reply) {
        Chunk chunk = reply.next();
        assertThat(chunk).isNotNull();
        return chunk.text();
    }

    @Test
    void k14_aRequestThatIsItselfWrongGoesNowhereElse() {
        ProviderException wrong = Script.status(400);
        Script backup = Script.of("backup").answers("Hi");
        assertThatThrownBy(() -> Fallback.builder()
                        .to(backup)
                        .answer("Sorry.")
                        .build()
                        .around(Script.of("primary").fails(wrong))
                        .chat(HELLO, ANN))
                .isSameAs(wrong);
        assertThat(backup.asked()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = Refusal.Kind.class,
            names = {"RATE_LIMIT", "BREAKER_OPEN", "OVERLOAD", "NO_TARGET", "BUDGET"})
    void k15_aRefusalOfOurOwnFallsBack(Refusal.Kind kind) {
        Script primary = Script.of("primary").fails(refusal(kind));
        Script backup = Script.of("backup").answers("Hi");
        assertThat(Fallback.of(backup).around(primary).chat(HELLO, ANN).text()).isEqualTo("Hi");
    }

    @Test
    void aLimitOfTheCallerIsToldAndNotCoveredUp() {
        ScopeKey ann = ScopeKey.of(Scope.USER, "acme", "ann");
        RejectedException tooFast = new RejectedException(
                Refusal.of(Refusal.Kind.RATE_LIMIT, "60 a minute", "too much").scope(ann),
                ErrorDetails.nothingSent(ANN));
        RejectedException spent = new RejectedException(
                Refusal.of(Refusal.Kind.BUDGET, "1000 a day", "used up").scope(ann), ErrorDetails.nothingSent(ANN));
        Script cheaper = Script.of("cheaper").answers("Hi");
        Script alsoSpent = Script.of("backup").fails(spent);

        assertThatThrownBy(() -> Fallback.builder()
                        .to(cheaper)
                        .answer("Sorry.")
                        .build()
                        .around(Script.of("primary").fails(tooFast))
                        .chat(HELLO, ANN))
                .isSameAs(tooFast);
        assertThat(cheaper.asked()).isZero();
        assertThat(Fallback.of(cheaper)
                        .around(Script.of("primary").fails(spent))
                        .chat(HELLO, ANN)
                        .text())
                .isEqualTo("Hi");
        assertThatThrownBy(() -> Fallback.builder()
                        .to(alsoSpent)
                        .answer("Sorry.")
                        .build()
                        .around(Script.of("primary").fails(spent))
                        .chat(HELLO, ANN))
                .isInstanceOfSatisfying(
                        RejectedException.class,
                        e -> assertThat(e.refusal().kind()).isEqualTo(Refusal.Kind.BUDGET));
    }

    @Test
    void k19_aMissingPermissionIsNotRoutedAround() {
        RejectedException forbidden = refusal(Refusal.Kind.PERMISSION);
        Script backup = Script.of("backup").answers("Hi");
        assertThatThrownBy(() -> Fallback.builder()
                        .to(backup)
                        .fallBackOn(error -> true)
                        .build()
                        .around(Script.of("primary").fails(forbidden))
                        .chat(HELLO, ANN))
                .isSameAs(forbidden);
        assertThat(backup.asked()).isZero();
    }

    @Test
    void k19_aRefusalOfTheContentIsNotRoutedAround() {
        ProviderException filtered = Script.error(400, "content_filter", null, Remedy.FALLBACK);
        Script backup = Script.of("backup").answers("Hi");
        assertThatThrownBy(() -> Fallback.builder()
                        .to(backup)
                        .fallBackOn(error -> true)
                        .build()
                        .around(Script.of("primary").fails(filtered))
                        .chat(HELLO, ANN))
                .isSameAs(filtered);

        Script declines = Script.of("primary");
        ChatResponse refused = declines.response("I cannot help with that").toBuilder()
                .finishReason(FinishReason.REFUSAL)
                .build();
        declines.replies(call -> ChatReply.completed(refused));
        assertThat(Fallback.of(backup).around(declines).chat(HELLO, ANN).finishReason())
                .isEqualTo(FinishReason.REFUSAL);
        assertThat(backup.asked()).isZero();
    }

    @Test
    void k19_aRequestThatIsTooLargeGoesToMoreRoomOnly() {
        Endpoint middle = endpoint("middle", 32_000);
        ProviderException tooLarge = Script.error(400, "context_length_exceeded", null, Remedy.SHRINK);
        HoldfastException ofMiddle =
                tooLarge.with(tooLarge.details().toBuilder().endpoint(middle).build());
        Script primary = Script.of(middle).fails(ofMiddle);
        Script small = Script.of(endpoint("small", 8_000)).answers("small");
        Script large = Script.of(endpoint("large", 200_000)).answers("large");

        assertThat(Fallback.of(small, large).around(primary).chat(HELLO, ANN).text())
                .isEqualTo("large");
        assertThat(small.asked()).isZero();
        assertThatThrownBy(() -> Fallback.builder()
                        .to(small)
                        .answer("Sorry.")
                        .build()
                        .around(primary)
                        .chat(HELLO, ANN))
                .isSameAs(ofMiddle);
    }

    private static Endpoint endpoint(String model, int window) {
        return Endpoint.builder("fake", model).contextWindow(window).build();
    }

    @Test
    void onceARequestWasTooLargeNobodyWithLessRoomIsAskedWhateverFailsInBetween() {
        Endpoint middle = endpoint("middle", 32_000);
        ProviderException tooLarge = Script.error(400, "context_length_exceeded", null, Remedy.SHRINK);
        Script primary = Script.of(middle)
                .fails(tooLarge.with(
                        tooLarge.details().toBuilder().endpoint(middle).build()));
        Script large = Script.of(endpoint("large", 200_000)).fails(DOWN);
        Script small = Script.of(endpoint("small", 8_000)).answers("never");

        assertThatThrownBy(() -> Fallback.of(large, small).around(primary).chat(HELLO, ANN))
                .isInstanceOf(ProviderException.class);

        assertThat(large.asked()).isEqualTo(1);
        assertThat(small.asked()).isZero();
    }

    @Test
    void theFixedAnswerSaysThatItIsOne() {
        ChatResponse response = Fallback.builder()
                .to(Script.of("backup").fails(DOWN))
                .answer("We will call you back.")
                .build()
                .around(Script.of("primary").fails(DOWN))
                .chat(HELLO, ANN);
        assertThat(response.text()).isEqualTo("We will call you back.");
        assertThat(response.endpoint()).isEqualTo(Fallback.FIXED_ANSWER);
        assertThat(response.cost()).contains(Money.ZERO);
        assertThat(response.attempts())
                .extracting(Attempt::endpoint)
                .containsExactly("fake/primary", "fake/backup", "holdfast/fixed-answer");
        assertThat(Fallback.builder()
                        .answer("Later.")
                        .build()
                        .around(Script.of("primary").fails(DOWN))
                        .chat("Hello"))
                .isEqualTo("Later.");
    }

    @Test
    void whenAllFailOneErrorSaysMost() {
        ProviderException overloaded = Script.comeBackIn(Duration.ofSeconds(30));
        HoldfastException error = catchThrowableOfType(
                HoldfastException.class,
                () -> Fallback.builder()
                        .to(
                                Script.of("second").fails(overloaded),
                                Script.of("third").fails(refusal(Refusal.Kind.BREAKER_OPEN)))
                        .build()
                        .around(Script.of("first").fails(DOWN))
                        .chat(HELLO, ANN));

        assertThat(error)
                .isInstanceOfSatisfying(
                        ProviderException.class, e -> assertThat(e.status()).isEqualTo(429));
        assertThat(error.attempts())
                .extracting(Attempt::endpoint)
                .containsExactly("fake/first", "fake/second", "fake/third");
        assertThat(error.getSuppressed()).hasSize(2).contains(DOWN);
        assertThat(error.retryAfter()).contains(Duration.ofSeconds(30));
    }

    @Test
    void attemptsOfARetryBelowAreCountedOn() {
        Script primary = Script.of("primary").fails(DOWN);
        Script backup = Script.of("backup").fails(DOWN).answers("Hi");
        Retry retry = Retry.builder().maxAttempts(2).runtime(runtime).build();
        ChatResponse response = Fallback.builder()
                .to("backup", retry.around(backup))
                .runtime(runtime)
                .build()
                .around(retry.around(primary))
                .chat(HELLO, ANN);

        assertThat(response.attempts())
                .extracting(Attempt::number, Attempt::kind)
                .containsExactly(
                        tuple(1, AttemptKind.FIRST),
                        tuple(2, AttemptKind.RETRY),
                        tuple(3, AttemptKind.FALLBACK),
                        tuple(4, AttemptKind.RETRY));
    }

    @Test
    void onceTheDeadlineHasPassedNobodyElseIsAsked() {
        Script backup = Script.of("backup").answers("Hi");
        Script primary = Script.of("primary").replies(call -> {
            runtime.advance(Duration.ofSeconds(2));
            return ChatReply.failed(DOWN);
        });
        CallContext context = ANN.toBuilder()
                .deadline(Deadline.in(Duration.ofSeconds(1), runtime))
                .build();
        assertThatThrownBy(() -> Fallback.builder()
                        .to(backup)
                        .answer("Sorry.")
                        .runtime(runtime)
                        .build()
                        .around(primary)
                        .chat(HELLO, context))
                .isSameAs(DOWN);
        assertThat(backup.asked()).isZero();
    }

    @Test
    void whatTheCallerGaveUpIsNotAskedOfAnother() throws Exception {
        Hanging hanging = new Hanging(false);
        Script backup = Script.of("backup").answers("Hi");
        ChatReply reply = Fallback.builder()
                .to(backup)
                .fallBackOn(error -> true)
                .build()
                .around(call -> hanging)
                .send(new ChatCall(HELLO, ANN));
        CompletableFuture<Object> reading = CompletableFuture.supplyAsync(reply::next);
        assertThat(hanging.reading.await(10, TimeUnit.SECONDS)).isTrue();
        reply.close();
        assertThatThrownBy(() -> reading.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(CancelledException.class);
        assertThat(backup.asked()).isZero();
    }

    /** A client of the application's that throws; its model, with the breaker that belongs to it. */
    private static EndpointModel client(CircuitBreaker breaker, Exception thrown) {
        Endpoint house = Endpoint.of("house", "small");
        return breaker.around(EndpointModel.blocking(house, call -> {
            throw thrown;
        }));
    }

    @Test
    void whatAClientThrewIsAskedElsewhereOnceAndTold() {
        List<Event> heard = new ArrayList<>();
        Events events = Events.to(heard::add);
        CircuitBreaker breaker = CircuitBreaker.builder("house").failures(1).build();
        IllegalStateException bug = new IllegalStateException("a mistake in the client");
        Retry retry = Retry.builder().runtime(runtime).events(events).build();
        ChatModel model = Fallback.builder()
                .answer("We will call you back.")
                .runtime(runtime)
                .events(events)
                .build()
                .around(retry.around(client(breaker, bug)));

        ChatResponse response = model.chat(HELLO, ANN);

        assertThat(response.text()).isEqualTo("We will call you back.");
        assertThat(response.attempts()) // one at the client: nothing says that it would not throw again
                .extracting(Attempt::kind, Attempt::endpoint)
                .containsExactly(
                        tuple(AttemptKind.FIRST, "house/small"),
                        tuple(AttemptKind.FALLBACK, Fallback.FIXED_ANSWER.id()));
        assertThat(response.attempts().get(0).failure()).contains("IllegalStateException");
        assertThat(heard)
                .singleElement()
                .isInstanceOfSatisfying(
                        ResilienceEvent.FellBack.class,
                        event -> assertThat(event.why()).hasCause(bug));
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
    }

    @Test
    void anErrorOfTheMachineIsNotCoveredUp() {
        AssertionError broken = new AssertionError("an invariant does not hold");
        EndpointModel model = EndpointModel.blocking(Endpoint.of("house", "small"), call -> {
            throw broken;
        });

        assertThatThrownBy(() ->
                        Fallback.builder().answer("fine").build().around(model).chat(HELLO, ANN))
                .isSameAs(broken);
        assertThat(Fallback.mayHelp(new TaskException("told by somebody", ErrorDetails.nothingSent(), broken)))
                .isFalse();
    }

    @Test
    void whatIsThrownUnclassifiedIsJudgedByItsKindAndStatus() {
        ErrorDetails details = ErrorDetails.nothingSent();

        assertThat(Fallback.mayHelp(new ProviderException("busy", 503, "", "", details, null)))
                .isTrue();
        assertThat(Fallback.mayHelp(new ProviderException("wrong", 400, "", "", details, null)))
                .isFalse();
        assertThat(Fallback.mayHelp(new InvalidOutputException("no answer after 10 rounds", details, null)))
                .isTrue();
        assertThat(Retry.isRetryable(new InvalidOutputException("no answer after 10 rounds", details, null)))
                .isFalse();
    }

    @Test
    void whatSomebodyClassifiedGoesBeforeTheDefault() {
        TaskException wrong = new TaskException(
                "the request is wrong",
                ErrorDetails.builder()
                        .classification(Classification.of("wrong", Remedy.ESCALATE))
                        .build(),
                new IllegalArgumentException());

        assertThat(Fallback.mayHelp(wrong)).isFalse();
    }

    @Test
    void aModelsAnswerIsNoResultOfWork() {
        TransportException unreachable = new TransportException("down", ErrorDetails.nothingSent(), null);
        ChatResponse response = Fallback.builder()
                .to(Script.of("backup").answers("Hi"))
                .build()
                .around(call -> {
                    throw unreachable;
                })
                .chat(HELLO, ANN);
        assertThat(response.message()).isEqualTo(Message.assistant("Hi"));

        assertThatThrownBy(() -> Fallback.builder().answer("skipped").build().call(ANN, () -> {
                    throw new IOException("reset");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("reset");
    }

    @Test
    void theBuilderWantsSomethingToFallBackTo() {
        assertThatThrownBy(() -> Fallback.builder().build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("nothing to fall back to");
        assertThatThrownBy(() -> Fallback.builder().answer(" ").build()).hasMessageContaining("answer");
    }
}
