package dev.holdfast;

import dev.holdfast.budget.Budget;
import dev.holdfast.budget.Ledger;
import dev.holdfast.budget.PriceTable;
import dev.holdfast.budget.RateLimit;
import dev.holdfast.budget.TokenCounter;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.control.ToolGate;
import dev.holdfast.control.ToolPolicy;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Problems;
import dev.holdfast.event.Events;
import dev.holdfast.event.Listener;
import dev.holdfast.memory.ConversationStore;
import dev.holdfast.resilience.CircuitBreaker;
import dev.holdfast.resilience.Retry;
import dev.holdfast.routing.Scorer;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.tool.Tool;
import dev.holdfast.tool.ToolLayer;
import dev.holdfast.tool.ToolLoop;
import dev.holdfast.tool.Tools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Builds an {@link Agent}. What is not set is off and costs nothing, but for three things that no agent should be
 * without: a deadline for the run (2 minutes), retries (3 attempts) and a circuit breaker for every endpoint (opens
 * after 5 failures, for 60 seconds).
 *
 * <p>{@link #build} checks everything at once and names every wrong field. Not safe for use by several threads.
 */
public final class AgentBuilder {
    final String name;
    String instructions = "";
    final List<Slot> models = new ArrayList<>();

    @Nullable
    Scorer scorer;

    double threshold = -1;
    final List<EndpointModel> fallbacks = new ArrayList<>();

    @Nullable
    String fallbackAnswer;

    final List<Tool> tools = new ArrayList<>();
    private @Nullable ToolGate gate;
    private boolean permits;
    private final List<String> permitted = new ArrayList<>();
    private final List<String> denied = new ArrayList<>();
    final List<RateLimit> limits = new ArrayList<>();
    final List<Budget> budgets = new ArrayList<>();

    @Nullable
    Ledger ledger;

    PriceTable prices = PriceTable.empty();
    boolean allowUnpriced;

    @Nullable
    TokenCounter counter;

    boolean remembers;
    int rememberedMessages;

    @Nullable
    ConversationStore conversations;

    Duration deadline = Duration.ofMinutes(2);

    @Nullable
    Duration attemptDeadline;

    Consumer<Retry.Builder> retry = settings -> {};
    Consumer<CircuitBreaker.Builder> breaker = settings -> {};

    Consumer<ToolLoop.Builder> loop = settings -> {};
    boolean boundsConcurrency;
    int maxConcurrentCalls;
    Duration maxConcurrencyWait = Duration.ZERO;
    final List<ModelLayer> runLayers = new ArrayList<>();
    private final List<Listener> listeners = new ArrayList<>();
    HoldfastRuntime runtime = HoldfastRuntime.system();
    String version = "";
    private final List<InvalidConfigurationException> toolProblems = new ArrayList<>();

    /** What a model is for. */
    enum Use {
        ANY("model"),
        CHEAP("cheap"),
        STRONG("strong");

        private final String field;

        Use(String field) {
            this.field = field;
        }

        /** The builder's method, as problems call it. */
        String field() {
            return field;
        }
    }

    /**
     * A model of the agent.
     *
     * @param use what it is for
     * @param model what answers
     */
    record Slot(Use use, EndpointModel model) {
        Endpoint endpoint() {
            return model.endpoint();
        }
    }

    AgentBuilder(String name) {
        this.name = name;
    }

    /**
     * Sets what the agent is told before every conversation.
     *
     * @param text the instructions, a system message
     * @return this builder
     */
    public AgentBuilder instructions(String text) {
        this.instructions = Objects.requireNonNull(text, "text");
        return this;
    }

    /**
     * Sets the one model that answers.
     *
     * @param model a provider's model, or any other
     * @return this builder
     */
    public AgentBuilder model(ChatModel model) {
        return add(Use.ANY, model);
    }

    /**
     * Adds a model for what looks easy; needs a strong one beside it.
     *
     * @param model a provider's model, or any other
     * @return this builder
     */
    public AgentBuilder cheap(ChatModel model) {
        return add(Use.CHEAP, model);
    }

    /**
     * Adds a model for what looks hard; needs a cheap one beside it.
     *
     * @param model a provider's model, or any other
     * @return this builder
     */
    public AgentBuilder strong(ChatModel model) {
        return add(Use.STRONG, model);
    }

    private AgentBuilder add(Use use, ChatModel model) {
        models.add(new Slot(use, named(model)));
        return this;
    }

    /** A model that does not say who it is gets a name, so that it can be priced, limited and broken like any other. */
    private EndpointModel named(ChatModel model) {
        Objects.requireNonNull(model, "model");
        return model instanceof EndpointModel endpoint
                ? endpoint
                : EndpointModel.of(
                        Endpoint.of("application", name + "-" + (models.size() + fallbacks.size() + 1)), model);
    }

    /**
     * Sets how a request is judged, where there is a cheap and a strong model.
     *
     * @param scorer gives each request a score from 0 (easy) to 1 (hard)
     * @param threshold from which score on the strong model is asked
     * @return this builder
     */
    public AgentBuilder route(Scorer scorer, double threshold) {
        this.scorer = Objects.requireNonNull(scorer, "scorer");
        this.threshold = threshold;
        return this;
    }

    /**
     * Adds a model that is asked when the chosen one has failed, in the order of the calls of this method. Where a cheap
     * and a strong model are given, the one that was not chosen is asked after these.
     *
     * @param model a provider's model, or any other
     * @return this builder
     */
    public AgentBuilder fallback(ChatModel model) {
        fallbacks.add(named(model));
        return this;
    }

    /**
     * Sets what is answered when every model has failed.
     *
     * @param text the words; the answer's endpoint tells that no model gave them
     * @return this builder
     */
    public AgentBuilder fallbackAnswer(String text) {
        this.fallbackAnswer = Objects.requireNonNull(text, "text");
        return this;
    }

    /**
     * Adds tools.
     *
     * @param holders {@link Tool}s, objects with methods that carry {@link dev.holdfast.tool.ToolMethod}, or collections
     *     of such
     * @return this builder
     */
    public AgentBuilder tools(Object... holders) {
        for (Object holder : holders) {
            if (holder instanceof Collection<?> several) {
                tools(several.toArray());
                continue;
            }
            try {
                tools.addAll(Tools.of(holder));
            } catch (InvalidConfigurationException e) {
                toolProblems.add(e);
            }
        }
        return this;
    }

    /**
     * Permits tools by name. From the first call of this method on, what is not permitted does not run; the model is
     * told so.
     *
     * @param names names of tools; none means that no tool runs until another call permits one
     * @return this builder
     */
    public AgentBuilder permit(String... names) {
        permits = true;
        permitted.addAll(List.of(names));
        return this;
    }

    /**
     * Denies tools by name, whatever else permits them.
     *
     * @param names names of tools
     * @return this builder
     */
    public AgentBuilder deny(String... names) {
        denied.addAll(List.of(names));
        return this;
    }

    /**
     * Sets who may use which tools, in place of {@link #permit} and {@link #deny}: by agent, tenant and user, and to be
     * changed while the agent runs.
     *
     * @param gate the gate, which holds the policy
     * @return this builder
     */
    public AgentBuilder gate(ToolGate gate) {
        this.gate = Objects.requireNonNull(gate, "gate");
        return this;
    }

    /**
     * Adds a rate limit. It counts calls of models, all endpoints together.
     *
     * @param limit for example {@code RateLimit.perUser().requests(60).tokens(20_000).perMinute()}
     * @return this builder
     */
    public AgentBuilder limit(RateLimit limit) {
        limits.add(Objects.requireNonNull(limit, "limit"));
        return this;
    }

    /**
     * Adds a hard budget.
     *
     * @param budget for example {@code Budget.perUser().tokens(10_000).perDay().tokens(1_000).perHour()}
     * @return this builder
     */
    public AgentBuilder budget(Budget budget) {
        budgets.add(Objects.requireNonNull(budget, "budget"));
        return this;
    }

    /**
     * Sets where the balances of budgets are kept; give several agents the same ledger to share them.
     *
     * @param ledger the ledger; one in memory, of this agent alone, unless set
     * @return this builder
     */
    public AgentBuilder ledger(Ledger ledger) {
        this.ledger = Objects.requireNonNull(ledger, "ledger");
        return this;
    }

    /**
     * Sets what models cost.
     *
     * @param prices needed for budgets in money, and for {@link Answer#cost}
     * @return this builder
     */
    public AgentBuilder prices(PriceTable prices) {
        this.prices = Objects.requireNonNull(prices, "prices");
        return this;
    }

    /**
     * Lets models without a price answer although there is a budget in money, which they then do not touch.
     *
     * @return this builder
     */
    public AgentBuilder allowUnpriced() {
        this.allowUnpriced = true;
        return this;
    }

    /**
     * Sets how tokens are counted before a request is sent.
     *
     * @param counter {@link TokenCounter#standard} unless set
     * @return this builder
     */
    public AgentBuilder counter(TokenCounter counter) {
        this.counter = Objects.requireNonNull(counter, "counter");
        return this;
    }

    /**
     * Remembers the last messages of every session, in this process.
     *
     * @param messages how many messages of earlier turns are sent along
     * @return this builder
     */
    public AgentBuilder memory(int messages) {
        this.rememberedMessages = messages;
        this.remembers = true;
        return this;
    }

    /**
     * Remembers the last messages of every session.
     *
     * @param messages how many messages of earlier turns are sent along
     * @param conversations where they are kept; give several agents the same store to share them
     * @return this builder
     */
    public AgentBuilder memory(int messages, ConversationStore conversations) {
        this.conversations = Objects.requireNonNull(conversations, "conversations");
        return memory(messages);
    }

    /**
     * Sets how long a run may take at the most: all rounds, tools, waits and retries together.
     *
     * @param deadline 2 minutes unless set
     * @return this builder
     */
    public AgentBuilder deadline(Duration deadline) {
        this.deadline = Objects.requireNonNull(deadline, "deadline");
        return this;
    }

    /**
     * Sets how long one attempt at one endpoint may take, from the moment it is sent to the end of its answer. An attempt
     * that takes longer is tried again or falls back like any other that failed, so give less than the {@link #deadline}
     * of the run; without it, an endpoint that falls silent may use up the whole run.
     *
     * @param deadline unlimited unless set
     * @return this builder
     */
    public AgentBuilder attemptDeadline(Duration deadline) {
        this.attemptDeadline = Objects.requireNonNull(deadline, "deadline");
        return this;
    }

    /**
     * Changes how failed calls are tried again.
     *
     * @param settings for example {@code retry -> retry.maxAttempts(1)} for none
     * @return this builder
     */
    public AgentBuilder retry(Consumer<Retry.Builder> settings) {
        this.retry = Objects.requireNonNull(settings, "settings");
        return this;
    }

    /**
     * Changes when an endpoint that fails is left alone. Every endpoint has its own breaker.
     *
     * @param settings for example {@code breaker -> breaker.failures(10).openFor(Duration.ofSeconds(30))}
     * @return this builder
     */
    public AgentBuilder breaker(Consumer<CircuitBreaker.Builder> settings) {
        this.breaker = Objects.requireNonNull(settings, "settings");
        return this;
    }

    /**
     * Bounds how many calls run at once at each endpoint.
     *
     * @param calls how many
     * @param maxWait how long a call may wait for its turn; zero refuses at once
     * @return this builder
     */
    public AgentBuilder maxConcurrent(int calls, Duration maxWait) {
        this.maxConcurrentCalls = calls;
        this.maxConcurrencyWait = Objects.requireNonNull(maxWait, "maxWait");
        this.boundsConcurrency = true;
        return this;
    }

    /**
     * Changes the caps of the loop of model and tool calls: rounds, identical calls, time and size of a tool's answer.
     *
     * @param settings for example {@code loop -> loop.maxRounds(5)}
     * @return this builder
     */
    public AgentBuilder loop(Consumer<ToolLoop.Builder> settings) {
        this.loop = Objects.requireNonNull(settings, "settings");
        return this;
    }

    /**
     * Puts a layer of the application's own around every run, inside the deadline and outside memory.
     *
     * @param layer the layer; the first one given is outermost
     * @return this builder
     */
    public AgentBuilder layer(ModelLayer layer) {
        runLayers.add(Objects.requireNonNull(layer, "layer"));
        return this;
    }

    /**
     * Adds somebody who is told what happens.
     *
     * @param listener told in the order in which they are added
     * @return this builder
     */
    public AgentBuilder listener(Listener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    /**
     * Sets where time, randomness, waiting and threads come from.
     *
     * @param runtime the machine's unless set; tests give a virtual one
     * @return this builder
     */
    public AgentBuilder runtime(HoldfastRuntime runtime) {
        this.runtime = Objects.requireNonNull(runtime, "runtime");
        return this;
    }

    /**
     * Names the version of this configuration, for events and errors.
     *
     * @param version any text
     * @return this builder
     */
    public AgentBuilder version(String version) {
        this.version = Objects.requireNonNull(version, "version");
        return this;
    }

    /**
     * Builds the agent.
     *
     * @return an immutable agent
     * @throws InvalidConfigurationException with every wrong field and how to mend it
     */
    public Agent build() {
        Problems problems = new Problems().requireText(name, "name");
        checkModels(problems);
        checkTools(problems);
        return AgentStack.assemble(this, Events.to(listeners), problems);
    }

    /** What stands in front of every tool; null when nobody said anything, and all tools that were given may run. */
    @Nullable
    ToolLayer gate(Events events) {
        if (gate != null) {
            return gate;
        }
        if (!permits && denied.isEmpty()) {
            return null;
        }
        List<String> allowed = permits ? permitted : toolNames();
        ToolPolicy.Builder policy = ToolPolicy.builder();
        if (!allowed.isEmpty()) {
            policy.permit(allowed.toArray(new String[0]));
        }
        if (!denied.isEmpty()) {
            policy.deny(denied.toArray(new String[0]));
        }
        return ToolGate.of(policy.build(), events, runtime);
    }

    private List<String> toolNames() {
        return tools.stream().map(tool -> tool.spec().name()).toList();
    }

    private void checkModels(Problems problems) {
        long any = count(Use.ANY);
        long cheap = count(Use.CHEAP);
        long strong = count(Use.STRONG);
        problems.require(!models.isEmpty(), "model", "is missing; give model(..), or cheap(..) and strong(..) to route")
                .require(any <= 1, "model", "is given " + any + " times; one model, or cheap(..) and strong(..)")
                .require(
                        any == 0 || cheap + strong == 0,
                        "model",
                        "is given beside cheap(..) or strong(..); either one model for all, or both of them")
                .require(
                        (cheap == 0) == (strong == 0),
                        cheap == 0 ? "cheap" : "strong",
                        "is missing; routing needs a cheap and a strong model")
                .require(
                        scorer == null || cheap + strong > 0,
                        "route",
                        "is set, but there is nothing to choose from; give cheap(..) and strong(..)");
        Set<Endpoint> seen = new HashSet<>();
        for (Slot slot : models) {
            requireNew(slot.endpoint(), slot.use().field(), seen, problems);
        }
        for (EndpointModel fallback : fallbacks) {
            requireNew(fallback.endpoint(), "fallback", seen, problems);
        }
    }

    /** Two models of one endpoint could not be told apart by prices, limits, breakers and events. */
    private static void requireNew(Endpoint endpoint, String field, Set<Endpoint> seen, Problems problems) {
        problems.require(
                seen.add(endpoint),
                field,
                "is " + endpoint
                        + ", which is given already; give each model once, or tell endpoints apart by region or account");
    }

    private long count(Use use) {
        return models.stream().filter(slot -> slot.use() == use).count();
    }

    private void checkTools(Problems problems) {
        toolProblems.forEach(problem -> problems.addAll("tools", problem));
        if (toolProblems.isEmpty()) { // else a name may be that of a tool which could not be made
            permitted.forEach(tool -> checkIsKnown(tool, "permit", problems));
            denied.forEach(tool -> checkIsKnown(tool, "deny", problems));
        }
        problems.require(
                gate == null || (!permits && denied.isEmpty()),
                "gate",
                "is set beside permit(..) or deny(..); put them into its policy");
    }

    private void checkIsKnown(String tool, String path, Problems problems) {
        List<String> known = toolNames();
        problems.require(
                known.contains(tool),
                path,
                "names '" + tool + "', which is none of the agent's tools "
                        + (known.isEmpty() ? "(it has none); give tools(..)" : known));
    }
}
