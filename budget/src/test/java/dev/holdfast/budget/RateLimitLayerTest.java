package dev.holdfast.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.Deadline;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.error.TransportException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimitLayerTest {
    private static final CallContext ANN = CallContext.of(Caller.of("acme", "ann"));
    private static final CallContext BOB = CallContext.of(Caller.of("acme", "bob"));

    /** A token in for each character. */
    private static final TokenCounter CHARACTERS = new TokenCounter() {
        @Override
        public TokenCount input(Endpoint endpoint, ChatRequest request) {
            long length = request.messages().get(0).text().length();
            return new TokenCount(length, length);
        }

        @Override
        public TokenCount output(Endpoint endpoint, Message message) {
            return TokenCount.ZERO;
        }
    };

    private final ManualRuntime runtime = new ManualRuntime("2026-03-01T10:00:00Z");

    private RateLimitLayer layer(RateLimit... limits) {
        return RateLimitLayer.builder(Scripted.ENDPOINT, runtime)
                .counter(CHARACTERS)
                .limits(limits)
                .build();
    }

    private static ChatRequest asking(int input, int output) {
        return ChatRequest.of("x".repeat(input)).toBuilder()
                .maxOutputTokens(output)
                .build();
    }

    /** How many calls in a row are admitted. */
    private static int admitted(ChatModel model, ChatRequest request, CallContext context) {
        for (int calls = 0; ; calls++) {
            try {
                model.chat(request, context);
            } catch (RejectedException e) {
                return calls;
            }
        }
    }

    @Test
    void aLoneCallerGetsAllOfTheLimitAndNoMore() {
        ChatModel model = layer(RateLimit.perUser().requests(60).perMinute()).around(Scripted.answers(Usage.none()));
        assertThat(admitted(model, asking(1, 1), ANN)).isEqualTo(60);
        runtime.advance(Duration.ofSeconds(1));
        assertThat(admitted(model, asking(1, 1), ANN)).isEqualTo(1);
        assertThat(admitted(model, asking(1, 1), BOB)).isEqualTo(60);
    }

    @Test
    void concurrentCallsNeverPassATokenLimitAndUseAllOfIt() throws Exception {
        AtomicLong tokens = new AtomicLong();
        ChatModel model = layer(
                        RateLimit.perUser().tokens(10_000).perMinute(),
                        RateLimit.perTenant().requests(5_000).perMinute())
                .around(call -> {
                    tokens.addAndGet(10);
                    Thread.yield();
                    return Scripted.answers(Usage.of(5, 5)).send(call);
                });
        LedgerTest.inThreads(64, seed -> admitted(model, asking(5, 5), ANN));
        assertThat(tokens.get()).isEqualTo(10_000);
    }

    @Test
    void endpointsBehindOneLimitTakeFromTheSameBuckets() {
        RateLimitLayer limit = layer(RateLimit.perUser().requests(10).perMinute());
        ChatModel one = limit.around(Scripted.answers(Usage.none()));
        ChatModel other = limit.at(Endpoint.of("other", "model")).around(Scripted.answers(Usage.none()));
        for (int i = 0; i < 4; i++) {
            one.chat(asking(1, 1), ANN);
        }
        assertThat(admitted(other, asking(1, 1), ANN)).isEqualTo(6);
        assertThat(admitted(one, asking(1, 1), ANN)).isZero();
    }

    @Test
    void requestsAndTokensAreTakenTogetherOrNotAtAll() {
        RateLimit limit = RateLimit.perUser().requests(3).tokens(100).perMinute();
        ChatModel model = layer(limit).around(Scripted.answers(Usage.of(90, 0)));
        model.chat(asking(90, 0 + 1), ANN);
        for (int i = 0; i < 5; i++) { // refused for want of tokens: they take no request
            assertThatThrownBy(() -> model.chat(asking(50, 1), ANN))
                    .isInstanceOfSatisfying(RejectedException.class, e -> {
                        assertThat(e.refusal().kind()).isEqualTo(Refusal.Kind.RATE_LIMIT);
                        assertThat(e.refusal().quantity()).contains(new Refusal.Quantity(90, 51, 100, "tokens"));
                    });
        }
        ChatModel cheap = layer(limit).around(Scripted.answers(Usage.of(1, 0)));
        assertThat(admitted(cheap, asking(1, 1), ANN)).isEqualTo(3);
        runtime.advance(Duration.ofSeconds(40)); // two requests and 66 tokens later
        model.chat(asking(50, 1), ANN);
    }

    @Test
    void anInputLargerThanTheBucketIsRefusedAtOnceAndALongAnswerIsNot() {
        RateLimit limit = RateLimit.perUser().tokens(100).perMinute().maxWait(Duration.ofHours(9));
        ChatModel model = layer(limit).around(Scripted.answers(Usage.of(100, 20)));
        assertThatThrownBy(() -> model.chat(asking(101, 1), ANN)).isInstanceOfSatisfying(RejectedException.class, e -> {
            assertThat(e.refusal().reason()).contains("larger than");
            assertThat(e.retryAfter()).isEmpty();
        });
        model.chat(asking(100, 4_000), ANN);
        assertThat(runtime.elapsed()).isZero();
    }

    @Test
    void whatWasUsedBeyondTheEstimateIsADebtAndWhatWasNotUsedComesBack() {
        RateLimit limit = RateLimit.perUser().tokens(60).perMinute();
        ChatModel frugal = layer(limit).around(Scripted.answers(Usage.of(5, 5)));
        assertThat(admitted(frugal, asking(5, 40), ANN)).isEqualTo(2); // 45 taken, 10 used; 50 left; again; 40 left

        RateLimitLayer greedy = layer(limit);
        greedy.around(Scripted.answers(Usage.of(10, 170))).chat(asking(10, 10), ANN);
        ChatModel after = greedy.around(Scripted.answers(Usage.of(1, 0)));
        assertThatThrownBy(() -> after.chat(asking(1, 1), ANN))
                .isInstanceOfSatisfying(
                        RejectedException.class, e -> assertThat(e.retryAfter()).contains(Duration.ofSeconds(122)));
        runtime.advance(Duration.ofSeconds(121));
        assertThatThrownBy(() -> after.chat(asking(1, 1), ANN)).isInstanceOf(RejectedException.class);
        runtime.advance(Duration.ofSeconds(1));
        after.chat(asking(1, 1), ANN);
    }

    @Test
    void aCallThatWasNotSentTakesNothing() {
        RateLimitLayer layer = layer(RateLimit.perUser().requests(1).tokens(20).perMinute());
        ChatModel down = layer.around(Scripted.fails(Usage.none(), Billing.NOT_SENT));
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> down.chat(asking(10, 10), ANN)).isInstanceOf(TransportException.class);
        }
        ChatModel maybe = layer.around(Scripted.fails(Usage.unknown(), Billing.MAYBE_BILLED));
        assertThatThrownBy(() -> maybe.chat(asking(10, 10), ANN)).isInstanceOf(TransportException.class);
        assertThatThrownBy(() -> maybe.chat(asking(10, 10), ANN)).isInstanceOf(RejectedException.class);
    }

    @Test
    void waitsForItsTurnWithinWhatIsAllowed() {
        RateLimit limit = RateLimit.perUser().requests(1).perSecond().maxWait(Duration.ofSeconds(2));
        ChatModel model = layer(limit).around(Scripted.answers(Usage.none()));
        for (int i = 0; i < 4; i++) {
            model.chat(asking(1, 1), ANN);
        }
        assertThat(runtime.elapsed()).isEqualTo(Duration.ofSeconds(3));

        CallContext hurried = ANN.toBuilder()
                .deadline(Deadline.in(Duration.ofMillis(500), runtime))
                .build();
        assertThatThrownBy(() -> model.chat(asking(1, 1), hurried))
                .isInstanceOfSatisfying(
                        RejectedException.class, e -> assertThat(e.retryAfter()).contains(Duration.ofSeconds(1)));
        assertThat(runtime.elapsed())
                .as("a wait that cannot succeed is not begun")
                .isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void aCloseOrAnInterruptEndsTheWaitAndGivesBack() {
        RateLimit limit = RateLimit.perUser().requests(1).perSecond().maxWait(Duration.ofSeconds(5));
        ChatModel model = layer(limit).around(Scripted.answers(Usage.none()));
        model.chat(asking(1, 1), ANN);

        ChatReply reply = model.send(new ChatCall(asking(1, 1), ANN));
        runtime.duringWait = reply::close;
        assertThatThrownBy(reply::next).isInstanceOf(CancelledException.class);
        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
        assertThat(reply.outcome().billing()).isEqualTo(Billing.NOT_SENT);

        runtime.duringWait = Thread.currentThread()::interrupt;
        assertThatThrownBy(() -> model.chat(asking(1, 1), ANN)).isInstanceOf(CancelledException.class);
        assertThat(Thread.interrupted()).isTrue();

        runtime.duringWait = () -> {};
        model.chat(asking(1, 1), ANN);
        assertThat(runtime.elapsed()).as("neither kept its place").isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void bucketsAreForgottenWhenFullAgainAndNotBefore() {
        RateLimitLayer layer = layer(RateLimit.perUser().requests(60).tokens(60).perMinute());
        ChatModel spender = layer.around(Scripted.answers(Usage.of(10, 590)));
        spender.chat(asking(10, 10), ANN); // a debt of 540: full again after 10 minutes
        ChatModel model = layer.around(Scripted.answers(Usage.of(1, 0)));
        for (int i = 0; i < 100; i++) {
            model.chat(asking(1, 1), CallContext.of(Caller.of("acme", "user-" + i)));
        }
        assertThat(layer.size()).isEqualTo(101);
        runtime.advance(Duration.ofMinutes(5));
        assertThat(layer.size()).isEqualTo(1);
        assertThatThrownBy(() -> model.chat(asking(1, 1), ANN)).isInstanceOf(RejectedException.class);
        runtime.advance(Duration.ofMinutes(30));
        assertThat(layer.size()).isZero();
    }

    @Test
    void guardsAnyWorkByCountingItAsARequest() throws Exception {
        RateLimitLayer layer = layer(RateLimit.perUser().requests(1).tokens(1).perHour());
        assertThat(layer.<Integer>call(ANN, () -> 7)).isEqualTo(7);
        assertThatThrownBy(() -> layer.call(ANN, () -> 8)).isInstanceOf(RejectedException.class);
    }

    @Test
    void namesEverythingThatIsWrongAtOnce() {
        RateLimitLayer.Builder builder = RateLimitLayer.builder(Scripted.ENDPOINT, runtime)
                .limits(
                        RateLimit.perUser().perMinute(),
                        RateLimit.perUser().requests(0).tokens(-1).perMinute().maxWait(Duration.ofSeconds(-1)),
                        RateLimit.perUser().requests(2_000_000_000_000L).perSecond(),
                        RateLimit.perUser().requests(1).perSecond().maxWait(ChronoUnit.FOREVER.getDuration()))
                .expectedOutput(-1);
        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(
                        InvalidConfigurationException.class,
                        e -> assertThat(e.problems())
                                .extracting(InvalidConfigurationException.Problem::path)
                                .containsExactly(
                                        "limits[0]",
                                        "limits[1].requests",
                                        "limits[1].tokens",
                                        "limits[1].maxWait",
                                        "limits[2]",
                                        "limits[3].maxWait",
                                        "expectedOutput"));
    }
}
