package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.Deadline;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.Remedy;
import dev.holdfast.error.StreamInterruptedException;
import dev.holdfast.error.TransportException;
import dev.holdfast.runtime.HoldfastRuntime;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtensionContext;

class FakesTest {
    private final HoldfastRuntime runtime = HoldfastRuntime.system();

    @Test
    void saysWhatTheScriptSaysInOrderAndRemembersWhatItWasAsked() {
        FakeModel model = FakeModel.named("mini").reply("one").reply("two").otherwise("more");

        assertThat(model.chat("first")).isEqualTo("one");
        assertThat(model.chat("second")).isEqualTo("two");
        assertThat(model.chat("third")).isEqualTo("more");
        assertThat(model.calls())
                .extracting(call -> call.request().messages().get(0).text())
                .containsExactly("first", "second", "third");
    }

    @Test
    void remembersTheNewestOfManyCalls() {
        FakeModel model = FakeModel.named("mini").otherwise("more");
        for (int i = 0; i <= 100_001; i++) {
            model.chat("question " + i);
        }

        assertThat(model.calls()).hasSize(100_000);
        assertThat(model.calls().get(0).request().messages().get(0).text()).isEqualTo("question 2");
        assertThat(model.lastCall().request().messages().get(0).text()).isEqualTo("question 100001");
    }

