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
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
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
        return layer(RateBuckets.inMemory(runtime), limits);
    }

    private RateLimitLayer layer(RateBuckets buckets, RateLimit... limits) {
        return RateLimitLayer.builder(Scripted.ENDPOINT)
                .runtime(runtime)
                .counter(CHARACTERS)
                .limit(limits)
                .buckets(buckets)
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
    void whoNamesTheSameLimitTakesFromTheSameBuckets() {
        RateBuckets buckets = RateBuckets.inMemory(runtime);
        RateLimit limit = RateLimit.perUser().requests(10).perMinute();
        ChatModel one = layer(buckets, limit).around(Scripted.answers(Usage.none()));
        ChatModel other = RateLimitLayer.builder(Endpoint.of("other", "model"))
                .limit(limit.maxWait(Duration.ofSeconds(6)))
                .buckets(buckets)
                .runtime(runtime)
                .build()
                .around(Scripted.answers(Usage.none()));
        for (int i = 0; i < 4; i++) {
            one.chat(asking(1, 1), ANN);
        }
        for (int i = 0; i < 6; i++) {
            other.chat(asking(1, 1), ANN);
        }
        assertThat(runtime.elapsed()).isZero();
        assertThat(admitted(one, asking(1, 1), ANN)).isZero();
        other.chat(asking(1, 1), ANN);
        assertThat(runtime.elapsed())
                .as("how long calls wait everybody says for themselves")
                .isEqualTo(Duration.ofSeconds(6));
        assertThat(admitted(one, asking(1, 1), BOB)).isEqualTo(10);
    }

    @Test
    void anotherLimitHasBucketsOfItsOwn() {
        RateBuckets buckets = RateBuckets.inMemory(runtime);
        RateLimit everybody = RateLimit.perTenant().requests(5).perMinute();
        ChatModel one = layer(
                        buckets, everybody, RateLimit.perUser().requests(3).perMinute())
                .around(Scripted.answers(Usage.none()));
        ChatModel other = layer(
                        buckets, everybody, RateLimit.perUser().requests(4).perMinute())
                .around(Scripted.answers(Usage.none()));
        assertThat(admitted(one, asking(1, 1), ANN)).isEqualTo(3);
        assertThat(admitted(other, asking(1, 1), ANN))
                .as("what the tenant has left")
                .isEqualTo(2);
        assertThat(buckets).asString().contains("per tenant of 5 requests", "of 3 requests", "of 4 requests");
    }

    @Test
    void noTwoLayersTakeTheSame() throws Exception {
        RateBuckets buckets = RateBuckets.inMemory(runtime);
        RateLimit[] limits = {
            RateLimit.perUser().requests(40).perMinute(),
            RateLimit.global().tokens(1_000).perMinute()
        };
        AtomicLong requests = new AtomicLong();
        LedgerTest.inThreads(16, seed -> {
            CallContext user = seed % 2 == 0 ? ANN : BOB;
            requests.addAndGet(
                    admitted(layer(buckets, limits).around(Scripted.answers(Usage.of(5, 0))), asking(5, 1), user));
        });
        assertThat(requests).hasValue(80);
    }

    @Test
    void requestsAndTokensAreTakenTogetherOrNotAtAll() {
        RateLimit limit = RateLimit.perUser().requests(3).tokens(100).perMinute();
        ChatModel model = layer(limit).around(Scripted.answers(Usage.of(90, 0)));
        model.chat(asking(90, 1), ANN);
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
    void whereOneLimitRefusesNoneIsTakenFrom() {
        ChatModel model = layer(
                        RateLimit.global().requests(7).perHour(),
                        RateLimit.perTenant().requests(9).tokens(90).perHour(),
                        RateLimit.perUser().requests(1).perHour())
                .around(Scripted.answers(Usage.of(9, 1)));
        assertThat(admitted(model, asking(9, 1), ANN)).isEqualTo(1);
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> model.chat(asking(9, 1), ANN)).isInstanceOf(RejectedException.class);
        }
        for (int i = 0; i < 6; i++) {
            model.chat(asking(9, 1), CallContext.of(Caller.of("acme", "user-" + i)));
        }
        assertThatThrownBy(() -> model.chat(asking(9, 1), BOB))
                .isInstanceOfSatisfying(
                        RejectedException.class,
                        e -> assertThat(e.refusal().quantity()).contains(new Refusal.Quantity(7, 1, 7, "requests")));
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
        RateBuckets buckets = RateBuckets.inMemory(runtime);
        RateLimitLayer layer =
                layer(buckets, RateLimit.perUser().requests(60).tokens(60).perMinute());
        ChatModel spender = layer.around(Scripted.answers(Usage.of(10, 590)));
        spender.chat(asking(10, 10), ANN); // a debt of 540: full again after 10 minutes
        ChatModel model = layer.around(Scripted.answers(Usage.of(1, 0)));
        for (int i = 0; i < 100; i++) {
            model.chat(asking(1, 1), CallContext.of(Caller.of("acme", "user-" + i)));
        }
        assertThat(buckets.size()).isEqualTo(101);
        runtime.advance(Duration.ofMinutes(5));
        model.chat(asking(1, 1), BOB); // whoever comes by forgets the others
        assertThat(buckets.size()).as("in debt, and Bob").isEqualTo(2);
        assertThatThrownBy(() -> model.chat(asking(1, 1), ANN)).isInstanceOf(RejectedException.class);
        runtime.advance(Duration.ofMinutes(30));
        model.chat(asking(1, 1), BOB);
        assertThat(buckets.size()).isEqualTo(1);
    }

    /** Its buckets were full while it went on, and there are others in their place: those it is in debt to. */
    @Test
    void aLongCallIsCorrectedAlsoAfterItsBucketsWereForgotten() {
        RateBuckets buckets = RateBuckets.inMemory(runtime);
        RateLimitLayer layer =
                layer(buckets, RateLimit.perUser().requests(60).tokens(60).perMinute());
        ChatReply greedy = layer.around(Scripted.answers(Usage.of(10, 110))).send(new ChatCall(asking(10, 10), ANN));
        ChatReply frugal = layer.around(Scripted.answers(Usage.of(1, 0))).send(new ChatCall(asking(10, 10), ANN));
        greedy.next();
        frugal.next();
        runtime.advance(Duration.ofMinutes(2));
        ChatModel model = layer.around(Scripted.answers(Usage.of(20, 0)));
        model.chat(asking(1, 1), BOB);
        assertThat(buckets.size()).as("Bob's").isEqualTo(1);
        model.chat(asking(20, 1), ANN); // 40 left of new ones

        assertThat(greedy.next()).isNull(); // 100 beyond its estimate
        assertThat(frugal.next()).isNull(); // 19 less than its estimate

        assertThatThrownBy(() -> model.chat(asking(1, 1), ANN))
                .isInstanceOfSatisfying(
                        RejectedException.class, // 60 - 20 - 100 + 19 = -41, and 2 are needed
                        e -> assertThat(e.retryAfter()).contains(Duration.ofSeconds(43)));
    }

    /** What a full bucket lets run over pays for nothing: the debt begins where the call ends. */
    @Test
    void aDebtIsTakenFromWhatIsThereWhenTheCallEnds() {
        RateLimitLayer layer = layer(RateLimit.perUser().tokens(60).perMinute());
        ChatReply greedy = layer.around(Scripted.answers(Usage.of(10, 60))).send(new ChatCall(asking(10, 10), ANN));
        greedy.next();
        runtime.advance(Duration.ofSeconds(50)); // full after 20
        assertThat(greedy.next()).isNull();
        assertThat(admitted(layer.around(Scripted.answers(Usage.of(1, 0))), asking(1, 1), ANN))
                .as("60 - 50 are left; a call takes 2, and gives 1 back")
                .isEqualTo(9);
    }

    /** Over many seeds: buckets are forgotten and made anew all the time, and nobody gets more than the limit. */
    @Test
    void nobodyPassesALimitWhileBucketsAreForgotten() throws Exception {
        int users = 6;
        long perSecond = 200;
        RateLimitLayer layer = RateLimitLayer.builder(Scripted.ENDPOINT)
                .runtime(runtime)
                .counter(CHARACTERS)
                .limit(
                        RateLimit.perUser().requests(1_000).tokens(perSecond).perSecond(),
                        RateLimit.global().requests(5_000).perSecond())
                .build();
        AtomicLongArray used = new AtomicLongArray(users);
        LedgerTest.inThreads(8, seed -> {
            Random random = new Random(seed);
            List<ChatReply> open = new ArrayList<>();
            for (int i = 0; i < 4_000; i++) {
                int user = random.nextInt(users);
                int input = 1 + random.nextInt(20);
                int output = 1 + random.nextInt(20);
                int said = random.nextInt(output + 1);
                ChatReply reply = layer.around(Scripted.answers(Usage.of(input, said)))
                        .send(new ChatCall(asking(input, output), CallContext.of(Caller.of("tenant-" + user, "ann"))));
                try {
                    reply.next();
                    used.addAndGet(user, input + said);
                    open.add(reply);
                } catch (RejectedException refused) {
                    assertThat(refused.refusal().kind()).isEqualTo(Refusal.Kind.RATE_LIMIT);
                }
                // from busy to quiet, so that buckets are now empty and now forgotten
                runtime.advance(Duration.ofMillis(random.nextInt(100) == 0 ? 1_500 : random.nextInt(4)));
                while (open.size() > (i < 3_999 ? 5 : 0)) {
                    open.remove(random.nextInt(open.size())).next();
                }
            }
        });
        long most = perSecond + perSecond * runtime.elapsed().toMillis() / 1_000;
        for (int user = 0; user < users; user++) {
            assertThat(used.get(user)).isBetween(most / 20, most);
        }
    }

    @Test
    void aBoundThatABudgetWroteIsNotWhatIsExpected() {
        int[] underWay = new int[1];
        RateLimitLayer limit = layer(RateLimit.perUser().tokens(20_000).perMinute());
        BudgetLayer budget = BudgetLayer.builder(Scripted.ENDPOINT)
                .ledger(Ledger.inMemory(runtime))
                .runtime(runtime)
                .counter(CHARACTERS)
                .budget(Budget.perUser().tokens(10_000_000).perDay())
                .build();
        ChatModel model = budget.around(limit.around(call -> {
            assertThat(call.request().maxOutputTokens()).hasValue(4_096);
            underWay[0]++;
            return Scripted.streams("word ").send(call);
        }));
        for (int i = 0; i < 37; i++) {
            model.send(new ChatCall(ChatRequest.of("x".repeat(28)), ANN)).next(); // and none of them ends
        }
        assertThat(underWay[0]).as("540 each of 20,000").isEqualTo(37);
        assertThatThrownBy(() -> model.chat(ChatRequest.of("x".repeat(28)), ANN))
                .isInstanceOf(RejectedException.class);
    }

    @Test
    void whoExpectsAllThatIsAllowedTakesIt() {
        RateLimitLayer layer = RateLimitLayer.builder(Scripted.ENDPOINT)
                .runtime(runtime)
                .counter(CHARACTERS)
                .limit(RateLimit.perUser().tokens(100).perMinute())
                .expectedOutputTokens(Integer.MAX_VALUE)
                .build();
        ChatModel model = layer.around(Scripted.streams("word "));
        model.send(new ChatCall(asking(10, 50), ANN)).next();
        assertThatThrownBy(() -> model.send(new ChatCall(asking(1, 40), ANN)).next())
                .isInstanceOf(RejectedException.class);
        model.send(new ChatCall(asking(1, 39), ANN)).next();
    }

    @Test
    void guardsAnyWorkByCountingItAsARequest() throws Exception {
        RateLimitLayer layer = layer(RateLimit.perUser().requests(1).tokens(1).perHour());
        assertThat(layer.<Integer>call(ANN, () -> 7)).isEqualTo(7);
        assertThatThrownBy(() -> layer.call(ANN, () -> 8)).isInstanceOf(RejectedException.class);
    }

    @Test
    void whatIsNoModelNeedsNoEndpoint() throws Exception {
        RateLimitLayer layer = RateLimitLayer.builder()
                .limit(RateLimit.perUser().requests(1).perMinute())
                .runtime(runtime)
                .build();
        assertThat(layer.<Integer>call(ANN, () -> 7)).isEqualTo(7);
        assertThatThrownBy(() -> layer.call(ANN, () -> 8)).isInstanceOf(RejectedException.class);
        runtime.advance(Duration.ofMinutes(1));
        assertThat(layer.<Integer>call(ANN, () -> 9)).isEqualTo(9);

        RateLimitLayer byTheMachine =
                RateLimitLayer.of(RateLimit.perUser().requests(1).perHour());
        assertThat(byTheMachine.<Integer>call(ANN, () -> 7)).isEqualTo(7);
        assertThatThrownBy(() -> byTheMachine.call(ANN, () -> 8)).isInstanceOf(RejectedException.class);
        assertThatThrownBy(() -> RateLimitLayer.of()).hasMessageContaining("limits: is empty");
    }

    @Test
    void limitsThatAreAddedOneByOneAllHold() throws Exception {
        RateLimitLayer layer = RateLimitLayer.builder()
                .limit(RateLimit.perUser().requests(1).perHour())
                .limit(List.of(RateLimit.perTenant().requests(2).perHour()))
                .runtime(runtime)
                .build();
        assertThat(layer.<Integer>call(ANN, () -> 7)).isEqualTo(7);
        assertThatThrownBy(() -> layer.call(ANN, () -> 8)).hasMessageContaining("per user");
        assertThat(layer.<Integer>call(BOB, () -> 7)).isEqualTo(7);
        assertThatThrownBy(() -> layer.call(BOB, () -> 8)).hasMessageContaining("per user");
    }

    @Test
    void countsTeamsAndTasksWhereThereAreSuch() throws Exception {
        RateLimitLayer layer = RateLimitLayer.builder()
                .limit(RateLimit.perTeam().requests(2).perDay())
                .limit(RateLimit.perTask().requests(1).perDay())
                .runtime(runtime)
                .build();
        Caller ann = Caller.of("acme", "ann").team("sales");
        layer.call(CallContext.of(ann.task("t-1")), () -> 7);
        assertThatThrownBy(() -> layer.call(CallContext.of(ann.task("t-1")), () -> 7))
                .hasMessageContaining("rate limit per task of 1 requests per day");
        layer.call(CallContext.of(Caller.of("acme", "bob").team("sales")), () -> 7);
        assertThatThrownBy(() -> layer.call(CallContext.of(ann), () -> 7))
                .hasMessageContaining("rate limit per team of 2 requests per day");
        layer.call(ANN, () -> 7); // of no team, and no task
    }

    @Test
    void aLimitThatIsGivenTwiceWouldBeHalved() {
        RateLimit limit = RateLimit.perUser().requests(2).perMinute();
        assertThatThrownBy(() -> RateLimitLayer.of(limit, limit.maxWait(Duration.ofSeconds(1))))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("limits[1]: is the rate limit per user of 2 requests per minute again");
    }

    @Test
    void namesEverythingThatIsWrongAtOnce() {
        RateLimitLayer.Builder builder = RateLimitLayer.builder(Scripted.ENDPOINT)
                .runtime(runtime)
                .limit(
                        RateLimit.perUser().perMinute(),
                        RateLimit.perUser().requests(0).tokens(-1).perMinute().maxWait(Duration.ofSeconds(-1)),
                        RateLimit.perUser().requests(2_000_000_000_000L).perSecond(),
                        RateLimit.perUser().requests(1).perSecond().maxWait(ChronoUnit.FOREVER.getDuration()))
                .expectedOutputTokens(-1);
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
                                        "expectedOutputTokens"));
    }
}
