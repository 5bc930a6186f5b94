package dev.holdfast;

import dev.holdfast.budget.Budget;
import dev.holdfast.budget.Ledger;
import dev.holdfast.budget.PriceTable;
import dev.holdfast.budget.RateBuckets;
import dev.holdfast.budget.RateLimit;
import dev.holdfast.budget.TokenCounter;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.control.ToolGate;
import dev.holdfast.control.ToolPolicy;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Problems;
import dev.holdfast.event.Events;
import dev.holdfast.event.Listener;
import dev.holdfast.memory.ConversationStore;
import dev.holdfast.resilience.Bulkhead;
import dev.holdfast.resilience.CircuitBreaker;
import dev.holdfast.resilience.Fallback;
import dev.holdfast.resilience.Retry;
import dev.holdfast.routing.Scorer;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.tool.Tool;
import dev.holdfast.tool.ToolLayer;
import dev.holdfast.tool.ToolLoop;
import dev.holdfast.tool.Tools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Builds an {@link Agent}. What is not set is off and costs nothing, but for what no agent should be without: a deadline
 * for the run (2 minutes), retries (3 attempts), a circuit breaker for every endpoint (opens after 5 failures, for 60
 * seconds) and, where there is somebody else to ask, half of the time that is left for the first piece of an answer.
 *
 * <p>{@link #build} checks everything at once and names every wrong field. Not safe for use by several threads.
 */
public final class AgentBuilder {
    final String name;
    String instructions = "";
    final List<ModelSlot> models = new ArrayList<>();

    @Nullable
    Scorer scorer;

    double threshold = -1;
    final List<EndpointModel> fallbacks = new ArrayList<>();

    Predicate<? super HoldfastException> fallBackOn = Fallback::mayHelp;

    @Nullable
    String fallbackAnswer;

    final List<Tool> tools = new ArrayList<>();

    @Nullable
    ToolGate gate;

    boolean permits;
    final List<String> permitted = new ArrayList<>();
    final List<String> denied = new ArrayList<>();
    final List<RateLimit> limits = new ArrayList<>();
    final List<Budget> budgets = new ArrayList<>();

    @Nullable
    RateBuckets buckets;

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

    @Nullable
    Duration firstChunkTimeout;

    private boolean noFirstChunkTimeout;

    Consumer<Retry.Builder> retry = settings -> {};
    Consumer<CircuitBreaker.Builder> breaker = settings -> {};

    @Nullable
    Consumer<Bulkhead.Builder> bulkhead;

    Consumer<ToolLoop.Builder> loop = settings -> {};
    final List<ModelLayer> runLayers = new ArrayList<>();
    private final List<Listener> listeners = new ArrayList<>();
    HoldfastRuntime runtime = HoldfastRuntime.system();
    String version = "";
    final List<InvalidConfigurationException> toolProblems = new ArrayList<>();

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
        return add(ModelSlot.Use.ANY, model);
    }

    /**
     * Adds a model for what looks easy; needs a strong one beside it.
     *
     * @param model a provider's model, or any other
     * @return this builder
     */
    public AgentBuilder cheap(ChatModel model) {
        return add(ModelSlot.Use.CHEAP, model);
    }

    /**
     * Adds a model for what looks hard; needs a cheap one beside it.
     *
     * @param model a provider's model, or any other
     * @return this builder
     */
    public AgentBuilder strong(ChatModel model) {
        return add(ModelSlot.Use.STRONG, model);
    }

    private AgentBuilder add(ModelSlot.Use use, ChatModel model) {
        models.add(new ModelSlot(use, named(model)));
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
     * Adds models that are asked when the chosen one has failed, in the order in which they are added. Where a cheap and
     * a strong model are given, the one that was not chosen is asked after these.
     *
     * <p>Not asked after failures that {@link Fallback#mayHelp} takes for the same everywhere, or for somebody to mend: a
     * request that is wrong, a key that is refused (401), a refusal of the content. {@link #fallBackOn} changes that.
     *
     * @param models a provider's model, or any other; one or several
     * @return this builder
     */
    public AgentBuilder fallback(ChatModel... models) {
        for (ChatModel model : Objects.requireNonNull(models, "models")) {
            fallbacks.add(named(model));
        }
        return this;
    }

    /**
     * Sets what is answered when every model has failed. It covers up neither what {@link #fallback} is not asked after,
     * nor a request that is too large, nor rate limits and budgets where nothing else was in the way.
     *
     * @param text the words; the answer's endpoint tells that no model gave them
     * @return this builder
     */
    public AgentBuilder fallbackAnswer(String text) {
        this.fallbackAnswer = Objects.requireNonNull(text, "text");
        return this;
    }

    /**
     * Decides after which failures the next model is asked, or the fixed answer given, instead of the default. What never
     * moves on is not asked about: cancellations, missing permissions, refused contents.
     *
     * @param predicate true for failures that another model may not have; to widen the default ask {@link
     *     Fallback#mayHelp} as well: {@code error -> Fallback.mayHelp(error) || error.getCause() instanceof BusyException}
     * @return this builder
     */
    public AgentBuilder fallBackOn(Predicate<? super HoldfastException> predicate) {
        this.fallBackOn = Objects.requireNonNull(predicate, "predicate");
        return this;
    }

    /**
     * Adds tools. They run on threads of the runtime, several at once, without the thread-locals of the caller. What they
     * throw is told to the model by its message.
     *
     * @param holders {@link Tool}s, objects with methods that carry {@link dev.holdfast.tool.ToolMethod}, or collections
     *     of such
     * @return this builder
     */
    public AgentBuilder tools(Object... holders) {
        for (Object holder : Objects.requireNonNull(holders, "holders")) {
            Objects.requireNonNull(holder, "holders");
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
        return add(names, "names", permitted);
    }

    /**
     * Denies tools by name, whatever else permits them.
     *
     * @param names names of tools
     * @return this builder
     */
    public AgentBuilder deny(String... names) {
        return add(names, "names", denied);
    }

    private <T> AgentBuilder add(T[] given, String name, List<T> all) {
        return add(Arrays.asList(Objects.requireNonNull(given, name)), name, all);
    }

    private <T> AgentBuilder add(Collection<T> given, String name, List<T> all) {
        for (T each : Objects.requireNonNull(given, name)) {
            all.add(Objects.requireNonNull(each, name));
        }
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
     * Adds rate limits. They count calls of models, all endpoints together.
     *
     * @param limits for example {@code RateLimit.perUser().requests(60).tokens(20_000).perMinute()}
     * @return this builder
     */
    public AgentBuilder limit(RateLimit... limits) {
        return add(limits, "limits", this.limits);
    }

    /**
     * Adds rate limits; see {@link #limit(RateLimit...)}.
     *
     * @param limits the limits
     * @return this builder
     */
    public AgentBuilder limit(Collection<RateLimit> limits) {
        return add(limits, "limits", this.limits);
    }

    /**
     * Sets what rate limits take from; give several agents the same buckets to share the limits that all of them name.
     *
     * @param buckets the buckets; full ones in memory, of this agent alone, unless set
     * @return this builder
     */
    public AgentBuilder buckets(RateBuckets buckets) {
        this.buckets = Objects.requireNonNull(buckets, "buckets");
        return this;
    }

    /**
     * Adds hard budgets.
     *
     * @param budgets for example {@code Budget.perUser().tokens(10_000).perDay().tokens(1_000).perHour()}
     * @return this builder
     */
    public AgentBuilder budget(Budget... budgets) {
        return add(budgets, "budgets", this.budgets);
    }

    /**
     * Adds hard budgets; see {@link #budget(Budget...)}.
     *
     * @param budgets the budgets
     * @return this builder
     */
    public AgentBuilder budget(Collection<Budget> budgets) {
        return add(budgets, "budgets", this.budgets);
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
     * Sets how long one attempt at one endpoint may take, from the moment it is sent to the end of its answer, however
     * well the answer streams. An attempt that takes longer is tried again or falls back like any other that failed, so
     * give less than the {@link #deadline} of the run.
     *
     * @param deadline unlimited unless set: what is silent is left by {@link #firstChunkTimeout}
     * @return this builder
     */
    public AgentBuilder attemptDeadline(Duration deadline) {
        this.attemptDeadline = Objects.requireNonNull(deadline, "deadline");
        return this;
    }

    /**
     * Sets how long one attempt at one endpoint may be silent, from the moment it is sent to the first piece of its answer
     * (the time to the first token), or to the whole of an answer that does not stream. An attempt that is silent for
     * longer is tried again or falls back like any other that failed. An answer that has begun may take the rest of the
     * {@link #deadline} of the run.
     *
     * <p>Unless this or {@link #attemptDeadline} is set, every attempt that somebody else can follow ({@link #fallback},
     * {@link #fallbackAnswer}, or the model that was not chosen) may be silent for half of the time that the run has left,
     * and the next one is asked then. Where there is nobody else, the deadline of the run is the only bound.
     *
     * @param timeout for every attempt, also where there is nobody else to ask
     * @return this builder
     */
    public AgentBuilder firstChunkTimeout(Duration timeout) {
        this.firstChunkTimeout = Objects.requireNonNull(timeout, "timeout");
        this.noFirstChunkTimeout = false;
        return this;
    }

    /**
     * Lets attempts be silent until the deadline of the run, or their own, also where somebody else could be asked: for
     * models that think for long before they say anything, and are worth more than the fallback.
     *
     * @return this builder
     */
    public AgentBuilder noFirstChunkTimeout() {
        this.firstChunkTimeout = null;
        this.noFirstChunkTimeout = true;
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
     * Bounds how many calls run at once at each endpoint. Every endpoint has its own bulkhead; without this there is none.
     *
     * @param settings for example {@code bulkhead -> bulkhead.maxConcurrent(50).maxWait(Duration.ofSeconds(1))}
     * @return this builder
     */
    public AgentBuilder bulkhead(Consumer<Bulkhead.Builder> settings) {
        this.bulkhead = Objects.requireNonNull(settings, "settings");
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
     * Puts layers of the application's own around every run, inside the deadline and outside memory.
     *
     * @param layers one or several; the first one given is outermost
     * @return this builder
     */
    public AgentBuilder layer(ModelLayer... layers) {
        return add(layers, "layers", runLayers);
    }

    /**
     * Adds who is told what happens.
     *
     * @param listeners one or several; told in the order in which they are added
     * @return this builder
     */
    public AgentBuilder listener(Listener... listeners) {
        return add(listeners, "listeners", this.listeners);
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
        Problems problems = AgentChecks.of(this);
        return AgentStack.assemble(this, Events.to(listeners), problems);
    }

    /** Whether an attempt that somebody can follow leaves half of the time to them. */
    boolean keepsTimeForOthers() {
        boolean others = models.size() + fallbacks.size() > 1 || fallbackAnswer != null;
        return others && firstChunkTimeout == null && attemptDeadline == null && !noFirstChunkTimeout;
    }

    /** What stands in front of every tool; null when nobody said anything, and all tools that were given may run. */
    @Nullable
    ToolLayer gate(Events events) {
        if (gate != null) {
            return gate;
        }
        boolean blank = Stream.concat(permitted.stream(), denied.stream()).anyMatch(String::isBlank);
        if (blank || (!permits && denied.isEmpty())) { // of blank names the checks have told: the agent is not built
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
        return ToolGate.builder(policy.build()).runtime(runtime).events(events).build();
    }

    List<String> toolNames() {
        return tools.stream().map(tool -> tool.spec().name()).distinct().toList();
    }
}
