package dev.holdfast.budget;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.GuardLayer;
import dev.holdfast.chat.GuardedCall;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Permit;
import dev.holdfast.chat.Usage;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes on answers, and on errors after something was sent, what they cost: what the provider states, or else the price
 * of what was used. For stacks without a budget; a {@link BudgetLayer} does it by itself.
 *
 * <p><b>What is estimated.</b> A stream that broke or was left before the provider had counted costs its input and what had
 * come, by our own count and at the dearest price of each, and each of the price's fees once, for nobody knows whether it
 * was charged. Its usage says that it is an estimate, {@link Usage#isEstimated()}: of what the provider went on to say, or
 * what the model thought and did not show, nothing is in it. (A budget, which must not be overspent, settles a stream that
 * broke at all that it had reserved.)
 *
 * <p><b>Where it writes nothing.</b> What an unknown usage cost is not known either: that of a call of which nothing came,
 * or of an answer whose provider does not count. Only a reservation of a budget says the most that it can be. Nor is a
 * usage priced in part, if something in it has no price.
 *
 * <p><b>Threading.</b> Safe for use by many threads.
 */
public final class Pricing extends GuardLayer {
    private final Endpoint endpoint;
    private final @Nullable Price price;
    private final TokenCounter counter;

    private Pricing(Endpoint endpoint, PriceTable prices, TokenCounter counter) {
        this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
        this.price = prices.find(endpoint).orElse(null);
        this.counter = Objects.requireNonNull(counter, "counter");
    }

    /**
     * Prices the calls of one endpoint.
     *
     * @param endpoint who answers
     * @param prices what it costs; without a price for the endpoint only a cost that the provider states is written
     * @return the layer
     */
    public static Pricing of(Endpoint endpoint, PriceTable prices) {
        return of(endpoint, prices, TokenCounter.standard());
    }

    /**
     * Prices the calls of one endpoint.
     *
     * @param endpoint who answers
     * @param prices what it costs; without a price for the endpoint only a cost that the provider states is written
     * @param counter counts what nobody else has; asked after a stream that broke or was left
     * @return the layer
     */
    public static Pricing of(Endpoint endpoint, PriceTable prices, TokenCounter counter) {
        return new Pricing(endpoint, prices, counter);
    }

    @Override
    protected boolean actsAtOnce() {
        return true;
    }

    @Override
    protected Permit admit(GuardedCall call) {
        return new Priced(this, call.call().request());
    }

    @Override
    public String toString() {
        return "pricing of " + endpoint;
    }

    private Outcome priced(ChatRequest request, Outcome outcome) {
        if (outcome.billing() == Billing.NOT_SENT) {
            return outcome;
        }
        Usage usage = Bill.usage(outcome);
        if (usage.statedCost().isPresent()) {
            return Bill.on(outcome, usage, usage.statedCost().get());
        }
        if (price == null) {
            return outcome;
        }
        if (outcome.error() != null && Bill.isStreamedUncounted(usage, outcome)) {
            usage = Bill.estimate(counter, endpoint, request, outcome);
        }
        Money cost = usage.isEstimated() ? price.most(usage) : price.cost(usage).orElse(null);
        return cost == null ? outcome : Bill.on(outcome, usage, cost);
    }

    private record Priced(Pricing layer, ChatRequest request) implements Permit {
        @Override
        public Outcome onOutcome(Outcome outcome) {
            return layer.priced(request, outcome);
        }

        @Override
        public void end(Outcome outcome, GuardedCall call) {
            // nothing was taken
        }
    }
}
