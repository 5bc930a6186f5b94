package dev.holdfast.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.budget.Ledger.Balance;
import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.TokenClass;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.Scope;
import dev.holdfast.context.ScopeKey;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.error.StreamInterruptedException;
import dev.holdfast.error.TaskException;
import dev.holdfast.error.TransportException;
import dev.holdfast.event.Event;
import dev.holdfast.event.Events;
import dev.holdfast.runtime.HoldfastRuntime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BudgetLayerTest {
    private static final PriceTable PRICES = PriceTable.builder()
            .price(
                    "openai",
                    "gpt-4o-mini",
                    Price.perMillion().input("0.15").cachedInput("0.075").output("0.60"))
            .build();
    private static final CallContext ANN = CallContext.of(Caller.of("acme", "ann"));
    private static final CallContext BOB = CallContext.of(Caller.of("acme", "bob"));
    private static final CallContext CARL = CallContext.of(Caller.of("acme", "carl"));
    private static final ScopeKey KEY = ScopeKey.of(Scope.USER, "acme", "ann");

    /** Ten tokens in, whatever is asked; output a token a word. */
    private static final TokenCounter TEN = new TokenCounter() {
        @Override
        public TokenCount input(Endpoint endpoint, ChatRequest request) {
            return new TokenCount(10, 10);
        }

        @Override
        public TokenCount output(Endpoint endpoint, Message message) {
            long words = message.text().split(" ").length;
            return new TokenCount(words, words);
        }
    };

    private final ManualRuntime runtime = new ManualRuntime("2026-03-01T10:00:00Z");
    private final Ledger ledger = Ledger.inMemory(runtime);

    private BudgetLayer.Builder layer(Budget... budgets) {
        return BudgetLayer.builder(Scripted.ENDPOINT)
                .ledger(ledger)
                .runtime(runtime)
                .counter(TEN)
                .prices(PRICES)
                .budget(budgets);
    }

    private static ChatRequest asking(int output) {
        return ChatRequest.of("hello").toBuilder().maxOutputTokens(output).build();
    }

    private Balance tokens() {
        return ledger.balance(KEY, BudgetUnit.TOKENS, Window.lifetime());
    }

    private Balance money() {
        return ledger.balance(KEY, BudgetUnit.MONEY, Window.lifetime());
    }

    @Test
    void settlesWhatTheProviderReportedAndWritesTheCost() {
        ChatModel model = layer(Budget.perUser()
                        .tokens(1_000)
                        .lifetime()
                        .money("1.00")
                        .lifetime()
                        .calls(5)
                        .lifetime())
                .build()
                .around(Scripted.answers(Usage.of(10, 7)));

        ChatResponse response = model.chat(asking(100), ANN);

        assertThat(response.cost()).contains(new Money(10 * 150 + 7 * 600));
        assertThat(tokens()).isEqualTo(new Balance(17, 0));
        assertThat(money()).isEqualTo(new Balance(5_700, 0));
        assertThat(ledger.balance(KEY, BudgetUnit.CALLS, Window.lifetime())).isEqualTo(new Balance(1, 0));
    }

    @Test
    void whatHasNoPriceIsNeverSettledAsNothing() {
        Usage searched = Usage.builder()
                .add(TokenClass.INPUT, 10)
                .add(TokenClass.OUTPUT, 7)
                .addExtra("web_search_requests", 2)
                .build();
        Usage dearer = Usage.builder()
                .add(TokenClass.INPUT, 10)
                .add(TokenClass.OUTPUT, 7)
                .tier("priority")
                .build();
        Usage longer = Usage.builder()
                .add(TokenClass.INPUT, 5_000) // what the searches found is input, which nobody could foresee
                .addExtra("web_search_requests", 2)
                .build();
        BudgetLayer layer = layer(Budget.perUser().money("1.00").lifetime()).build();
        Money reserved = new Money(10 * 150 + 100 * 600);

        assertThat(layer.around(Scripted.answers(searched))
                        .chat(asking(100), ANN)
                        .cost())
                .contains(reserved);
        assertThat(layer.around(Scripted.answers(dearer)).chat(asking(100), ANN).cost())
                .contains(reserved);
        assertThat(layer.around(Scripted.answers(longer)).chat(asking(100), ANN).cost())
                .contains(new Money(5_000 * 150));
        assertThat(money()).isEqualTo(new Balance(2 * reserved.nanos() + 5_000 * 150, 0));
    }

    @Test
    void reservesByTheDearestTierAndOneOfEachThatIsChargedEachTime() {
        Price price = Price.perMillion()
                .input("0.15")
                .output("0.60")
                .each("web_search_requests", "0.01")
                .tier("priority", Price.perMillion().input("0.30").output("1.20"));
        PriceTable prices =
                PriceTable.builder().price("openai", "gpt-4o-mini", price).build();
        ChatModel model = layer(Budget.perUser().money("1.00").lifetime())
                .prices(prices)
                .build()
                .around(Scripted.streams("word "));
        ChatReply reply = model.send(new ChatCall(asking(100), ANN));
        reply.next();
        assertThat(money()).isEqualTo(new Balance(0, 10 * 300 + 100 * 1_200 + 10_000_000));
        reply.close();

        assertThat(money())
                .as("nobody knows whether it searched before it was left")
                .isEqualTo(new Balance(10 * 300 + 1_200 + 10_000_000, 0));
    }

    @Test
    void aHardBudgetIsNeverOverspentAndUsedToTheEndByManyThreads() throws Exception {
        long limit = 200_000;
        AtomicLong spent = new AtomicLong();
        HoldfastRuntime system = HoldfastRuntime.system();
        Ledger shared = Ledger.inMemory(system);
        ChatModel model = BudgetLayer.builder(Scripted.ENDPOINT)
                .ledger(shared)
                .runtime(system)
                .counter(TEN)
                .budget(Budget.perUser().tokens(limit).lifetime())
                .minOutputTokens(1)
                .build()
                .around(call -> {
                    int allowed = call.request().maxOutputTokens().orElseThrow();
                    int said = 1 + new Random(spent.get()).nextInt(allowed);
                    spent.addAndGet(10 + said);
                    Thread.yield(); // lets others come between the reservation and the settlement
                    return ChatReply.completed(ChatResponse.builder(Scripted.ENDPOINT, Message.assistant("x"))
                            .usage(Usage.of(10, said))
                            .build());
                });

        LedgerTest.inThreads(64, seed -> {
            Random random = new Random(seed);
            for (int refused = 0; refused < 3; ) {
                try {
                    model.chat(asking(1 + random.nextInt(200)), ANN);
                } catch (RejectedException e) {
                    refused++;
                    Thread.yield();
                }
            }
        });

        assertThat(spent.get()).as("overshoot").isLessThanOrEqualTo(limit);
        assertThat(spent.get()).as("utilisation").isGreaterThanOrEqualTo(limit * 98 / 100);
        assertThat(shared.balance(KEY, BudgetUnit.TOKENS, Window.lifetime())).isEqualTo(new Balance(spent.get(), 0));
    }

    @Test
    void aLoneCallerReachesAllOfItsBudget() {
        List<Integer> allowed = new ArrayList<>();
        ChatModel model = layer(Budget.perUser().tokens(1_050).lifetime())
                .minOutputTokens(1)
                .build()
                .around(call -> {
                    allowed.add(call.request().maxOutputTokens().orElseThrow());
                    return Scripted.answers(Usage.of(10, allowed.get(allowed.size() - 1)))
                            .send(call);
                });
        for (int i = 0; i < 10; i++) {
            model.chat(asking(100), ANN);
        }
        assertThat(allowed).containsExactly(100, 100, 100, 100, 100, 100, 100, 100, 100, 50);
        assertThat(tokens()).isEqualTo(new Balance(1_050, 0));
        assertThatThrownBy(() -> model.chat(asking(100), ANN)).isInstanceOf(RejectedException.class);
    }

    @Test
    void boundsTheOutputOfARequestThatDoesNot() {
        List<ChatRequest> seen = new ArrayList<>();
        ChatModel model = layer(Budget.perUser().money("0.0001").lifetime()) // 100,000 nano-dollars
                .build()
                .around(call -> {
                    seen.add(call.request());
                    return Scripted.answers(Usage.of(10, 1)).send(call);
                });
        model.chat(ChatRequest.of("hello"), ANN);
        // (100,000 - 10 * 150) / 600
        assertThat(seen.get(0).maxOutputTokens()).hasValue(164);
    }

    @Test
    void refusesRatherThanCutAnAnswerToNothing() {
        ChatModel model =
                layer(Budget.perUser().tokens(25).perHour()).build().around(Scripted.answers(Usage.of(10, 5)));

        assertThatThrownBy(() -> model.chat(asking(100), ANN)).isInstanceOfSatisfying(RejectedException.class, e -> {
            Refusal refusal = e.refusal();
            assertThat(refusal.kind()).isEqualTo(Refusal.Kind.BUDGET);
            assertThat(refusal.rule()).isEqualTo("budget of 25 tokens per hour");
            assertThat(refusal.scope()).contains(KEY);
            assertThat(refusal.quantity()).contains(new Refusal.Quantity(0, 26, 25, "tokens"));
            assertThat(refusal.retryAfter()).as("it will never fit").isEmpty();
            assertThat(e.billing()).isEqualTo(Billing.NOT_SENT);
        });
        model.chat(asking(10), ANN);
        assertThatThrownBy(() -> model.chat(asking(10), ANN))
                .isInstanceOfSatisfying(
                        RejectedException.class, e -> assertThat(e.retryAfter()).contains(Duration.ofHours(1)));
    }

    @Test
    void unknownUsageIsSettledAtAllThatWasReserved() {
        ChatModel model = layer(
                        Budget.perUser().tokens(1_000).lifetime().money("1").lifetime())
                .build()
                .around(Scripted.answers(Usage.unknown()));
        ChatResponse response = model.chat(asking(100), ANN);
        assertThat(tokens()).isEqualTo(new Balance(110, 0));
        assertThat(money()).isEqualTo(new Balance(61_500, 0));
        assertThat(response.cost()).contains(new Money(61_500));
    }

    @Test
    void aCallThatWasNotSentIsGivenBackAndOneThatMayBeBilledIsNot() {
        Budget budget = Budget.perUser().tokens(1_000).lifetime().calls(10).lifetime();
        ChatModel notSent = layer(budget).build().around(Scripted.fails(Usage.none(), Billing.NOT_SENT));
        assertThatThrownBy(() -> notSent.chat(asking(100), ANN)).isInstanceOf(TransportException.class);
        assertThat(tokens()).isEqualTo(new Balance(0, 0));

        ChatModel maybe = layer(budget).build().around(Scripted.fails(Usage.none(), Billing.MAYBE_BILLED));
        assertThatThrownBy(() -> maybe.chat(asking(100), ANN))
                .isInstanceOfSatisfying(
                        TransportException.class,
                        e -> assertThat(e.details().cost()).contains(new Money(61_500)));
        assertThat(tokens()).isEqualTo(new Balance(110, 0));

        ChatModel billed = layer(budget).build().around(Scripted.fails(Usage.of(10, 3), Billing.BILLED));
        assertThatThrownBy(() -> billed.chat(asking(100), ANN)).isInstanceOf(TransportException.class);
        assertThat(tokens()).isEqualTo(new Balance(123, 0));
    }

    @Test
    void aStreamThatTheCallerLeavesCostsItsInputAndWhatWasStreamed() {
        ChatModel model =
                layer(Budget.perUser().tokens(1_000).lifetime()).build().around(Scripted.streams("word "));
        ChatReply reply = model.send(new ChatCall(asking(100), ANN));
        for (int i = 0; i < 7; i++) {
            reply.next();
        }
        assertThat(tokens()).isEqualTo(new Balance(0, 110));
        reply.close();
        reply.close();

        assertThat(tokens()).isEqualTo(new Balance(17, 0));
        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
        assertThat(reply.outcome().usage().isEstimated()).isTrue();
        assertThat(reply.outcome().cost()).contains(new Money(10 * 150 + 7 * 600));
    }

    @Test
    void aCallThatOutlivesItsLeaseIsChargedWhatItTook() {
        Budget budget = Budget.perUser().tokens(1_000).lifetime();
        for (Ledger each : List.of(ledger, new ByName(ledger))) {
            long before = tokens().settled();
            ChatReply slow = BudgetLayer.builder(Scripted.ENDPOINT)
                    .ledger(each)
                    .runtime(runtime)
                    .counter(TEN)
                    .budget(budget)
                    .build()
                    .around(Scripted.answers(Usage.of(10, 240)))
                    .send(new ChatCall(asking(100), ANN));
            slow.next();
            runtime.advance(Duration.ofMinutes(40));
            ChatModel other = layer(budget).build().around(Scripted.fails(Usage.none(), Billing.NOT_SENT));
            assertThatThrownBy(() -> other.chat(asking(1), ANN)).isInstanceOf(TransportException.class);
            assertThat(tokens()).isEqualTo(new Balance(before + 110, 0));

            assertThat(slow.next()).isNull();
            assertThat(tokens()).isEqualTo(new Balance(before + 250, 0));
        }
    }

    /** A ledger that is known by its contract alone. */
    static class ByName implements Ledger {
        private final Ledger ledger;

        ByName(Ledger ledger) {
            this.ledger = ledger;
        }

        @Override
        public Decision reserve(ReservationId id, List<Line> lines, Demand demand, Duration lease) {
            return ledger.reserve(id, lines, demand, lease);
        }

        @Override
        public Settlement settle(ReservationId id, Amounts actual) {
            return ledger.settle(id, actual);
        }

        @Override
        public boolean release(ReservationId id) {
            return ledger.release(id);
        }

        @Override
        public Balance balance(ScopeKey key, BudgetUnit unit, Window window) {
            return ledger.balance(key, unit, window);
        }
    }

    @Test
    void anyLedgerIsChargedTheSame() {
        Budget[] budgets = {
            Budget.perUser().tokens(300).lifetime().money("1.00").lifetime(),
            Budget.perTeam().calls(1).lifetime(), // nobody's: the caller has none
            Budget.global().calls(4).lifetime()
        };
        List<Balance> seen = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Ledger memory = Ledger.inMemory(runtime);
            Ledger paid = i == 0 ? memory : new ByName(memory);
            BudgetLayer layer = BudgetLayer.builder(Scripted.ENDPOINT)
                    .ledger(paid)
                    .runtime(runtime)
                    .counter(TEN)
                    .prices(PRICES)
                    .budget(budgets)
                    .build();
            layer.around(Scripted.answers(Usage.of(10, 90))).chat(asking(100), ANN);
            ChatModel unsent = layer.around(Scripted.fails(Usage.none(), Billing.NOT_SENT));
            assertThatThrownBy(() -> unsent.chat(asking(100), ANN)).isInstanceOf(TransportException.class);
            ChatModel maybe = layer.around(Scripted.fails(Usage.unknown(), Billing.MAYBE_BILLED));
            assertThatThrownBy(() -> maybe.chat(asking(100), ANN)).isInstanceOf(TransportException.class);
            layer.around(call -> {
                        assertThat(call.request().maxOutputTokens()).hasValue(80); // 300 - 100 - 110 - 10
                        return Scripted.answers(Usage.of(10, 60)).send(call);
                    })
                    .chat(asking(100), ANN);
            assertThatThrownBy(() -> unsent.chat(asking(100), ANN))
                    .isInstanceOfSatisfying(
                            RejectedException.class,
                            e -> assertThat(e.refusal().quantity())
                                    .contains(new Refusal.Quantity(280, 26, 300, "tokens")));
            seen.add(memory.balance(KEY, BudgetUnit.TOKENS, Window.lifetime()));
            seen.add(memory.balance(KEY, BudgetUnit.MONEY, Window.lifetime()));
            seen.add(memory.balance(ScopeKey.of(Scope.GLOBAL), BudgetUnit.CALLS, Window.lifetime()));
        }
        assertThat(seen.subList(0, 3)).isEqualTo(seen.subList(3, 6));
        assertThat(seen).contains(new Balance(280, 0), new Balance(3, 0));
    }

    @Test
    void aCallThatWasTurnedDownCountsAsACallAndTakesNothingElse() {
        ChatModel model = layer(Budget.perUser()
                        .tokens(1_000)
                        .lifetime()
                        .money("1")
                        .lifetime()
                        .calls(5)
                        .lifetime())
                .build()
                .around(Scripted.fails(Usage.none(), Billing.NOT_BILLED));

        assertThatThrownBy(() -> model.chat(asking(100), ANN)).isInstanceOf(TransportException.class);

        assertThat(tokens()).isEqualTo(new Balance(0, 0));
        assertThat(money()).isEqualTo(new Balance(0, 0));
        assertThat(ledger.balance(KEY, BudgetUnit.CALLS, Window.lifetime())).isEqualTo(new Balance(1, 0));
    }

    @Test
    void ourOwnCountCostsTheMostThatItsTokensCan() {
        PriceTable prices = PriceTable.builder()
                .price(
                        "openai",
                        "gpt-4o-mini",
                        Price.perMillion()
                                .input("0.15")
                                .with(TokenClass.CACHE_WRITE, "0.30")
                                .output("0.60"))
                .build();
        ChatModel model = layer(Budget.perUser().money("1.00").lifetime())
                .prices(prices)
                .build()
                .around(Scripted.streams("word "));
        ChatReply reply = model.send(new ChatCall(asking(100), ANN));
        reply.next();
        reply.close();

        assertThat(reply.outcome().cost()).contains(new Money(10 * 300 + 600));
        assertThat(money()).isEqualTo(new Balance(3_600, 0));
    }

    @Test
    void nothingStaysReservedHoweverCallsEnd() {
        Budget budget = Budget.perUser().tokens(1_000_000).lifetime();
        List<ChatModel> models = List.of(
                layer(budget).build().around(Scripted.answers(Usage.of(1, 1))),
                layer(budget).build().around(Scripted.fails(Usage.unknown(), Billing.MAYBE_BILLED)),
                layer(budget).build().around(Scripted.fails(Usage.none(), Billing.NOT_SENT)),
                layer(budget).build().around(Scripted.streams("a ")),
                layer(budget).build().around(call -> {
                    throw new IllegalStateException("a broken model");
                }));
        Random random = new Random(7);
        for (int i = 0; i < 500; i++) {
            try (ChatReply reply = models.get(random.nextInt(models.size())).send(new ChatCall(asking(50), ANN))) {
                for (int chunks = random.nextInt(4); chunks > 0 && reply.next() != null; chunks--) {}
            } catch (TransportException | TaskException expected) {
                assertThat(tokens().used()).isPositive();
            }
        }
        assertThat(tokens().reserved()).isZero();
    }

    @Test
    void cachedTokensAreBilledOnceAndAtTheirPrice() {
        Usage usage = Usage.builder()
                .add(TokenClass.INPUT, 100)
                .add(TokenClass.CACHED_INPUT, 900)
                .add(TokenClass.OUTPUT, 10)
                .build();
        assertThat(PRICES.cost(Scripted.ENDPOINT, usage)).contains(new Money(100 * 150 + 900 * 75 + 10 * 600));
    }

    @Test
    void theCostThatTheProviderStatesCounts() {
        Usage usage = Usage.builder()
                .add(TokenClass.INPUT, 10)
                .statedCost(new Money(42))
                .build();
        ChatModel model = layer(Budget.perUser().money("1").lifetime()).build().around(Scripted.answers(usage));
        assertThat(model.chat(asking(10), ANN).cost()).contains(new Money(42));
        assertThat(money()).isEqualTo(new Balance(42, 0));
    }

    @Test
    void aModelWithoutAPriceIsRefusedByNameUnderAMoneyBudget() {
        BudgetLayer.Builder unpriced = BudgetLayer.builder(Endpoint.of("openai", "gpt-4o-mini-tts"))
                .ledger(ledger)
                .runtime(runtime)
                .counter(TEN)
                .prices(PRICES)
                .budget(Budget.perUser().money("5.00").perMonth());
        assertThatThrownBy(unpriced::build)
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("openai/gpt-4o-mini-tts");
        assertThat(unpriced.allowUnpriced().build()).isNotNull();
    }

    @Test
    void namesEverythingThatIsWrongAtOnce() {
        BudgetLayer.Builder builder = layer(
                        Budget.perUser(),
                        Budget.perTenant().tokens(0).perDay().money("five").perMonth(),
                        Budget.perTeam().calls(5).perHour().calls(9).perHour().thresholds(80, 50))
                .minOutputTokens(0)
                .lease(Duration.ZERO);
        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(
                        InvalidConfigurationException.class,
                        e -> assertThat(e.problems())
                                .extracting(InvalidConfigurationException.Problem::path)
                                .containsExactly(
                                        "budgets[0].limits",
                                        "budgets[1].limits[0].tokens",
                                        "budgets[1].limits[1].money",
                                        "budgets[2].thresholds[1]",
                                        "budgets[2].limits[1]",
                                        "minOutputTokens",
                                        "lease"));
    }

    @Test
    void guardsAnyWorkByCountingItAsACall() throws Exception {
        BudgetLayer layer = BudgetLayer.builder()
                .ledger(ledger)
                .runtime(runtime)
                .budget(Budget.perUser().calls(2).perHour().tokens(1).perHour())
                .build();
        assertThat(layer.<String>call(ANN, () -> "done")).isEqualTo("done");
        assertThatThrownBy(() -> layer.call(ANN, () -> {
                    throw new IOException("broken");
                }))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> layer.call(ANN, () -> "never")).isInstanceOf(RejectedException.class);
    }

    @Test
    void whatIsNoModelNeedsNeitherAnEndpointNorALedger() throws Exception {
        BudgetLayer layer = BudgetLayer.of(
                Budget.perUser().calls(1).lifetime(),
                Budget.perTenant().calls(2).lifetime());
        assertThat(layer.<Integer>call(ANN, () -> 7)).isEqualTo(7);
        assertThatThrownBy(() -> layer.call(ANN, () -> 8)).isInstanceOf(RejectedException.class);
        assertThat(layer.<Integer>call(BOB, () -> 7)).isEqualTo(7);
        assertThatThrownBy(() -> layer.call(CARL, () -> 8))
                .isInstanceOfSatisfying(
                        RejectedException.class,
                        e -> assertThat(e.refusal().scope())
                                .hasValueSatisfying(
                                        scope -> assertThat(scope.scope()).isEqualTo(Scope.TENANT)));
        assertThatThrownBy(() -> BudgetLayer.of()).hasMessageContaining("budgets: is empty");
    }

    @Test
    void budgetsThatAreAddedOneByOneAllHold() throws Exception {
        BudgetLayer layer = BudgetLayer.builder()
                .budget(Budget.perUser().calls(1).lifetime())
                .budget(List.of(Budget.perTenant().calls(2).lifetime()))
                .runtime(runtime)
                .build();
        assertThat(layer.<Integer>call(ANN, () -> 7)).isEqualTo(7);
        assertThatThrownBy(() -> layer.call(ANN, () -> 8)).isInstanceOf(RejectedException.class);
        assertThat(layer.<Integer>call(BOB, () -> 7)).isEqualTo(7);
        assertThatThrownBy(() -> layer.call(CARL, () -> 8)).isInstanceOf(RejectedException.class);
    }

    @Test
    void tellsListenersOfThresholdsAndRefusals() {
        List<Event> heard = new ArrayList<>();
        ChatModel model = layer(Budget.perUser().tokens(100).lifetime())
                .events(Events.to(heard::add))
                .build()
                .around(Scripted.answers(Usage.of(10, 50)));
        model.chat(asking(50), ANN);
        model.chat(asking(50), ANN); // shortened to 30, but the model says 50: a debt
        assertThatThrownBy(() -> model.chat(asking(50), ANN)).isInstanceOf(RejectedException.class);
        assertThat(heard)
                .extracting(event -> event instanceof BudgetThresholdReached reached
                        ? reached.percent() + "% at " + reached.settled()
                        : event.getClass().getSimpleName())
                .containsExactly("50% at 60", "100% at 120", "Refused");
    }

    @Test
    void everyAttemptPays() {
        ChatModel model = layer(Budget.perUser().calls(2).lifetime())
                .build()
                .around(Scripted.fails(Usage.unknown(), Billing.MAYBE_BILLED));
        for (int attempt = 1; attempt <= 2; attempt++) {
            assertThatThrownBy(() -> model.chat(asking(5), ANN)).isInstanceOf(TransportException.class);
        }
        assertThatThrownBy(() -> model.chat(asking(5), ANN)).isInstanceOf(RejectedException.class);
    }

    @Test
    void pricingAloneWritesTheCost() {
        ChatModel model = Pricing.of(Scripted.ENDPOINT, PRICES).around(Scripted.answers(Usage.of(1, 1)));
        assertThat(model.chat("hello")).isEqualTo("fine");
        assertThat(model.chat(asking(1)).cost()).contains(new Money(750));
        ChatModel failing =
                Pricing.of(Scripted.ENDPOINT, PRICES).around(Scripted.fails(Usage.of(2, 0), Billing.BILLED));
        assertThatThrownBy(() -> failing.chat("hello"))
                .isInstanceOfSatisfying(
                        TransportException.class,
                        e -> assertThat(e.details().cost()).contains(new Money(300)));
    }

    @Test
    void pricingDoesNotGuessWhatNobodyCounted() {
        ChatModel cut =
                Pricing.of(Scripted.ENDPOINT, PRICES).around(Scripted.fails(Usage.unknown(), Billing.MAYBE_BILLED));
        assertThatThrownBy(() -> cut.chat("hello"))
                .isInstanceOfSatisfying(
                        TransportException.class,
                        e -> assertThat(e.details().cost()).isEmpty());
        ChatModel silent =
                Pricing.of(Scripted.ENDPOINT, PRICES).around(Scripted.fails(Usage.none(), Billing.MAYBE_BILLED));
        assertThatThrownBy(() -> silent.chat("hello")) // not nothing: it may have been charged
                .isInstanceOfSatisfying(
                        TransportException.class,
                        e -> assertThat(e.details().cost()).isEmpty());
    }

    @Test
    void pricingAloneEstimatesAStreamThatTheCallerLeavesAndSaysSo() {
        ChatModel model = Pricing.of(Scripted.ENDPOINT, PRICES, TEN).around(Scripted.streams("word "));
        ChatReply left = model.send(new ChatCall(asking(100), ANN));
        for (int i = 0; i < 7; i++) {
            left.next();
        }
        left.close();

        assertThat(left.outcome().usage()).isEqualTo(estimate(10, 7));
        assertThat(left.outcome().cost()).contains(new Money(10 * 150 + 7 * 600));
        assertThat(left.outcome().billing()).isEqualTo(Billing.MAYBE_BILLED);

        ChatReply untouched = model.send(new ChatCall(asking(100), ANN));
        untouched.close();
        assertThat(untouched.outcome().cost()).isEmpty();
        assertThat(untouched.outcome().billing()).isEqualTo(Billing.NOT_SENT);
    }

    @Test
    void pricingAloneEstimatesAStreamThatBrokeByWhatCame() {
        Usage begun = Usage.unknown().plus(Usage.of(12, 1)); // the provider had told its input, not yet its output
        ChatModel broken = call -> ChatReply.failed(new StreamInterruptedException(
                "the stream broke",
                ErrorDetails.builder()
                        .partial(Message.assistant("word word word "))
                        .usage(begun, Billing.MAYBE_BILLED)
                        .build(),
                null));

        ChatModel priced = Pricing.of(Scripted.ENDPOINT, PRICES, TEN).around(broken);
        assertThatThrownBy(() -> priced.chat("hello")).isInstanceOfSatisfying(StreamInterruptedException.class, e -> {
            assertThat(e.usage()).isEqualTo(estimate(12, 3));
            assertThat(e.details().cost()).contains(new Money(12 * 150 + 3 * 600));
            assertThat(e.billing()).isEqualTo(Billing.MAYBE_BILLED);
        });
        ChatModel unpriced =
                Pricing.of(Scripted.ENDPOINT, PriceTable.empty(), TEN).around(broken);
        assertThatThrownBy(() -> unpriced.chat("hello")).isInstanceOfSatisfying(StreamInterruptedException.class, e -> {
            assertThat(e.usage()).isEqualTo(begun);
            assertThat(e.details().cost()).isEmpty();
        });
    }

    @Test
    void pricingAloneEstimatesAStreamWithEachFeeOnce() {
        Price searching = Price.perMillion().input("0.15").output("0.60").each("web_search_requests", "0.01");
        ChatModel model = Pricing.of(
                        Scripted.ENDPOINT,
                        PriceTable.builder()
                                .price("openai", "gpt-4o-mini", searching)
                                .build(),
                        TEN)
                .around(Scripted.streams("word "));
        ChatReply left = model.send(new ChatCall(asking(100), ANN));
        left.next();
        left.close();

        assertThat(left.outcome().cost()).contains(new Money(10 * 150 + 600 + 10_000_000));
    }

    private static Usage estimate(long input, long output) {
        return Usage.builder()
                .add(TokenClass.INPUT, input)
                .add(TokenClass.OUTPUT, output)
                .estimated()
                .build();
    }

    @Test
    void aBudgetThatIsWrongSaysSoAndNoAmount() {
        assertThat(Budget.perUser().money("$1").perDay().toString())
                .startsWith("budget per user that cannot be used: [limits[0].money: ")
                .contains("$1")
                .doesNotContain("0.000000001");
        assertThat(Budget.perUser().money("1").perDay()).hasToString("budget per user [$1.00 per day]");
    }
}
