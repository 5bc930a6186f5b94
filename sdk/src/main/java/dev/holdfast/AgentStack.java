package dev.holdfast;

import dev.holdfast.budget.BudgetLayer;
import dev.holdfast.budget.Ledger;
import dev.holdfast.budget.Pricing;
import dev.holdfast.budget.RateBuckets;
import dev.holdfast.budget.RateLimitLayer;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Problems;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.event.Events;
import dev.holdfast.event.Observed;
import dev.holdfast.memory.ConversationStore;
import dev.holdfast.memory.InMemoryConversations;
import dev.holdfast.memory.WindowMemory;
import dev.holdfast.resilience.Bulkhead;
import dev.holdfast.resilience.CircuitBreaker;
import dev.holdfast.resilience.Deadlines;
import dev.holdfast.resilience.Fallback;
import dev.holdfast.resilience.FirstChunkTimeout;
import dev.holdfast.resilience.Retry;
import dev.holdfast.routing.Router;
import dev.holdfast.routing.Target;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.tool.ToolLayer;
import dev.holdfast.tool.ToolLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Assembles the stack of an agent in the one right order. {@link #run}, {@link #turn}, {@link #call} and
 * {@link #endpoint} are its picture, outermost first. A layer that is off is not there.
 */
final class AgentStack {
    /** Stands in where no model was given, so that what else is wrong is told in the same breath. */
    private static final ModelSlot MISSING =
            new ModelSlot(ModelSlot.Use.ANY, EndpointModel.of(Endpoint.of("application", "missing"), call -> {
                throw new IllegalStateException("an agent without a model cannot be built");
            }));

    private final AgentBuilder agent;
    private final List<ModelSlot> models;
    private final HoldfastRuntime runtime;
    private final Events events;
    private final Problems problems;
    private final @Nullable Ledger ledger;
    private final @Nullable RateBuckets buckets;
    private final List<EndpointModel> backups;
    // the router makes its chains when they come up, after building
    private final @Nullable String fallbackAnswer;
    private final Predicate<? super HoldfastException> fallBackOn;

    /** How the endpoints stand where somebody else can be asked after them. */
    private final Map<Endpoint, EndpointModel> followed = new HashMap<>();

    private AgentStack(AgentBuilder agent, Events events, Problems problems) {
        this.agent = agent;
        this.runtime = agent.runtime;
        this.events = events;
        this.problems = problems;
        this.fallbackAnswer = agent.fallbackAnswer;
        this.fallBackOn = agent.fallBackOn;
        this.models = agent.models.isEmpty() ? List.of(MISSING) : agent.models;
        this.ledger = agent.budgets.isEmpty()
                ? null
                : Objects.requireNonNullElseGet(agent.ledger, () -> Ledger.inMemory(runtime));
        this.buckets = agent.limits.isEmpty()
                ? null
                : Objects.requireNonNullElseGet(agent.buckets, () -> RateBuckets.inMemory(runtime));
        this.backups = agent.fallbacks.stream()
                .map(model -> endpoint(model, breaker(model.endpoint())))
                .toList();
    }

    static Agent assemble(AgentBuilder agent, Events events, Problems problems) {
        AgentStack stack = new AgentStack(agent, events, problems);
        ModelLayer frame = stack.run(); // the parts add their own problems to the list
        ChatModel inner = stack.turn();
        problems.throwIfAny("agent '" + agent.name + "'");
        List<Message> instructions =
                agent.instructions.isBlank() ? List.of() : List.of(Message.system(agent.instructions));
        return new Agent(agent.name, instructions, frame, inner, agent.runtime, agent.version);
    }

    /** A run: one question of a caller until its answer, which for a record may take more than one turn. */
    private ModelLayer run() {
        return stack().layer(Observed.runs(events, runtime)).layer(deadline("deadline", agent.deadline))::over;
    }

    /** A turn: what is said and what is answered, with all the rounds of tools that it takes. */
    private ChatModel turn() {
        return stack().layers(agent.runLayers).layer(memory()).layer(loop()).over(call());
    }

    /** A call: one round, whoever answers it in the end. */
    private ChatModel call() {
        return stack().layer(Observed.calls(events, runtime)).over(models.size() == 1 ? only() : route());
    }

    /** An endpoint: one model at one provider, and what every attempt at it has to pass. */
    private EndpointModel endpoint(EndpointModel model, CircuitBreaker breaker) {
        Endpoint endpoint = model.endpoint();
        Stack attempts = stack().layer(retry())
                .layer(Observed.attempts(endpoint, events, runtime))
                .layer(breaker)
                .layer(budget(endpoint))
                .layer(limits(endpoint))
                .layer(bulkhead(endpoint))
                .layer(deadline("attemptDeadline", agent.attemptDeadline))
                .layer(firstChunkTimeout());
        if (agent.keepsTimeForOthers()) {
            ModelLayer half = FirstChunkTimeout.halfOfTimeLeft(runtime);
            followed.put(endpoint, attempts.over(half.around(model)));
        }
        return attempts.over(model);
    }

    private ChatModel only() {
        EndpointModel model = models.get(0).model();
        return chain(List.of(endpoint(model, breaker(model.endpoint()))));
    }

    private ChatModel route() {
        Router.Builder router = Router.builder().runtime(runtime).events(events).chain(this::chain);
        if (agent.scorer != null) {
            router.scorer(agent.scorer).threshold(agent.threshold);
        }
        Set<Endpoint> seen = new HashSet<>();
        for (ModelSlot slot : models) {
            if (!seen.add(slot.endpoint())) {
                continue; // the builder has said so
            }
            CircuitBreaker breaker = breaker(slot.endpoint());
            EndpointModel model = endpoint(slot.model(), breaker);
            Target target = slot.use() == ModelSlot.Use.CHEAP ? Target.cheap(model) : Target.strong(model);
            router.target(target.availableWhen(breaker::isCallPermitted));
        }
        Router built = built("route", router::build);
        if (built == null || (backups.isEmpty() && fallbackAnswer == null)) {
            return built == null ? models.get(0).model() : built;
        }
        // The chains stand behind a choice; when there was nothing to choose, the backups are asked all the same.
        Fallback.Builder unchosen = Fallback.builder().runtime(runtime).events(events);
        if (backups.isEmpty()) {
            unchosen.answer(Objects.requireNonNull(fallbackAnswer));
        } else {
            unchosen.to(backups.get(0).endpoint().id(), chain(backups, List.of()));
        }
        return around(built, unchosen.fallBackOn(AgentStack::hadNoTarget));
    }

    /** The chosen model, then the backups, then the models that were not chosen, then the fixed answer. */
    private ChatModel chain(List<EndpointModel> ordered) {
        return chain(ordered, backups);
    }

    /** The first of them, then those in between, then the others of them, then the fixed answer. */
    private ChatModel chain(List<EndpointModel> ordered, List<EndpointModel> between) {
        List<EndpointModel> targets = new ArrayList<>(ordered);
        targets.addAll(1, between);
        int last = targets.size() - 1;
        for (int i = 0; i <= last; i++) {
            if (i < last || fallbackAnswer != null) {
                targets.set(i, followed(targets.get(i)));
            }
        }
        if (last == 0 && fallbackAnswer == null) {
            return targets.get(0);
        }
        Fallback.Builder fallback =
                Fallback.builder().runtime(runtime).events(events).fallBackOn(fallBackOn);
        targets.subList(1, targets.size()).forEach(fallback::to);
        if (fallbackAnswer != null) {
            fallback.answer(fallbackAnswer);
        }
        return around(targets.get(0), fallback);
    }

    private EndpointModel followed(EndpointModel endpoint) {
        return followed.getOrDefault(endpoint.endpoint(), endpoint);
    }

    private ChatModel around(ChatModel model, Fallback.Builder fallback) {
        Fallback built = built("fallback", fallback::build);
        return built == null ? model : built.around(model);
    }

    private static boolean hadNoTarget(HoldfastException error) {
        return error instanceof RejectedException rejected && rejected.refusal().kind() == Refusal.Kind.NO_TARGET;
    }

    private @Nullable ModelLayer deadline(String path, @Nullable Duration duration) {
        return duration == null ? null : built(path, () -> Deadlines.of(duration, runtime));
    }

    private @Nullable ModelLayer firstChunkTimeout() {
        Duration timeout = agent.firstChunkTimeout;
        return timeout == null ? null : built("", () -> FirstChunkTimeout.of(timeout, runtime)); // it says its name
    }

    private @Nullable ModelLayer memory() {
        if (!agent.remembers) {
            return null;
        }
        ConversationStore store = agent.conversations == null
                ? InMemoryConversations.builder().runtime(runtime).build()
                : agent.conversations;
        return built(
                "memory",
                () -> WindowMemory.builder(store)
                        .messages(agent.rememberedMessages)
                        .build());
    }

    private @Nullable ModelLayer loop() {
        ToolLoop.Builder loop =
                ToolLoop.builder().tools(agent.tools).runtime(runtime).events(events);
        ToolLayer gate = agent.gate(events);
        if (gate != null) {
            loop.layer(gate);
        }
        agent.loop.accept(loop);
        try {
            return loop.build();
        } catch (InvalidConfigurationException e) {
            for (InvalidConfigurationException.Problem problem : e.problems()) {
                boolean ofTools = problem.path().startsWith("tools."); // the builder calls them so, too
                problems.add(ofTools ? problem.path() : "loop." + problem.path(), problem.message());
            }
            return null;
        }
    }

    private @Nullable ModelLayer retry() {
        Retry.Builder retry = Retry.builder().runtime(runtime).events(events);
        agent.retry.accept(retry);
        return built("retry", retry::build);
    }

    private CircuitBreaker breaker(Endpoint endpoint) {
        CircuitBreaker.Builder breaker =
                CircuitBreaker.builder(endpoint.id()).runtime(runtime).events(events);
        CircuitBreaker standard = breaker.build();
        agent.breaker.accept(breaker);
        CircuitBreaker built = built("breaker", breaker::build);
        return built == null ? standard : built;
    }

    private @Nullable ModelLayer budget(Endpoint endpoint) {
        if (ledger == null) {
            if (agent.prices.find(endpoint).isEmpty()) {
                return null;
            }
            return agent.counter == null
                    ? Pricing.of(endpoint, agent.prices)
                    : Pricing.of(endpoint, agent.prices, agent.counter);
        }
        BudgetLayer.Builder budget = BudgetLayer.builder(endpoint)
                .budget(agent.budgets)
                .ledger(ledger)
                .prices(agent.prices)
                .runtime(runtime)
                .events(events);
        if (agent.allowUnpriced || agent.models.isEmpty()) {
            budget.allowUnpriced();
        }
        if (agent.counter != null) {
            budget.counter(agent.counter);
        }
        return built("", budget::build); // it says budgets[0], and prices
    }

    private @Nullable ModelLayer limits(Endpoint endpoint) {
        if (buckets == null) {
            return null;
        }
        RateLimitLayer.Builder limits = RateLimitLayer.builder(endpoint)
                .limit(agent.limits)
                .buckets(buckets)
                .runtime(runtime)
                .events(events);
        if (agent.counter != null) {
            limits.counter(agent.counter);
        }
        return built("", limits::build); // it says limits[0]
    }

    private @Nullable ModelLayer bulkhead(Endpoint endpoint) {
        if (agent.bulkhead == null) {
            return null;
        }
        Bulkhead.Builder bulkhead =
                Bulkhead.builder(endpoint.id()).runtime(runtime).events(events);
        agent.bulkhead.accept(bulkhead);
        return built("bulkhead", bulkhead::build);
    }

    /**
     * A part of the stack; when it cannot be built its problems are kept, to be told with all the others. Every endpoint
     * has some parts of its own, and what is wrong with all of them is told once.
     */
    private <T> @Nullable T built(String path, Supplier<T> part) {
        try {
            return part.get();
        } catch (InvalidConfigurationException e) {
            problems.addAll(path, e);
            return null;
        }
    }

    private static Stack stack() {
        return new Stack();
    }

    /** Layers from the outside in, without those that are off. */
    private static final class Stack {
        private final List<ModelLayer> layers = new ArrayList<>();

        Stack layer(@Nullable ModelLayer layer) {
            if (layer != null) {
                layers.add(layer);
            }
            return this;
        }

        Stack layers(List<ModelLayer> more) {
            layers.addAll(more);
            return this;
        }

        EndpointModel over(EndpointModel innermost) {
            EndpointModel model = innermost;
            for (int i = layers.size() - 1; i >= 0; i--) {
                model = layers.get(i).around(model);
            }
            return model;
        }

        ChatModel over(ChatModel innermost) {
            ChatModel model = innermost;
            for (int i = layers.size() - 1; i >= 0; i--) {
                model = layers.get(i).around(model);
            }
            return model;
        }
    }
}
