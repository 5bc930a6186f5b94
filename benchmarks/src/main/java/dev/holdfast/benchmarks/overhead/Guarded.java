package dev.holdfast.benchmarks.overhead;

import dev.holdfast.Agent;
import dev.holdfast.AgentBuilder;
import dev.holdfast.Holdfast;
import dev.holdfast.budget.Budget;
import dev.holdfast.budget.Price;
import dev.holdfast.budget.PriceTable;
import dev.holdfast.budget.RateLimit;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.Scope;
import dev.holdfast.event.Event;
import dev.holdfast.event.Listener;
import dev.holdfast.memory.ConversationStore;
import dev.holdfast.memory.InMemoryConversations;
import dev.holdfast.tool.Describe;
import dev.holdfast.tool.ToolMethod;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An agent of ours with some features on, over models that answer at once, and what was seen of its work. */
public final class Guarded {
    private static final long PLENTY = Long.MAX_VALUE / 4;
    private static final String DOLLARS = "1000000000";

    private final Agent agent;
    private final Set<Feature> features;
    private final Sink listener = new Sink();
    private final InstantModel cheap = new InstantModel("gpt-4o-mini");
    private final InstantModel strong = new InstantModel("gpt-4o");
    private final ConversationStore conversations =
            InMemoryConversations.builder().build();

    /** What can be taken away from an agent; a deadline and a breaker it always has. */
    public enum Feature {
        /** Five scopes with three windows each. */
        BUDGETS("budgets: 5 scopes, 3 windows each"),
        /** Requests and tokens in a minute. */
        LIMITS("limits: requests and tokens a minute"),
        /** One listener. */
        EVENTS("events: one listener"),
        /** The last 20 messages. */
        MEMORY("memory: a window of 20 messages"),
        /** Two tools, one of them permitted. */
        TOOLS("tools: two, one permitted"),
        /** A cheap and a strong model. */
        ROUTER("router: a cheap and a strong model"),
        /** Calls at once. */
        BULKHEAD("bulkhead"),
        /** Three attempts. */
        RETRY("retry");

        private final String words;

