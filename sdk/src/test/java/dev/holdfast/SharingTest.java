package dev.holdfast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.budget.Budget;
import dev.holdfast.budget.Ledger;
import dev.holdfast.budget.RateBuckets;
import dev.holdfast.budget.RateLimit;
import dev.holdfast.budget.RateLimitLayer;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.InvalidConfigurationException.Problem;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.memory.ConversationStore;
import dev.holdfast.testkit.FakeModel;
import dev.holdfast.testkit.FakeReply;
import dev.holdfast.testkit.VirtualRuntime;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What several agents count together. */
@Timeout(60) // whoever is never refused asks for ever
class SharingTest {
    private static final Caller ANN = Caller.of("acme", "ann");
    private static final Caller BOB = Caller.of("acme", "bob");

    private final VirtualRuntime time = VirtualRuntime.seeded(11);
    private final FakeModel mini = FakeModel.named("mini", time).otherwise("ok");
    private final FakeModel large = FakeModel.named("large", time).otherwise("ok");
    private final RateBuckets buckets = RateBuckets.inMemory(time);
    private final Ledger ledger = Ledger.inMemory(time);

    private AgentBuilder desk() {
        return Holdfast.agent("desk").model(mini).runtime(time);
    }

    private AgentBuilder sales() {
        return Holdfast.agent("sales").model(large).runtime(time);
    }

    /** Asks until a limit or a budget refuses. */
    private static int asked(Agent agent, Caller caller) {
        for (int count = 0; ; count++) {
            try {
                agent.ask("Where is order 1234?", caller);
            } catch (RejectedException e) {
                return count;
            }
        }
    }

    @Test
    void twoAgentsCountAUserTogetherAgainstALimit() {
        RateLimit limit = RateLimit.perUser().requests(3).perMinute();
        Agent desk = desk().limit(limit).buckets(buckets).build();
        Agent sales = sales().limit(limit).buckets(buckets).build();

        desk.ask("Where is order 1234?", ANN);
        assertThat(asked(sales, ANN)).isEqualTo(2);

        assertThatThrownBy(() -> desk.ask("Where is order 1234?", ANN))
                .isInstanceOfSatisfying(RejectedException.class, e -> {
                    assertThat(e.refusal().kind()).isEqualTo(Refusal.Kind.RATE_LIMIT);
                    assertThat(e.retryAfter()).contains(Duration.ofSeconds(20));
                });
        assertThat(asked(desk, BOB)).as("another user").isEqualTo(3);
        time.advance(Duration.ofSeconds(20));
        assertThat(asked(sales, ANN)).isEqualTo(1);
        assertThat(asked(desk, ANN)).isZero();
    }

    @Test
    void whatOneAgentUsedBeyondItsEstimateTheOtherWaitsFor() {
        RateLimit limit = RateLimit.perUser().tokens(1_000).perMinute();
        Agent desk = desk().limit(limit).buckets(buckets).build();
        Agent sales = sales().limit(limit).buckets(buckets).build();
        mini.reply(FakeReply.text("A long story.").usage(Usage.of(10, 1_990)));

        desk.ask("Tell me a story.", ANN);

        assertThat(asked(sales, ANN)).isZero();
        time.advance(Duration.ofSeconds(59));
        assertThat(asked(sales, ANN)).as("in debt").isZero();
        time.advance(Duration.ofSeconds(61));
        sales.ask("Where is order 1234?", ANN);
    }

    @Test
    void agentsWithoutSharedBucketsCountApart() {
        RateLimit limit = RateLimit.perUser().requests(3).perMinute();
        assertThat(asked(desk().limit(limit).build(), ANN)).isEqualTo(3);
        assertThat(asked(sales().limit(limit).build(), ANN)).isEqualTo(3);
    }

    @Test
    void workOfTheApplicationCountsAgainstTheLimitOfAnAgent() throws Exception {
        RateLimit limit = RateLimit.perUser().requests(3).perMinute();
        Agent desk = desk().limit(limit).buckets(buckets).build();
        ModelLayer reports = RateLimitLayer.builder()
                .limit(limit)
                .buckets(buckets)
                .runtime(time)
                .build();

        assertThat(reports.<Integer>call(CallContext.of(ANN), () -> 7)).isEqualTo(7);

        assertThat(asked(desk, ANN)).isEqualTo(2);
        assertThatThrownBy(() -> reports.call(CallContext.of(ANN), () -> 7)).isInstanceOf(RejectedException.class);
    }

    @Test
    void onlyTheLimitsThatBothNameAreShared() {
        RateLimit tenant = RateLimit.perTenant().requests(5).perMinute();
        Agent desk = desk().limit(tenant, RateLimit.perUser().requests(3).perMinute())
                .buckets(buckets)
                .build();
        Agent sales = sales().limit(tenant, RateLimit.perUser().requests(4).perMinute())
                .buckets(buckets)
                .build();
        assertThat(asked(desk, ANN)).isEqualTo(3);
        assertThat(asked(sales, ANN)).as("what the tenant has left").isEqualTo(2);
    }

    @Test
    void oneAgentMayWaitForALimitAtWhichTheOtherRefuses() {
        RateLimit limit = RateLimit.perUser().requests(3).perMinute();
        Agent desk = desk().limit(limit).buckets(buckets).build();
        Agent batch = sales().limit(limit.maxWait(Duration.ofSeconds(30)))
                .buckets(buckets)
                .build();
        assertThat(asked(desk, ANN)).isEqualTo(3);

        batch.ask("Where is order 1234?", ANN);

        assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(20));
        assertThat(asked(desk, ANN)).as("its turn was taken").isZero();
    }

    @Test
    void twoAgentsSpendOneBudgetOfAUser() {
        Budget budget = Budget.perUser().calls(3).perDay();
        Agent desk = desk().budget(budget).ledger(ledger).build();
        Agent sales = sales().budget(budget).ledger(ledger).build();

        desk.ask("Where is order 1234?", ANN);

        assertThat(asked(sales, ANN)).isEqualTo(2);
        assertThat(asked(desk, ANN)).isZero();
        assertThat(asked(desk, BOB)).as("another user").isEqualTo(3);
        time.advance(Duration.ofDays(1));
        assertThat(asked(desk, ANN)).isEqualTo(3);
    }

    @Test
    void agentsMayHoldOneBalanceToDifferentBudgets() {
        Agent desk =
                desk().budget(Budget.perUser().calls(3).perDay()).ledger(ledger).build();
        Agent sales = sales().budget(Budget.perUser().calls(5).perDay())
                .ledger(ledger)
                .build();
        assertThat(asked(desk, ANN)).isEqualTo(3);
        assertThat(asked(sales, ANN)).isEqualTo(2);
    }

    @Test
    void twoAgentsShareASession() {
        ConversationStore store = ConversationStore.inMemory();
        Caller session = ANN.session("s-1");
        desk().memory(20, store).build().ask("Where is order 1234?", session);

        sales().memory(20, store).build().ask("And who brings it?", session);

        assertThat(large.lastCall().request().messages())
                .containsExactly(
                        Message.user("Where is order 1234?"),
                        Message.assistant("ok"),
                        Message.user("And who brings it?"));
    }

    @Test
    void sharingWithoutAnythingToShareIsAMistake() {
        AgentBuilder builder = desk().ledger(ledger).buckets(buckets);
        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(
                        InvalidConfigurationException.class,
                        e -> assertThat(e.problems()).extracting(Problem::path).containsExactly("buckets", "ledger"));
    }
}