    @Test
    void aScriptThatIsUsedUpFailsTheTest() {
        FakeModel model = FakeModel.named("mini").reply("one");
        model.chat("first");

        assertThatThrownBy(() -> model.chat("second"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("fake/mini was asked 2 times")
                .hasMessageContaining("\"second\" (user)");
        assertThatThrownBy(() -> FakeModel.named("mini").chat("x".repeat(1_000)))
                .hasMessageContaining("fake/mini was asked once")
                .hasMessageContaining("x…")
                .message()
                .hasSizeLessThan(500);
        assertThat(model.openReplies()).isZero();
    }

    @Test
    void errorsNameTheModel() {
        FakeModel model = FakeModel.named("mini")
                .reply(FakeReply.text("It has").cut())
                .reply(FakeReply.text("").cut())
                .reply("It has shipped.");

        assertThatThrownBy(() -> piecesOf(model, streamOf("cut"))).hasMessageContaining("fake/mini");
        assertThatThrownBy(() -> model.chat("cut before anything")).hasMessageContaining("fake/mini");
        ChatReply left = model.send(new ChatCall(streamOf("left"), CallContext.of(Caller.of("ann"))));
        left.next();
        left.close();
        assertThat(left.outcome())
                .isInstanceOfSatisfying(
                        Outcome.Cancelled.class,
                        cancelled -> assertThat(cancelled.error()).hasMessageContaining("fake/mini"));
    }

    @Test
    void aDeadlineByAnotherClockTellsWhatToDo() {
        FakeModel onRealTime = FakeModel.named("mini").reply("never");
        CallContext context = CallContext.builder(Caller.of("ann"))
                .deadline(Deadline.at(runtime.nanoTime() - 1))
                .build();

        assertThatThrownBy(() -> onRealTime.chat(ChatRequest.of("Hello"), context))
                .isInstanceOf(DeadlineException.class)
                .hasMessageContaining("fake/mini")
                .hasMessageContaining("the same runtime");
    }

    @Test
    void streamsInPieces() {
        FakeModel model =
                FakeModel.named("mini").otherwise(FakeReply.text("abcdef").pieces(3));

        assertThat(piecesOf(model, streamOf("go"))).containsExactly("ab", "cd", "ef");
        assertThat(piecesOf(model, ChatRequest.of("go"))).containsExactly("abcdef");
    }

    private static ChatRequest streamOf(String question) {
        return ChatRequest.of(question).toBuilder().streaming(true).build();
    }

    private static List<String> piecesOf(FakeModel model, ChatRequest request) {
        List<String> pieces = new ArrayList<>();
        try (ChatReply reply = model.send(new ChatCall(request, CallContext.of(Caller.of("ann"))))) {
            for (Chunk chunk = reply.next(); chunk != null; chunk = reply.next()) {
                pieces.add(chunk.text());
            }
        }
        return pieces;
    }

    @Test
    void aWholeAnswerComesWhenItsLastPieceWouldAndACutLeavesNothingOfIt() {
        VirtualRuntime time = VirtualRuntime.seeded(1);
        FakeReply slow =
                FakeReply.text("abcdef").pieces(3).after(Duration.ofSeconds(5)).every(Duration.ofSeconds(2));
        FakeModel model = FakeModel.named("mini", time).reply(slow).reply(slow.cut());

        ChatReply reply = model.send(new ChatCall(ChatRequest.of("go"), CallContext.of(Caller.of("ann"))));
        assertThat(reply.next()).isInstanceOf(Chunk.Whole.class);
        assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(9));
        assertThat(reply.next()).isNull();

        assertThatThrownBy(() -> model.chat("cut"))
                .isInstanceOfSatisfying(
                        TransportException.class,
                        e -> assertThat(e.partial().text()).isEmpty())
                .hasMessageContaining("before anything came");
    }

    @Test
    void faultsSpeakAsTheEndpointDoes() {
        FakeModel model = FakeModel.named("mini")
                .reply(FakeReply.failing(Fault.outage()))
                .reply(FakeReply.failing(Fault.unreachable()))
                .otherwise("fine");

        assertThatThrownBy(() -> model.chat("1"))
                .hasMessage(
                        "fake/mini answered with an error (status 503): The server is overloaded or not ready yet.");
        assertThatThrownBy(() -> model.chat("2")).hasMessage("no connection to fake/mini: connection refused");
        ChatModel weather = Faults.on(runtime).fail(Fault::badRequest).build().around(model);
        assertThatThrownBy(() -> weather.chat("3")).hasMessageStartingWith("fake/mini answered with an error");
        assertThat(Fault.status(408, "", "")).hasMessage("the provider answered with an error (status 408)");
    }

    @Test
    void aKitSaysWhatIsMissing() {
        assertThatThrownBy(() -> Kits.need("org.nowhere.Nothing", "Nothing (org.nowhere:nothing)"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("org.nowhere:nothing");
    }

    @Test
    void faultsComeWhereTheyWereOrdered() {
        ChatModel model = Faults.on(runtime)
                .onCall(2)
                .fail(Fault::outage)
                .onCall(3)
                .cutAfter(1)
                .onCall(4)
                .cutAfter(0)
                .onCall(5)
                .garbageAfter(0)
                .onCall(7)
                .cutAfter(1)
                .build()
                .around(FakeModel.named("mini")
                        .otherwise(FakeReply.text("fine thanks").pieces(2)));

        assertThat(model.chat("1")).isEqualTo("fine thanks");
        assertThatThrownBy(() -> model.chat("2")).isInstanceOf(ProviderException.class);
        assertThatThrownBy(() -> model.chat(streamOf("3"), CallContext.of(Caller.of("ann"))))
                .isInstanceOfSatisfying(
                        StreamInterruptedException.class,
                        e -> assertThat(e.partial().text()).isEqualTo("fine "));
        assertThatThrownBy(() -> model.chat("4")).isInstanceOf(TransportException.class);
        assertThatThrownBy(() -> model.chat("5")).isInstanceOf(TransportException.class);
        assertThat(model.chat("6")).isEqualTo("fine thanks");
        assertThatThrownBy(() -> model.chat("7")) // which does not stream
                .isInstanceOfSatisfying(
                        TransportException.class,
                        e -> assertThat(e.partial().text()).isEmpty());
    }

    @Test
    void aStallEndsWithItsDeadline() {
        ChatModel model = Faults.on(runtime)
                .stallAfter(0)
                .build()
                .around(FakeModel.named("mini").otherwise("never"));
        CallContext context = CallContext.builder(Caller.of("ann"))
                .deadline(Deadline.in(Duration.ofMillis(20), runtime))
                .build();

        assertThatThrownBy(() -> model.chat(ChatRequest.of("go"), context)).isInstanceOf(DeadlineException.class);
    }

    @Test
    void readyMadeErrorsMeanWhatTheyMeanAtAProvider() {
        assertThat(Fault.outage().classification().allows(Remedy.RETRY)).isTrue();
        assertThat(Fault.rateLimited(Duration.ofSeconds(3)).retryAfter()).contains(Duration.ofSeconds(3));
        assertThat(Fault.badRequest().classification().isRetryable()).isFalse();
    }

    @Test
    void whatIsLeftOpenIsFound() {
        FakeModel model =
                FakeModel.named("mini").otherwise(FakeReply.text("one two").pieces(2));
        ChatReply reply = model.send(new ChatCall(streamOf("go"), CallContext.of(Caller.of("ann"))));
        reply.next();

        assertThat(Leftovers.found()).containsExactly("open replies of fake/mini: 1");
        reply.close();
        assertThat(Leftovers.found()).isEmpty();
    }

    @Test
    void piecesAreNeverHalfACharacter() {
        String text = "a\ud83d\ude00b\ud83d\ude00\ud83d\ude00c";
        for (int pieces = 1; pieces < 15; pieces++) {
            StringBuilder said = new StringBuilder();
            for (Chunk chunk : FakeReply.text(text).pieces(pieces).chunks(true)) {
                assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(chunk.text()))
                        .as("%s pieces", pieces)
                        .isTrue();
                said.append(chunk.text());
            }
            assertThat(said).hasToString(text);
        }
    }

    @Test
    void readyMadeErrorsCostWhatTheyCostAtAProvider() { // see FailureReport of the http integration
        for (HoldfastException refused :
                List.of(Fault.rateLimited(null), Fault.outage(), Fault.badRequest(), Fault.unauthorized())) {
            assertThat(refused.billing()).as(refused.getMessage()).isEqualTo(Billing.NOT_BILLED);
            assertThat(refused.usage()).isEqualTo(Usage.none());
        }
        assertThat(Fault.unreachable().billing()).isEqualTo(Billing.NOT_SENT);
        for (HoldfastException unclear : List.of(Fault.serverError(), Fault.status(408, "", ""))) {
            assertThat(unclear.billing()).as(unclear.getMessage()).isEqualTo(Billing.MAYBE_BILLED);
            assertThat(unclear.usage().isKnown()).isFalse();
        }
    }

    @Test
    void aFaultThatCannotComeIsRefused() {
        Faults faults = Faults.on(runtime);

        assertThatThrownBy(() -> faults.withChance(5)).hasMessageContaining("0 to 1");
        assertThatThrownBy(() -> faults.withChance(Double.NaN)).hasMessageContaining("0 to 1");
        assertThatThrownBy(() -> faults.onCall(0)).hasMessageContaining("from 1");
        assertThatThrownBy(() -> faults.cutAfter(-1)).hasMessageContaining("0 or more");
        assertThatThrownBy(() -> faults.latency(Duration.ofSeconds(-1))).hasMessageContaining("negative");
        faults.during(Instant.EPOCH, Duration.ofSeconds(Long.MAX_VALUE)).fail(Fault::outage);
        assertThatThrownBy(() -> faults.build()
                        .around(FakeModel.named("mini").otherwise("never"))
                        .chat("go"))
                .isInstanceOf(ProviderException.class);
    }

    @Test
    void aReplyWhoseScriptIsUsedUpHasAnOutcomeAllTheSame() {
        FakeModel model = FakeModel.named("mini");
        ChatReply reply = model.send(new ChatCall(ChatRequest.of("go"), CallContext.of(Caller.of("ann"))));

        assertThatThrownBy(reply::next).isInstanceOf(AssertionError.class);
        assertThat(reply.outcome()).isInstanceOf(Outcome.Failed.class);
        assertThatThrownBy(reply::next).isInstanceOf(HoldfastException.class);
        assertThat(model.calls()).hasSize(1);
    }

    @Test
    void whatIsWatchedIsForgottenAlsoWhenLookingAtItThrows() { // else it fails every later test of the thread
        Leftovers.watch("broken", () -> {
            throw new IllegalStateException("cannot be counted");
        });
        ExtensionContext context = (ExtensionContext) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ExtensionContext.class},
                (proxy, method, arguments) -> Optional.empty());

        assertThatThrownBy(() -> new NothingLeftBehind().afterEach(context)).hasMessageContaining("broken");
        assertThat(Leftovers.found()).isEmpty();
    }

    /** One instance for all its tests: its fields are made, and watched, before the first of them. */
    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    @TestMethodOrder(MethodOrderer.MethodName.class)
    class OfOneInstance {
        private final FakeModel shared =
                FakeModel.named("shared").otherwise(FakeReply.text("one two").pieces(2));

        @Test
        void aFirstTestWatchesSomethingOfItsOwn() {
            Leftovers.watch("of the first test", () -> 0);
        }

        @Test
        void bLaterTestsAreWatchedAsWell() {
            ChatReply reply = shared.send(new ChatCall(ChatRequest.of("go"), CallContext.of(Caller.of("ann"))));
            reply.next();

            assertThat(Leftovers.found()).containsExactly("open replies of fake/shared: 1");
            reply.close();
        }
    }
}
