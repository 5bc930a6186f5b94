package dev.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.chat.Message;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.error.TransportException;
import dev.holdfast.event.Event;
import dev.holdfast.event.Events;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class RouterTest {
    private static final String EASY = "Hello!";
    private static final String HARD = "hard";

    private final List<Event> heard = new ArrayList<>();
    private final AtomicBoolean cheapIsUp = new AtomicBoolean(true);
    private final AtomicBoolean strongIsUp = new AtomicBoolean(true);

    /** Hard is what says so. */
    private static Score wordOf(ChatCall call) {
        String text = call.request().messages().get(0).text();
        double value = text.startsWith(HARD) ? 0.9 : 0.1;
        return Score.of(value, () -> List.of(new Score.Signal("word", 1, value)));
    }

    private Router.Builder cheapAndStrong() {
        return Router.builder()
                .target(Target.cheap(Calls.model("mini")).availableWhen(cheapIsUp::get))
                .target(Target.strong(Calls.model("large")).availableWhen(strongIsUp::get))
                .scorer(RouterTest::wordOf)
                .events(Events.to(heard::add));
    }

    private static String answeredBy(ChatModel model, String text) {
        return model.send(Calls.of(text)).await().endpoint().model();
    }

    @Test
    void easyGoesToTheCheapAndHardToTheStrong() {
        Router router = cheapAndStrong().build();

        assertThat(answeredBy(router, EASY)).isEqualTo("mini");
        assertThat(answeredBy(router, HARD)).isEqualTo("large");
    }

    @Test
    void theThresholdItselfIsHard() {
        Router router =
                cheapAndStrong().scorer(call -> Score.of(0.5)).threshold(0.5).build();

        assertThat(answeredBy(router, EASY)).isEqualTo("large");
    }

    @Test
    void aDecisionIsExplained() {
        Router router = cheapAndStrong().build();
        cheapIsUp.set(false);
        answeredBy(router, EASY);
        cheapIsUp.set(true);
        answeredBy(router, HARD);

        RouteDecided first = (RouteDecided) heard.get(0);
        assertThat(first.context()).isSameAs(Calls.CONTEXT);
        assertThat(first.chosen().model()).isEqualTo("large");
        assertThat(first.fallbacks()).isEmpty();
        assertThat(first.score().value()).isEqualTo(0.1);
        assertThat(first.threshold()).isEqualTo(0.3);
        assertThat(first.score().signals()).containsExactly(new Score.Signal("word", 1, 0.1));
        assertThat(first.skipped()).hasToString("[fake/mini is not available]");
        RouteDecided second = (RouteDecided) heard.get(1);
        assertThat(second.fallbacks()).containsExactly(Endpoint.of("fake", "mini"));
        assertThat(second.skipped()).isEmpty();
        assertThat(heard).hasSize(2);
    }

    @Test
    void nobodyPutsSignalsIntoWordsWhenNobodyListens() {
        Router router = cheapAndStrong()
                .events(Events.none())
                .scorer(call -> Score.of(0, () -> {
                    throw new AssertionError("asked for signals");
                }))
                .build();

        assertThat(answeredBy(router, EASY)).isEqualTo("mini");
    }

    @Test
    void aScorerThatGivesNothingOrNoReasonsDoesNotEndTheCall() {
        assertThat(answeredBy(cheapAndStrong().scorer(call -> null).build(), EASY))
                .as("no score is taken for a hard one")
                .isEqualTo("large");
        Router router = cheapAndStrong()
                .scorer(call -> Score.of(0, () -> {
                    throw new IllegalStateException("no words");
                }))
                .build();

        assertThat(answeredBy(router, EASY)).isEqualTo("mini");
        assertThat(((RouteDecided) heard.get(1)).score().signals()).isEmpty();
    }

    @Test
    void aTargetThatCannotSayWhetherItIsAvailableIsNot() {
        Router router = Router.builder()
                .target(Target.cheap(Calls.model("mini")).availableWhen(() -> {
                    throw new IllegalStateException("a bug");
                }))
                .target(Target.strong(Calls.model("large")))
                .build();

        assertThat(answeredBy(router, EASY)).isEqualTo("large");
    }

    @Test
    void skipsATargetWhoseWindowIsTooSmallForInputAndOutput() {
        Router router = Router.builder()
                .target(Target.cheap(Calls.model(Calls.endpoint("small", 1_000))))
                .target(Target.cheap(Calls.model(Calls.endpoint("roomy", 100_000))))
                .events(Events.to(heard::add))
                .build();
        String prose = "some words ".repeat(200); // 2,200 characters: surely below 1,000 tokens

        assertThat(answeredBy(router, prose)).isEqualTo("small");
        assertThat(answeredBy(router, prose.repeat(10))).isEqualTo("roomy");
        ChatRequest wordy =
                ChatRequest.of(prose).toBuilder().maxOutputTokens(500).build();
        assertThat(router.chat(wordy, Calls.CONTEXT).endpoint().model()).isEqualTo("roomy");
        assertThat(heard)
                .last()
                .satisfies(
                        event -> assertThat(((RouteDecided) event).skipped())
                                .hasToString(
                                        "[fake/small holds 1000 tokens, the request has about 742 and asks for 500 of output]"));
    }

    @Test
    void otherScriptsCountForMore() {
        Router router = Router.builder()
                .target(Target.cheap(Calls.model(Calls.endpoint("small", 1_000))))
                .target(Target.cheap(Calls.model("unknown")))
                .build();

        assertThat(answeredBy(router, "a".repeat(900))).isEqualTo("small");
        assertThat(answeredBy(router, "\u6f22".repeat(900))).isEqualTo("unknown");
    }

    @Test
    void refusesWithTheReasonOfEveryTargetWhenNoneIsUsable() {
        cheapIsUp.set(false);
        Router router = Router.builder()
                .target(Target.cheap(Calls.model("mini")).availableWhen(cheapIsUp::get))
                .target(Target.strong(Calls.model(Calls.endpoint("large", 100))))
                .build();
        ChatReply reply = router.send(Calls.of("word ".repeat(100)));

        RejectedException refused = catchThrowableOfType(RejectedException.class, reply::next);

        assertThat(refused.refusal().kind()).isEqualTo(Refusal.Kind.NO_TARGET);
        assertThat(refused.refusal().reason())
                .isEqualTo("no target can take the call: fake/mini is not available; fake/large holds 100 tokens, the"
                        + " request has about 175");
        assertThat(refused.billing()).isEqualTo(Billing.NOT_SENT);
        assertThat(refused.callId()).isEqualTo("c-1");
    }

    @Test
    void decidesWhenTheWorkStartsAndNotBefore() {
        Router router = cheapAndStrong().build();
        ChatReply reply = router.send(Calls.of(EASY));
        cheapIsUp.set(false);

        assertThat(reply.await().endpoint().model()).isEqualTo("large");
        router.send(Calls.of(EASY)).close();
        assertThat(heard).hasSize(1);
    }

    @Test
    void theChainGetsTheChosenFirstThenTheUsableInOrderAndIsMadeOnceAnOrder() {
        List<String> made = new ArrayList<>();
        Router router = cheapAndStrong()
                .target(Target.strong(Calls.model("backup")))
                .chain(ordered -> {
                    made.add(ordered.toString());
                    return ordered.get(ordered.size() - 1);
                })
                .build();
        for (int i = 0; i < 3; i++) {
            assertThat(answeredBy(router, EASY)).isEqualTo("backup");
            assertThat(answeredBy(router, HARD)).isEqualTo("backup");
            strongIsUp.set(false);
            assertThat(answeredBy(router, HARD)).isEqualTo("mini");
            strongIsUp.set(true);
        }

        assertThat(made)
                .containsExactly(
                        "[fake/mini, fake/large, fake/backup]",
                        "[fake/large, fake/mini, fake/backup]",
                        "[fake/backup, fake/mini]");
    }

    @Test
    void k20_theResponseNamesWhoReallyAnsweredAndTheFallbackGetsNothingOfThePrimary() {
        List<ChatRequest> sent = new ArrayList<>();
        EndpointModel mini = EndpointModel.of(Endpoint.of("one", "mini"), call -> {
            sent.add(call.request());
            return ChatReply.failed(new TransportException("reset", ErrorDetails.nothingSent(call.context()), null));
        });
        Endpoint large = Endpoint.of("two", "large");
        EndpointModel strong = EndpointModel.of(large, call -> {
            sent.add(call.request());
            return ChatReply.completed(
                    ChatResponse.builder(large, Message.assistant("here")).build());
        });
        Router router = Router.builder()
                .target(Target.cheap(mini))
                .target(Target.strong(strong))
                .chain(RouterTest::oneAfterTheOther)
                .events(Events.to(heard::add))
                .build();
        ChatRequest request = ChatRequest.of(EASY).toBuilder()
                .option("one", "reasoning_effort", "\"low\"")
                .build();

        ChatResponse response = router.chat(request, Calls.CONTEXT);

        assertThat(((RouteDecided) heard.get(0)).chosen()).isEqualTo(mini.endpoint());
        assertThat(response.endpoint()).isEqualTo(large);
        assertThat(response.model()).isEqualTo("large");
        assertThat(sent).hasSize(2);
        assertThat(sent.get(1).options("two")).isEmpty();
    }

    private static ChatModel oneAfterTheOther(List<EndpointModel> ordered) {
        return call -> {
            for (EndpointModel model : ordered) {
                try {
                    return ChatReply.completed(model.send(call).await());
                } catch (TransportException e) {
                    assertThat(e.billing()).isEqualTo(Billing.NOT_SENT);
                }
            }
            throw new AssertionError("all failed");
        };
    }

    @Test
    void aScorerThatThrowsMakesTheCallAHardOne() {
        Router router = cheapAndStrong()
                .scorer(call -> {
                    throw new IllegalStateException("no model file");
                })
                .build();

        assertThat(answeredBy(router, EASY)).isEqualTo("large");
        assertThat(((RouteDecided) heard.get(0)).score().signals())
                .extracting(Score.Signal::name)
                .containsExactly("scorer failed");
    }

    @Test
    void aCancelledScorerCancelsTheCall() {
        Router router = cheapAndStrong()
                .scorer(call -> {
                    throw new CancelledException("interrupted", ErrorDetails.nothingSent(call.context()), null);
                })
                .build();

        assertThatThrownBy(() -> answeredBy(router, EASY)).isInstanceOf(CancelledException.class);
    }

    @Test
    void theBuilderNamesEveryWrongField() {
        assertThatThrownBy(() -> Router.builder().threshold(Double.NaN).build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("targets")
                .hasMessageContaining("threshold");
        assertThatThrownBy(() -> cheapAndStrong()
                        .target(Target.strong(Calls.model("mini")))
                        .build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("targets[2]")
                .hasMessageContaining("fake/mini again");
    }

    @Test
    void aScoreIsAShare() {
        assertThatThrownBy(() -> Score.of(1.1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Score.of(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
