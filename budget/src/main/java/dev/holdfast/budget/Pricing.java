package dev.holdfast.budget;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.LayerReply;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Usage;
import java.util.Objects;
import java.util.Optional;

/**
 * Writes on every answer, and on every error after something was sent, what it cost. For stacks without a budget; a
 * {@link BudgetLayer} does it by itself.
 *
 * <p><b>Threading.</b> Safe for use by many threads.
 */
public final class Pricing implements ModelLayer {
    private final Endpoint endpoint;
    private final Optional<Price> price;

    private Pricing(Endpoint endpoint, PriceTable prices) {
        this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
        this.price = prices.find(endpoint);
    }

    /**
     * Prices the calls of one endpoint.
     *
     * @param endpoint who answers
     * @param prices what it costs; without a price for the endpoint only a cost that the provider states is written
     * @return the layer
     */
    public static Pricing of(Endpoint endpoint, PriceTable prices) {
        return new Pricing(endpoint, prices);
    }

    @Override
    public ChatModel around(ChatModel next) {
        return call -> new PricedReply(next, call);
    }

    @Override
    public String toString() {
        return "pricing of " + endpoint;
    }

    private Outcome priced(Outcome outcome) {
        if (outcome.billing() == Billing.NOT_SENT) {
            return outcome;
        }
        Usage usage = Bill.usage(outcome);
        Optional<Money> stated = usage.statedCost();
        Optional<Money> cost = stated.isPresent() ? stated : price.flatMap(known -> known.cost(usage));
        return cost.isPresent() ? Bill.on(outcome, usage, cost.get()) : outcome;
    }

    private final class PricedReply extends LayerReply {
        private final ChatModel next;
        private final ChatCall call;

        PricedReply(ChatModel next, ChatCall call) {
            this.next = next;
            this.call = call;
        }

        @Override
        protected ChatReply open() {
            return next.send(call);
        }

        @Override
        protected Outcome onOutcome(Outcome outcome) {
            return priced(outcome);
        }
    }
}
