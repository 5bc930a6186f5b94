package dev.holdfast.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.ScopeKey;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a caller is told of a budget that refuses. */
class BudgetRefusalTest {
    private static final CallContext ANN = CallContext.of(Caller.of("acme", "ann"));

    /** Nobody knows its tokenizer: "hi" is counted as at most 266 tokens. */
    private static final Endpoint UNKNOWN = Endpoint.of("somebody", "mystery-7b");

    private static final ChatRequest HI = ChatRequest.of("hi");

    private final ManualRuntime runtime = new ManualRuntime("2026-03-01T10:00:00Z");
    private final Ledger ledger = Ledger.inMemory(runtime);

    private BudgetLayer layer(Ledger ledger, Budget budget) {
        return BudgetLayer.builder(UNKNOWN)
                .ledger(ledger)
                .runtime(runtime)
                .budget(budget)
                .build();
    }

    private static RejectedException refused(ChatModel model, ChatRequest request) {
        return catchThrowableOfType(RejectedException.class, () -> model.chat(request, ANN));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatRunningCallsHoldIsNotToldAsUsed(boolean foreign) {
        Budget budget = Budget.perUser().tokens(10_000).perDay().tokens(2_000).perHour();
        BudgetLayer layer = layer(foreign ? new BudgetLayerTest.ByName(ledger) : ledger, budget);
        ChatModel answering = layer.around(Scripted.answers(Usage.of(10, 20)));
        ChatReply running = layer.around(Scripted.streams("word ")).send(new ChatCall(HI, ANN));
        running.next(); // holds all of the hour

        RejectedException refused = refused(answering, HI);

        assertThat(refused)
                .hasMessage("calls that are running have reserved too much of the budget for a call with at most 266"
                        + " tokens of input and at least 16 of output [rule: budget of 2000 tokens per hour;"
                        + " scope: user:acme/ann; used 0, reserved 2000 by calls that are running,"
                        + " requested at least 282, limit 2000 tokens]");
        assertThat(refused.retryAfter()).as("the call may end at any moment").isEmpty();
        assertThat(refused.refusal().retryAfter()).isEmpty();
        assertThat(refused.refusal().quantity()).contains(new Refusal.Quantity(0, 2_000, 282, 2_000, "tokens"));
        running.close();
        assertThat(answering.chat(HI, ANN).text()).isEqualTo("fine");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsSpentForGoodComesBackWithTheWindow(boolean foreign) {
        Budget budget = Budget.perUser().tokens(2_000).perHour();
        BudgetLayer layer = layer(foreign ? new BudgetLayerTest.ByName(ledger) : ledger, budget);
        ChatModel answering = layer.around(Scripted.answers(Usage.of(300, 1_450)));
        answering.chat(HI, ANN);

        RejectedException refused = refused(answering, HI);

        assertThat(refused)
                .hasMessage("the budget is used up for a call with at most 266 tokens of input and at least 16 of"
                        + " output [rule: budget of 2000 tokens per hour; scope: user:acme/ann; used 1750,"
                        + " requested at least 282, limit 2000 tokens; try again in 1 h]");
        assertThat(refused.retryAfter()).contains(Duration.ofHours(1));
    }

    @Test
    void aCallThatNeverFitsIsToldWhatItIsMadeOf() {
        ChatModel model =
                layer(ledger, Budget.perUser().tokens(200).perDay()).around(Scripted.answers(Usage.of(10, 20)));

        RejectedException refused = refused(model, HI.withMaxOutputTokens(50));

        assertThat(refused)
                .hasMessage("the call is larger than the whole budget, with at most 266 tokens of input and at least 16"
                        + " of output; shorten its input or raise the budget [rule: budget of 200 tokens per day;"
                        + " scope: user:acme/ann; used 0, requested at least 282, limit 200 tokens]");
        assertThat(refused.retryAfter()).isEmpty();
        assertThat(refused(model, HI.withMaxOutputTokens(5))).hasMessageContaining("at least 5 of output");
    }

    @Test
    void aBudgetOfCallsIsToldWithoutTokens() {
        BudgetLayer layer = layer(ledger, Budget.perUser().calls(1).perHour());
        ChatReply running = layer.around(Scripted.streams("word ")).send(new ChatCall(HI, ANN));
        running.next();
        ChatModel answering = layer.around(Scripted.answers(Usage.of(10, 20)));

        assertThat(refused(answering, HI))
                .hasMessage("calls that are running have reserved too much of the budget [rule: budget of 1 calls per"
                        + " hour; scope: user:acme/ann; used 0, reserved 1 by calls that are running,"
                        + " requested at least 1, limit 1 calls]");
        running.close();
        assertThat(refused(answering, HI))
                .hasMessage("the budget is used up [rule: budget of 1 calls per hour; scope: user:acme/ann; used 1,"
                        + " requested at least 1, limit 1 calls; try again in 1 h]");
    }

    @Test
    void aLedgerThatTellsTheEndOfItsWindowWhateverRefusesPromisesNothingFalse() {
        Budget budget = Budget.perUser().tokens(2_000).perHour();
        Ledger simple = new BudgetLayerTest.ByName(ledger) {
            @Override
            public Decision reserve(ReservationId id, List<Line> lines, Demand demand, Duration lease) {
                ScopeKey key = lines.get(0).key();
                long requested = demand.amounts(demand.leastOutput()).tokens();
                return new Exhausted(
                        key, budget.limits().get(0), new Balance(500, 1_400), requested, Duration.ofMinutes(7));
            }
        };
        RejectedException refused = refused(layer(simple, budget).around(Scripted.answers(Usage.of(1, 1))), HI);

        assertThat(refused).hasMessageContaining("used 500, reserved 1400 by calls that are running");
        assertThat(refused.retryAfter()).isEmpty();
    }
}
