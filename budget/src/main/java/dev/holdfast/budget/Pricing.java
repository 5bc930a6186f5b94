package dev.holdfast.budget;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.GuardLayer;
import dev.holdfast.chat.GuardedCall;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Permit;
import dev.holdfast.chat.Usage;
import java.util.Objects;
import java.util.Optional;

/**
 * Writes on answers, and on errors after something was sent, what they cost: what the provider states, or else the price
 * of what was used. For stacks without a budget; a {@link BudgetLayer} does it by itself.
 *
 * <p><b>Where it writes nothing.</b> What an unknown usage cost is not known either: that of a stream which broke or was
 * left before the provider had counted, for example. Only a reservation of a budget says the most that it can be. Nor is
 * a usage priced in part, if something in it has no price.
 *
 * <p><b>Threading.</b> Safe for use by many threads.
 */
public final class Pricing extends GuardLayer {
    private final Endpoint endpoint;
    private final Optional<Price> price;
    private final Permit bill = new PricePermit();

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
    protected Permit admit(GuardedCall call) {
        return bill;
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

    /** Holds nothing, and is the same for all calls. */
    private final class PricePermit implements Permit {
        @Override
        public Outcome onOutcome(Outcome outcome) {
            return priced(outcome);
        }

        @Override
        public void end(Outcome outcome, GuardedCall call) {
            // nothing was taken
        }
    }
}
