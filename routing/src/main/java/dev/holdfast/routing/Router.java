package dev.holdfast.routing;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChoosingModel;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.chat.GuardedCall;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.Problems;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.event.Events;
import dev.holdfast.runtime.HoldfastRuntime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses who answers each call: a cheap target for what looks easy, a strong one for the rest.
 *
 * <p>Of the targets that can take the call, in the order in which they were given, the first of the wanted strength is
 * chosen; if there is none, the first of any. A target cannot take a call while it is not available, or when its context
 * window, where it is known, does not hold a cautious estimate of the input together with the output that the request
 * asks for. The chosen target and, after it, the other usable ones in their order go to the {@link Chain}.
 *
 * <p><b>Errors.</b> When no target can take the call it is refused with {@link Refusal.Kind#NO_TARGET}, and the refusal
 * says of each target why.
 *
 * <p><b>Threading.</b> Safe for use by many threads.
 */
public final class Router extends ChoosingModel {
    private static final Logger log = LoggerFactory.getLogger(Router.class);

    private static final Scorer DEFAULT_SCORER = Complexity.rules();

    private final List<Target> targets;
    private final Scorer scorer;
    private final boolean scoresAtOnce; // another scorer may ask a model
    private final double threshold;
    private final Chain chain;
    private final Events events;
    private final HoldfastRuntime runtime;

    /** For each order that has come up: by the chosen target, and by which targets were usable. */
    private final AtomicReferenceArray<Route> routes;

    private final int all; // the bits of all targets

    /** One order of the targets. */
    private record Route(ChatModel model, Endpoint chosen, List<Endpoint> fallbacks) {}

    private Router(Builder builder) {
        this.targets = List.copyOf(builder.targets);
        this.scorer = builder.scorer;
        this.scoresAtOnce = builder.scorer == DEFAULT_SCORER;
        this.threshold = builder.threshold;
        this.chain = builder.chain;
        this.events = builder.events;
        this.runtime = builder.runtime;
        this.all = (1 << targets.size()) - 1;
        this.routes = new AtomicReferenceArray<>(targets.size() * (1 << targets.size()));
    }

    /**
     * Starts a router.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    protected boolean actsAtOnce() {
        return scoresAtOnce;
    }

    @Override
    protected ChatModel choose(GuardedCall guarded) {
        ChatCall call = guarded.call();
        int usable = usable(call.request());
        if (usable == 0) {
            throw noTarget(call);
        }
        Score score = score(call);
        Route route = routeTo(
                choose(score.value() < threshold ? Target.Strength.CHEAP : Target.Strength.STRONG, usable), usable);
        if (events.isHeard()) {
            tell(guarded, score, route, usable);
        }
        return route.model;
    }

    /** Which targets can take the call: a bit for each. */
    private int usable(ChatRequest request) {
        int usable = 0;
        long atMost = RequestSize.atMost(request);
        for (int i = 0; i < targets.size(); i++) {
            Target target = targets.get(i);
            if (isAvailable(target) && fits(request, atMost, target.endpoint())) {
                usable |= 1 << i;
            }
        }
        return usable;
    }

    private static boolean isAvailable(Target target) {
        try {
            return target.isAvailable();
        } catch (RuntimeException e) { // the others may well take the call
            log.warn("{} could not say whether it is available, and is skipped", target, e);
            return false;
        }
    }

    private static boolean fits(ChatRequest request, long atMost, Endpoint endpoint) {
        OptionalInt window = endpoint.contextWindow();
        if (window.isEmpty()) {
            return true;
        }
        long room = (long) window.getAsInt() - request.maxOutputTokens().orElse(0);
        return atMost <= room || RequestSize.estimate(request) <= room;
    }

    private Score score(ChatCall call) {
        try {
            return Objects.requireNonNull(scorer.score(call), "a scorer returned null");
        } catch (HoldfastException e) {
            throw e; // cancelled, or past its deadline: a decision would be of no use
        } catch (RuntimeException e) {
            log.warn("the scorer failed; the call is taken for a hard one", e);
            return Score.of(1, () -> List.of(new Score.Signal("scorer failed", 1, 1)));
        }
    }

    private int choose(Target.Strength wanted, int usable) {
        for (int i = 0; i < targets.size(); i++) {
            if ((usable & (1 << i)) != 0 && targets.get(i).strength() == wanted) {
                return i;
            }
        }
        return Integer.numberOfTrailingZeros(usable);
    }

    private Route routeTo(int chosen, int usable) {
        int slot = (chosen << targets.size()) | usable;
        Route made = routes.get(slot);
        if (made != null) {
            return made;
        }
        List<EndpointModel> ordered = new ArrayList<>(targets.size());
        ordered.add(targets.get(chosen).model());
        for (int i = 0; i < targets.size(); i++) {
            if (i != chosen && (usable & (1 << i)) != 0) {
                ordered.add(targets.get(i).model());
            }
        }
        ChatModel model = Objects.requireNonNull(chain.over(List.copyOf(ordered)), "a chain returned null for a model");
        List<Endpoint> endpoints = ordered.stream().map(EndpointModel::endpoint).toList();
        Route fresh = new Route(model, endpoints.get(0), List.copyOf(endpoints.subList(1, endpoints.size())));
        Route first = routes.compareAndExchange(slot, null, fresh);
        return first == null ? fresh : first;
    }

    private void tell(GuardedCall call, Score score, Route route, int usable) {
        List<Skipped> skipped = List.of();
        if (usable != all) {
            skipped = new ArrayList<>();
            for (int i = 0; i < targets.size(); i++) {
                if ((usable & (1 << i)) == 0) {
                    skipped.add(skipped(call.request(), targets.get(i)));
                }
            }
        }
        events.emit(new RouteDecided(
                call.context(), call.now(runtime), route.chosen, route.fallbacks, score, threshold, skipped));
    }

    private static Skipped skipped(ChatRequest request, Target target) {
        Endpoint endpoint = target.endpoint();
        if (fits(request, RequestSize.atMost(request), endpoint)) {
            return new Skipped(endpoint, "is not available");
        }
        String output = request.maxOutputTokens().isPresent()
                ? " and asks for " + request.maxOutputTokens().getAsInt() + " of output"
                : "";
        return new Skipped(
                endpoint,
                "holds " + endpoint.contextWindow().orElseThrow() + " tokens, the request has about "
                        + RequestSize.estimate(request) + output);
    }

    private RejectedException noTarget(ChatCall call) {
        StringBuilder reasons = new StringBuilder("no target can take the call: ");
        for (int i = 0; i < targets.size(); i++) {
            reasons.append(i == 0 ? "" : "; ").append(skipped(call.request(), targets.get(i)));
        }
        return new RejectedException(
                Refusal.of(Refusal.Kind.NO_TARGET, "router", reasons.toString()),
                ErrorDetails.nothingSent(call.context()));
    }

    @Override
    public String toString() {
        return "router over " + targets;
    }

    /** Builds a {@link Router}. Not safe for use by several threads. */
    public static final class Builder {
        private static final int MOST_TARGETS = 8; // every order that can come up has its slot in a table

        private final List<Target> targets = new ArrayList<>();
        private Scorer scorer = DEFAULT_SCORER;
        private double threshold = 0.3;
        private Chain chain = Chain.firstOnly();
        private HoldfastRuntime runtime = HoldfastRuntime.system();
        private Events events = Events.none();

        private Builder() {}

        /**
         * Adds targets. Their order is the order of preference, among those of one strength and to fall back on.
         *
         * @param targets 1 to 8 of them in all, each with an endpoint of its own
         * @return this builder
         */
        public Builder target(Target... targets) {
            for (Target target : targets) {
                this.targets.add(Objects.requireNonNull(target, "targets"));
            }
            return this;
        }

        /**
         * Sets what judges a call.
         *
         * @param scorer {@link Complexity#rules} unless set
         * @return this builder
         */
        public Builder scorer(Scorer scorer) {
            this.scorer = Objects.requireNonNull(scorer, "scorer");
            return this;
        }

        /**
         * Sets from which score on a strong target is wanted.
         *
         * @param score 0, all are hard, to 1; 0.3 unless set, which suits {@link Complexity#rules}
         * @return this builder
         */
        public Builder threshold(double score) {
            this.threshold = score;
            return this;
        }

        /**
         * Sets what happens when the chosen target fails.
         *
         * @param chain {@link Chain#firstOnly} unless set
         * @return this builder
         */
        public Builder chain(Chain chain) {
            this.chain = Objects.requireNonNull(chain, "chain");
            return this;
        }

        /**
         * Sets where the time of its events comes from.
         *
         * @param runtime the system's unless set
         * @return this builder
         */
        public Builder runtime(HoldfastRuntime runtime) {
            this.runtime = Objects.requireNonNull(runtime, "runtime");
            return this;
        }

        /**
         * Sets who is told of decisions.
         *
         * @param events nobody unless set
         * @return this builder
         */
        public Builder events(Events events) {
            this.events = Objects.requireNonNull(events, "events");
            return this;
        }

        /**
         * Builds the router.
         *
         * @return a model over the targets
         * @throws dev.holdfast.error.InvalidConfigurationException with every wrong field
         */
        public Router build() {
            Problems problems = new Problems()
                    .require(
                            !targets.isEmpty() && targets.size() <= MOST_TARGETS,
                            "targets",
                            "are " + targets.size() + "; give 1 to " + MOST_TARGETS
                                    + ", and put a balancer behind one target where there are more endpoints")
                    .require(threshold >= 0 && threshold <= 1, "threshold", "is " + threshold + "; give 0 to 1");
            Set<Endpoint> seen = new HashSet<>();
            for (int i = 0; i < targets.size(); i++) {
                Endpoint endpoint = targets.get(i).endpoint();
                problems.require(
                        seen.add(endpoint),
                        "targets[" + i + "]",
                        "is " + endpoint + " again; give each target an endpoint of its own, by region or account");
            }
            problems.throwIfAny("router");
            return new Router(this);
        }
    }
}