        Feature(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /**
     * Builds an agent.
     *
     * @param features what is on
     * @param money whether budgets are in money, too
     */
    public Guarded(Set<Feature> features, boolean money) {
        this.features = Set.copyOf(features);
        AgentBuilder builder = Holdfast.agent("desk").deadline(Duration.ofMinutes(1));
        if (features.contains(Feature.BUDGETS)) {
            addBudgets(builder, money);
        }
        if (features.contains(Feature.LIMITS)) {
            builder.limit(RateLimit.perUser()
                    .requests(1_000_000_000)
                    .tokens(50_000_000_000L)
                    .perMinute());
        }
        if (features.contains(Feature.EVENTS)) {
            builder.listener(listener);
        }
        if (features.contains(Feature.MEMORY)) {
            builder.memory(Turn.WINDOW, conversations);
        }
        if (features.contains(Feature.TOOLS)) {
            builder.tools(new DeskTools()).permit("lookup_order").deny("refund");
        }
        if (features.contains(Feature.ROUTER)) {
            builder.cheap(cheap).strong(strong);
        } else {
            builder.model(cheap);
        }
        if (features.contains(Feature.BULKHEAD)) {
            builder.bulkhead(bulkhead -> bulkhead.maxConcurrent(64));
        }
        if (!features.contains(Feature.RETRY)) {
            builder.retry(retry -> retry.maxAttempts(1));
        }
        this.agent = builder.build();
    }

    private static void addBudgets(AgentBuilder builder, boolean money) {
        for (Scope scope : new Scope[] {Scope.TENANT, Scope.TEAM, Scope.USER, Scope.AGENT, Scope.SESSION}) {
            Budget budget = Budget.per(scope)
                    .tokens(PLENTY)
                    .perHour()
                    .tokens(PLENTY)
                    .perDay()
                    .tokens(PLENTY)
                    .perMonth();
            builder.budget(
                    money
                            ? budget.money(DOLLARS)
                                    .perHour()
                                    .money(DOLLARS)
                                    .perDay()
                                    .money(DOLLARS)
                                    .perMonth()
                            : budget);
        }
        if (money) {
            builder.prices(PriceTable.builder()
                    .price(
                            "openai",
                            "gpt-4o-mini",
                            Price.perMillion()
                                    .input("0.15")
                                    .cachedInput("0.075")
                                    .output("0.60"))
                    .price(
                            "openai",
                            "gpt-4o",
                            Price.perMillion().input("2.50").cachedInput("1.25").output("10.00"))
                    .build());
        }
    }

    /**
     * Somebody in a session, whom all five scopes know.
     *
     * @param session the session's id
     * @return the caller
     */
    public static Caller caller(String session) {
        return Caller.of("acme", "ann").team("support").session(session);
    }

    /**
     * Asks once.
     *
     * @param caller who asks
     * @return the answer
     */
    public String turn(Caller caller) {
        return agent.ask(Turn.QUESTION, caller).text();
    }

    /**
     * Fills the window, and refuses to measure an agent that does not do what it is measured for.
     *
     * @param caller who asks
     */
    public void fill(Caller caller) {
        for (int i = 0; i < Turn.WINDOW; i++) {
            Turn.check(turn(caller));
        }
        ChatCall seen = cheap.last;
        cheap.watched = false;
        if (seen == null || strong.last != null) {
            throw new IllegalStateException("the question did not go to the cheap model");
        }
        int messages = seen.request().messages().size();
        int expected = features.contains(Feature.MEMORY) ? Turn.WINDOW - 1 : 1; // it begins with a question
        boolean bounded = seen.request().maxOutputTokens().isPresent();
        boolean tools = seen.request().tools().size() == 2;
        if (messages != expected
                || tools != features.contains(Feature.TOOLS)
                || bounded != features.contains(Feature.BUDGETS)
                || listener.heard > 0 != features.contains(Feature.EVENTS)) {
            throw new IllegalStateException("the agent does not do what it is measured for: " + messages
                    + " messages, tools " + tools + ", bounded " + bounded + ", events " + listener.heard);
        }
    }

    /**
     * Forgets a session.
     *
     * @param caller whose session
     */
    public void forget(Caller caller) {
        conversations.forget(CallContext.of(caller).key(Scope.SESSION).orElseThrow());
    }

    /** Looks at every event, as a metric would. */
    private static final class Sink implements Listener {
        private long heard;
        private long latest; // in seconds; a metric keeps numbers, no events

        @Override
        public void on(Event event) {
            heard++;
            latest = Math.max(latest, event.at().getEpochSecond());
        }

        @Override
        public String toString() {
            return heard + " events, the last at " + Instant.ofEpochSecond(latest);
        }
    }

    /** Two tools that nobody calls here: what they cost is what a request with tools costs. */
    public static final class DeskTools {
        /** Tools without state. */
        public DeskTools() {}

        /**
         * Looks an order up.
         *
         * @param order its number
         * @return where it is
         */
        @ToolMethod(name = "lookup_order", value = "Looks up where an order is.")
        public String lookupOrder(@Describe("number of the order") String order) {
            return order + " is on its way";
        }

        /**
         * Pays back.
         *
         * @param order its number
         * @return what was done
         */
        @ToolMethod(name = "refund", value = "Pays an order back.")
        public String refund(@Describe("number of the order") String order) {
            return order + " is paid back";
        }
    }

    /** Answers at once, always the same. */
    static final class InstantModel implements EndpointModel {
        private final Endpoint endpoint;
        private final ChatResponse response;
        private boolean watched = true; // until it is measured: the others' models keep nothing either
        private @Nullable ChatCall last;

        InstantModel(String model) {
            this.endpoint =
                    Endpoint.builder("openai", model).contextWindow(128_000).build();
            this.response = ChatResponse.builder(endpoint, Message.assistant(Turn.ANSWER))
                    .usage(Usage.of(Turn.INPUT_TOKENS, Turn.OUTPUT_TOKENS))
                    .finishReason(FinishReason.STOP)
                    .build();
        }

        @Override
        public Endpoint endpoint() {
            return endpoint;
        }

        @Override
        public ChatReply send(ChatCall call) {
            if (watched) {
                last = call;
            }
            return ChatReply.completed(response);
        }
    }
}
