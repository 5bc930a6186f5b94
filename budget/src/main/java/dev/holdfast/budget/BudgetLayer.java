package dev.holdfast.budget;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.GuardLayer;
import dev.holdfast.chat.GuardedCall;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Permit;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.Problems;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.event.CoreEvent;
import dev.holdfast.event.Events;
import dev.holdfast.internal.words.Durations;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hard budgets in front of one endpoint: a call is sent only when everybody who pays for it affords the most that it can
 * cost. Put it inside retries, so that every attempt pays for itself.
 *
 * <p><b>Before the call</b> the most that it can take is reserved: its counted input, and as much output as it asks for
 * ({@code maxOutputTokens} of the request, else {@link Builder#maxOutputTokens}, else what the endpoint can say). Where
 * a budget affords less output, the request is sent with a lower {@code maxOutputTokens}; below
 * {@link Builder#minOutputTokens} it is refused.
 *
 * <p><b>After the call</b> what it used is settled and its cost is written on the answer or the error:
 *
 * <ul>
 *   <li>usage that the provider reported counts as reported, also beyond the reservation;
 *   <li>usage with something in it that the price says nothing of, such as a search of the provider's own or a dearer
 *       tier, costs all that was reserved, or what of it has a price where that is more; a warning is logged;
 *   <li>a call that was provably not sent is given back;
 *   <li>a stream that the caller left costs its input and what was streamed, by our own count (flagged as estimated) and
 *       at the dearest price of each, and each of the price's fees once;
 *   <li>anything else counts as all that was reserved.
 * </ul>
 *
 * <p><b>Any other work.</b> {@link #of} is enough for it, and {@link ModelLayer#call} guards a callable: it takes no
 * tokens, and counts as a call.
 *
 * <p><b>Errors.</b> Refuses with {@link RejectedException} of {@link Refusal.Kind#BUDGET}. Its {@code retryAfter} is empty
 * where no time helps: the call is larger than the whole limit, the limit is for a lifetime, or calls that are running
 * have reserved what this one needs, and may give it back when they end.
 *
 * <p><b>Threading.</b> Safe for use by many threads; the balances are in the {@link Ledger}, not in the layer.
 */
public final class BudgetLayer extends GuardLayer {
    private static final Logger log = LoggerFactory.getLogger(BudgetLayer.class);

    private final Endpoint endpoint;
    private final Purse purse;
    private final boolean ledgerIsHere; // and nobody outside of the process is asked
    private final TokenCounter counter;
    private final HoldfastRuntime runtime;
    private final Events events;
    private final List<Budget> budgets;
    private final @Nullable Price price;
    private final @Nullable Demands demands; // null where nothing that depends on tokens is limited
    private final Duration lease;
    private final AtomicBoolean warned = new AtomicBoolean(); // of what has no price

    private BudgetLayer(Builder builder, @Nullable Price price) {
        this.endpoint = builder.endpoint;
        Ledger ledger = builder.ledger == null ? Ledger.inMemory(builder.runtime) : builder.ledger;
        this.ledgerIsHere = ledger instanceof InMemoryLedger;
        this.purse = Purse.of(ledger, builder.budgets, builder.lease, builder.runtime);
        this.counter = builder.counter == null ? TokenCounter.standard() : builder.counter;
        this.runtime = builder.runtime;
        this.events = builder.events;
        this.budgets = List.copyOf(builder.budgets);
        this.price = price;
        this.demands = builder.limits(BudgetUnit.TOKENS) || builder.limits(BudgetUnit.MONEY)
                ? new Demands(endpoint, counter, price, builder.maxOutputTokens, builder.minOutputTokens)
                : null;
        this.lease = builder.lease;
    }

    /**
     * Budgets for {@linkplain ModelLayer#call work} that is not a model, by the clock of the machine. Its refusals name
     * the endpoint {@code application/work}.
     *
     * @param budgets who may spend how much; all hold at once
     * @return a layer with a ledger of its own
     * @throws dev.holdfast.error.InvalidConfigurationException naming everything that is wrong
     */
    public static BudgetLayer of(Budget... budgets) {
        return builder().budget(budgets).build();
    }

    /**
     * Starts a layer for {@linkplain ModelLayer#call work} that is not a model.
     *
     * @return a builder
     */
    public static Builder builder() {
        return builder(RateLimitLayer.WORK);
    }

    /**
     * Starts a layer in front of a model.
     *
     * @param endpoint who answers below
     * @return a builder
     */
    public static Builder builder(Endpoint endpoint) {
        return new Builder(endpoint);
    }

    @Override
    protected boolean actsAtOnce() {
        return ledgerIsHere;
    }

    @Override
    protected Permit admit(GuardedCall call) {
        ChatCall asked = call.call();
        Demand demand = demands == null ? Demands.CALL : demands.of(asked.request());
        Purse.Answer answer =
                purse.reserve(asked.context(), demand, call.now(runtime).toEpochMilli());
        if (answer instanceof Purse.Refused refused) {
            throw refused(asked.context(), Exhaustion.told(refused.why(), demand));
        }
        Reservation reservation = (Reservation) answer;
        if (demands != null) {
            call.forward(demands.bounded(asked, reservation.output()));
        }
        return new Reserved(this, reservation, asked);
    }

    @Override
    public String toString() {
        return "budgets of " + endpoint + " " + budgets;
    }

    private RejectedException refused(CallContext context, Refusal refusal) {
        if (events.isHeard()) {
            events.emit(new CoreEvent.Refused(context, runtime.now(), refusal));
        }
        return new RejectedException(
                refusal,
                ErrorDetails.builder().context(context).endpoint(endpoint).build());
    }

    /** What the call used, as far as somebody knows: the provider, or for a stream that was left our own count. */
    private Usage usageOf(ChatRequest request, Outcome outcome) {
        Usage usage = Bill.usage(outcome);
        boolean left = outcome instanceof Outcome.Cancelled && Bill.isStreamedUncounted(usage, outcome);
        return left ? Bill.estimate(counter, endpoint, request, outcome) : usage;
    }

    private @Nullable Money costOf(Usage usage, Reservation reservation) {
        if (usage.statedCost().isPresent()) {
            return usage.statedCost().get();
        }
        if (price == null) {
            return null;
        }
        if (usage.isEstimated()) {
            return price.most(usage);
        }
        Optional<Money> cost = price.cost(usage);
        return cost.isPresent() || demands == null ? cost.orElse(null) : bound(usage, price, reservation);
    }

    /** What has no price must not count as nothing: all that was reserved, or more where more has a price. */
    private Money bound(Usage usage, Price stated, Reservation reservation) {
        if (usage.isKnown() && warned.compareAndSet(false, true)) {
            log.warn(
                    "{} charges for {}, of which its price says nothing: such calls are charged all that they had"
                            + " reserved. Complete the price. This is said once",
                    endpoint,
                    stated.unpriced(usage));
        }
        return new Money(Math.max(reservation.nanoDollars(), stated.least(usage).nanos()));
    }

    private void tell(CallContext context, List<Ledger.Crossing> crossings) {
        for (Ledger.Crossing crossing : crossings) {
            events.emit(new BudgetThresholdReached(
                    context, runtime.now(), crossing.key(), crossing.limit(), crossing.percent(), crossing.settled()));
        }
    }

    /** What a call may take, until it has been settled what it took. */
    private record Reserved(BudgetLayer layer, Reservation reservation, ChatCall asked) implements Permit {
        @Override
        public Outcome onOutcome(Outcome outcome) {
            if (outcome.billing() == Billing.NOT_SENT) {
                return outcome;
            }
            Usage usage = layer.usageOf(asked.request(), outcome);
            return Bill.on(outcome, usage, layer.costOf(usage, reservation));
        }

        @Override
        public void end(Outcome outcome, GuardedCall call) {
            if (outcome.billing() == Billing.NOT_SENT) {
                reservation.release();
                return;
            }
            Usage usage = Bill.usage(outcome);
            long tokens = usage.isKnown() ? usage.total() : Math.max(reservation.tokens(), usage.total());
            long nanos = outcome.cost().map(Money::nanos).orElse(reservation.nanoDollars());
            Ledger.Settlement settlement = reservation.settle(tokens, Math.max(0, nanos));
            if (!settlement.ended()) {
                log.warn(
                        "{} outlived its lease of {} by far; all that it had reserved is charged, and no more",
                        asked.context(),
                        Durations.exactly(layer.lease));
            }
            if (layer.events.isHeard()) {
                layer.tell(asked.context(), settlement.crossings());
            }
        }
    }

    /** Builds a {@link BudgetLayer}. Not safe for use by several threads. */
    public static final class Builder {
        private static final int MIN_OUTPUT = 16;
        private static final Duration LEASE = Duration.ofMinutes(30);

        private final Endpoint endpoint;
        private final List<Budget> budgets = new ArrayList<>();
        private @Nullable Ledger ledger;
        private PriceTable prices = PriceTable.empty();
        private @Nullable TokenCounter counter;
        private HoldfastRuntime runtime = HoldfastRuntime.system();
        private Events events = Events.none();
        private @Nullable Integer maxOutputTokens;
        private int minOutputTokens = MIN_OUTPUT;
        private Duration lease = LEASE;
        private boolean allowUnpriced;

        private Builder(Endpoint endpoint) {
            this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
        }

        /**
         * Adds who may spend how much. All hold at once; whoever cannot pay refuses the call.
         *
         * @param budgets one or several, no two of which limit the same unit of the same scope in the same window
         * @return this builder
         */
        public Builder budget(Budget... budgets) {
            return budget(Arrays.asList(budgets));
        }

        /**
         * Adds who may spend how much; see {@link #budget(Budget...)}.
         *
         * @param budgets the budgets
         * @return this builder
         */
        public Builder budget(Collection<Budget> budgets) {
            for (Budget budget : budgets) {
                this.budgets.add(Objects.requireNonNull(budget, "budgets"));
            }
            return this;
        }

        /**
         * Sets where the balances are; give several layers the same ledger to share them.
         *
         * @param ledger one in memory, of this layer alone, unless set
         * @return this builder
         */
        public Builder ledger(Ledger ledger) {
            this.ledger = Objects.requireNonNull(ledger, "ledger");
            return this;
        }

        /**
         * Sets what the endpoint costs.
         *
         * @param prices a table with a price for the endpoint, where a budget limits money
         * @return this builder
         */
        public Builder prices(PriceTable prices) {
            this.prices = Objects.requireNonNull(prices, "prices");
            return this;
        }

        /**
         * Guards an endpoint without a price by budgets of money: its calls then cost nothing, unless the provider
         * states a cost. Without this such a layer is not built.
         *
         * @return this builder
         */
        public Builder allowUnpriced() {
            this.allowUnpriced = true;
            return this;
        }

        /**
         * Sets who counts tokens; without it {@link TokenCounter#standard()}.
         *
         * @param counter the counter, best shared by all layers
         * @return this builder
         */
        public Builder counter(TokenCounter counter) {
            this.counter = Objects.requireNonNull(counter, "counter");
            return this;
        }

        /**
         * Sets where time and randomness come from.
         *
         * @param runtime the ledger's; the system's unless set
         * @return this builder
         */
        public Builder runtime(HoldfastRuntime runtime) {
            this.runtime = Objects.requireNonNull(runtime, "runtime");
            return this;
        }

        /**
         * Sets who is told of refusals and thresholds.
         *
         * @param events nobody unless set
         * @return this builder
         */
        public Builder events(Events events) {
            this.events = Objects.requireNonNull(events, "events");
            return this;
        }

        /**
         * Sets how much output a request gets that does not say how much it wants; without it as much as the endpoint
         * can say, or 4,096 where that is not known.
         *
         * @param tokens output tokens; at least 1
         * @return this builder
         */
        public Builder maxOutputTokens(int tokens) {
            this.maxOutputTokens = tokens;
            return this;
        }

        /**
         * Sets how short an answer may be made before the call is refused instead; without it 16. A request that asks
         * for less gets what it asks for.
         *
         * @param tokens output tokens; at least 1
         * @return this builder
         */
        public Builder minOutputTokens(int tokens) {
            this.minOutputTokens = tokens;
            return this;
        }

        /**
         * Sets how long a call is given; without it 30 minutes. After that all that it had reserved counts as spent, until
         * it ends after all and says what it took. A call that lasts more than twice as long is forgotten, and stays
         * charged with what it had reserved.
         *
         * @param lease longer than zero
         * @return this builder
         */
        public Builder lease(Duration lease) {
            this.lease = lease;
            return this;
        }

        /**
         * Builds the layer.
         *
         * @return a layer
         * @throws dev.holdfast.error.InvalidConfigurationException naming everything that is wrong
         */
        public BudgetLayer build() {
            Price price = prices.find(endpoint).orElse(null);
            Problems problems = new Problems();
            problems.require(!budgets.isEmpty(), "budgets", "is empty; give one, or leave the layer out");
            Set<Object> seen = new HashSet<>();
            for (int i = 0; i < budgets.size(); i++) {
                check(budgets.get(i), "budgets[" + i + "]", seen, problems);
            }
            problems.require(
                    price != null || allowUnpriced || !limits(BudgetUnit.MONEY),
                    "prices",
                    "has no price for " + endpoint.provider() + "/" + endpoint.model()
                            + ", and a budget limits its money; add the price, or say allowUnpriced()");
            problems.require(
                    maxOutputTokens == null || maxOutputTokens > 0,
                    "maxOutputTokens",
                    "is " + maxOutputTokens + "; give at least 1");
            problems.requirePositive(minOutputTokens, "minOutputTokens");
            problems.requirePositive(lease, "lease");
            problems.throwIfAny("the budget layer of " + endpoint);
            return new BudgetLayer(this, price);
        }

        private static void check(Budget budget, String path, Set<Object> seen, Problems problems) {
            budget.check(problems, path);
            for (int j = 0; j < budget.limits().size(); j++) {
                Budget.Limit limit = budget.limits().get(j);
                problems.require(
                        seen.add(List.of(budget.scope(), limit.unit(), limit.window())),
                        path + ".limits[" + j + "]",
                        "limits what another one limits, " + limit + "; keep the lower of the two");
            }
        }

        private boolean limits(BudgetUnit unit) {
            for (Budget budget : budgets) {
                for (Budget.Limit limit : budget.limits()) {
                    if (limit.unit() == unit) {
                        return true;
                    }
                }
            }
            return false;
        }
    }
}
