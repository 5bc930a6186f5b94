package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.Agent;
import dev.holdfast.Answer;
import dev.holdfast.Holdfast;
import dev.holdfast.TypedAnswer;
import dev.holdfast.anthropic.AnthropicModel;
import dev.holdfast.budget.Budget;
import dev.holdfast.budget.BudgetUnit;
import dev.holdfast.budget.Ledger;
import dev.holdfast.budget.Price;
import dev.holdfast.budget.PriceTable;
import dev.holdfast.budget.RateBuckets;
import dev.holdfast.budget.RateLimit;
import dev.holdfast.budget.RateLimitLayer;
import dev.holdfast.budget.Window;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.chat.GuardLayer;
import dev.holdfast.chat.GuardedCall;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Permit;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.Deadline;
import dev.holdfast.context.Priority;
import dev.holdfast.context.Scope;
import dev.holdfast.context.ScopeKey;
import dev.holdfast.control.ToolGate;
import dev.holdfast.control.ToolPolicy;
import dev.holdfast.control.ToolPolicy.Rule;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.Classification;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.FailureRule;
import dev.holdfast.error.FailureTable;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.InvalidOutputException;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.error.Remedy;
import dev.holdfast.error.TransportException;
import dev.holdfast.event.CoreEvent;
import dev.holdfast.http.HttpTransport;
import dev.holdfast.openai.OpenAiModel;
import dev.holdfast.resilience.CircuitBreaker;
import dev.holdfast.resilience.Fallback;
import dev.holdfast.resilience.ResilienceEvent;
import dev.holdfast.resilience.Retry;
import dev.holdfast.routing.RouteDecided;
import dev.holdfast.routing.Score;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.testkit.FakeModel;
import dev.holdfast.testkit.FakeReply;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.Faults;
import dev.holdfast.testkit.LayerLaws;
import dev.holdfast.testkit.ProviderSimulator;
import dev.holdfast.testkit.VirtualRuntime;
import dev.holdfast.testkit.WireFault;
import dev.holdfast.tool.Describe;
import dev.holdfast.tool.StructuredOutput;
import dev.holdfast.tool.Tool;
import dev.holdfast.tool.ToolMethod;
import dev.holdfast.tool.Tools;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The Java of the guide, compiled and run. */
class GuideTest {
    private final VirtualRuntime time = VirtualRuntime.seeded(1);
    private final FakeModel mini = FakeModel.named("mini", time);
    private final FakeModel large = FakeModel.named("large", time);
    private final FakeModel backup = FakeModel.named("backup", time);
    private final Caller ann = Caller.of("acme", "ann");

    /** Somebody else's client, as applications have one. */
    private record HouseClient(String answer) {
        String complete(String prompt) {
            return answer + " to " + prompt;
        }
    }

    @Test
    void first() {
        mini.reply("It has shipped.");
        var model = mini;

        // snippet: guide-agent
        Agent desk = Holdfast.agent("support-desk")
                .instructions("You help customers with their orders.")
                .model(model)
                .build();

        Answer answer = desk.ask("Where is order 1234?", Caller.of("acme", "ann"));
        // end

        assertThat(answer.text()).isEqualTo("It has shipped.");
    }

    /** Somebody's connection, which the other side closes while it is written to. */
    private static final class Connection {
        private final List<String> sent = new ArrayList<>();
        private Runnable closed = () -> {};

        void onClosed(Runnable callback) {
            closed = callback;
        }

        void send(String text) {
            sent.add(text);
            if (sent.size() == 2) {
                closed.run();
            }
        }
    }

    @Test
    void disconnect() {
        mini.reply(FakeReply.text("It has shipped on Monday.").pieces(5));
        Agent desk = Holdfast.agent("support-desk").model(mini).build();
        Connection connection = new Connection();

        // snippet: guide-disconnect
        try (ChatReply reply = desk.stream("Where is order 1234?", ann)) {
            connection.onClosed(reply::close); // from any thread; after the end it does nothing
            for (Chunk chunk = reply.next(); chunk != null; chunk = reply.next()) {
                connection.send(chunk.text());
            }
        } catch (CancelledException e) {
            // nobody listens any more; the provider has been hung up on
        }
        // end

        assertThat(connection.sent).hasSize(2);
        assertThat(mini.openReplies()).isZero();
    }

    @Test
    void singleCall() {
        mini.reply("It has shipped.");
        var runtime = time;
        Agent desk = Holdfast.agent("support-desk").model(mini).runtime(runtime).build();

        // snippet: guide-single-call
        ChatRequest request = ChatRequest.of("Where is order 1234?").toBuilder()
                .maxOutputTokens(200)
                .temperature(0)
                .build();
        CallContext context = CallContext.builder(ann)
                .priority(Priority.BATCH) // others go first where calls queue
                .deadline(Deadline.in(Duration.ofSeconds(20), runtime)) // the agent's: HoldfastRuntime.system()
                .build();

        Answer answer = desk.ask(request, context);
        // end

        assertThat(answer.text()).isEqualTo("It has shipped.");
        ChatCall asked = mini.lastCall();
        assertThat(asked.request().maxOutputTokens()).hasValue(200);
        assertThat(asked.context().priority()).isEqualTo(Priority.BATCH);
        assertThat(asked.context().deadline().nanosLeft(time))
                .isEqualTo(Duration.ofSeconds(20).toNanos());
    }

    @Test
    void routing() {
        mini.otherwise("It has shipped.");
        List<String> log = new ArrayList<>();

        // snippet: guide-route
        Agent desk = Holdfast.agent("support-desk")
                .cheap(mini)
                .strong(large)
                .route(call -> Score.of(call.request().messages().size() > 4 ? 0.8 : 0.2), 0.5)
                .listener(event -> {
                    if (event instanceof RouteDecided route) {
                        log.add(route.score().value() + " → " + route.chosen() + " "
                                + route.score().signals());
                    }
                })
                .build();
        // end

        assertThat(desk.ask("Where is order 1234?", ann).model()).isEqualTo("mini");
        assertThat(log).containsExactly("0.2 → fake/mini []");
    }

    @Test
    void models() {
        String key = "a-key-for-a-test";

        // snippet: guide-providers
        OpenAiModel mini = OpenAiModel.builder("gpt-4o-mini")
                .apiKey(key)
                .maxOutputTokens(1_000)
                .build();

        OpenAiModel local = OpenAiModel.builder("qwen3")
                .provider("vllm")
                .baseUrl("http://gpu-1:8000/v1")
                .build();

        AnthropicModel sonnet = AnthropicModel.builder("claude-sonnet-4-5")
                .apiKey(call -> key) // asked at every call: keys may rotate, or differ from tenant to tenant
                .maxOutputTokens(1_000)
                .build();
        // end

        assertThat(List.of(
                        mini.endpoint().id(),
                        local.endpoint().id(),
                        sonnet.endpoint().id()))
                .containsExactly("openai/gpt-4o-mini", "vllm/qwen3", "anthropic/claude-sonnet-4-5");
    }

    @Test
    void blocking() {
        HouseClient client = new HouseClient("An answer");

        // snippet: guide-blocking
        Endpoint house = Endpoint.of("in-house", "small");
        EndpointModel small = EndpointModel.blocking(house, call -> {
            String prompt = call.request().messages().get(0).text();
            return ChatResponse.of(house, client.complete(prompt));
        });
        // end

        assertThat(small.chat("Hello")).isEqualTo("An answer to Hello");
    }

    /** Somebody else's client, whose exceptions are its own. */
    private static final class BusyClient {
        private int asked;

        String complete(String prompt) {
            if (asked++ == 0) {
                throw new BusyException("busy");
            }
            return "An answer to " + prompt;
        }
    }

    private static final class BusyException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BusyException(String message) {
            super(message);
        }
    }

    @Test
    void blockingWithErrorsOfItsOwn() {
        BusyClient client = new BusyClient();
        Endpoint house = Endpoint.of("in-house", "small");

        // snippet: guide-blocking-errors
        EndpointModel small = EndpointModel.blocking(house, call -> {
            try {
                return ChatResponse.of(house, client.complete("Hello"));
            } catch (BusyException e) { // worth another attempt, here or elsewhere; and nothing was charged
                throw new TransportException(
                        "the in-house model is busy",
                        ErrorDetails.nothingSent(call.context()).toBuilder()
                                .classification(Classification.of("busy", Remedy.RETRY, Remedy.FALLBACK))
                                .build(),
                        e);
            }
        });
        // end

        Agent desk = Holdfast.agent("desk").model(small).runtime(time).build();
        assertThat(desk.ask("Hello", ann).text()).isEqualTo("An answer to Hello");
        assertThat(client.asked).isEqualTo(2);
    }

    // snippet: guide-tools
    public static final class OrderDesk {
        private final Map<Integer, String> orders = Map.of(1234, "shipped on Monday");

        @ToolMethod(name = "lookup_order", value = "Looks up the state of an order.")
        public String lookUp(@Describe("the order's number") int number) {
            return orders.getOrDefault(number, "There is no such order.");
        }

        @ToolMethod("Refunds an order. Only when the customer asks for it.")
        public String refund(int number, CallContext context) { // the model knows nothing of the context
            return "Refunded order " + number + " for " + context.caller().user();
        }
    }
    // end

    @Test
    void tools() {
        mini.reply(FakeReply.toolCall("refund", "{\"number\":1234}")).reply("I may not do that.");
        var model = mini;

        // snippet: guide-permit
        Tool clock = Tools.of("clock", "Tells the time.", use -> "It is noon.");

        Agent desk = Holdfast.agent("support-desk")
                .model(model)
                .tools(new OrderDesk(), clock)
                .permit("lookup_order", "clock") // the model is told of refund, and that it may not
                .build();
        // end

        Answer answer = desk.ask("Refund order 1234!", ann);
        assertThat(answer.text()).isEqualTo("I may not do that.");
        assertThat(answer.transcript().get(1).toolResults().get(0).error()).isTrue();
    }

    @Test
    void gate() {
        mini.otherwise(FakeReply.toolCall("refund", "{\"number\":1234}"));
        var model = mini;

        // snippet: guide-gate
        ToolPolicy policy = ToolPolicy.builder()
                .permit("lookup_order")
                .rule(Rule.permit("refund").tenant("acme"))
                .rule(Rule.deny("refund").tenant("acme").user("trainee").because("trainees do not refund"))
                .build();
        ToolGate gate = ToolGate.of(policy);

        Agent desk = Holdfast.agent("support-desk")
                .model(model)
                .tools(new OrderDesk())
                .gate(gate)
                .build();

        gate.swap(ToolPolicy.nothing()); // from now on, in runs that have begun, too
        // end

        mini.reply(FakeReply.toolCall("refund", "{\"number\":1234}")).reply("No.");
        assertThat(desk.ask("Refund order 1234!", ann).text()).isEqualTo("No.");
    }

    record Order(int pizzas, String street) {}

    @Test
    void structured() {
        mini.reply("Two, gladly.").reply("{\"pizzas\":2,\"street\":\"Main Street 5\"}");
        Agent desk = Holdfast.agent("desk").model(mini).build();

        // snippet: guide-structured
        // record Order(int pizzas, String street) {}
        TypedAnswer<Order> answer = desk.ask("Two pizzas to Main Street 5, please.", ann, Order.class);

        Order order = answer.value(); // and answer.cost(), answer.attempts(), answer.runId() as always
        // end

        assertThat(order).isEqualTo(new Order(2, "Main Street 5"));
        mini.reply("{\"pizzas\":2,\"street\":\"Main Street 5\"}");
        var model = mini;

        // snippet: guide-structured-alone
        StructuredOutput<Order> orders = StructuredOutput.of(Order.class).repairs(0);

        Order read =
                orders.ask(model, "Two pizzas to Main Street 5, please.", ann).value();
        // end

        assertThat(read).isEqualTo(order);
    }

    @Test
    void limits() {
        mini.otherwise("It has shipped.");
        var model = mini;

        // snippet: guide-limits
        Agent desk = Holdfast.agent("support-desk")
                .model(model)
                .limit(RateLimit.perUser().requests(2).tokens(20_000).perMinute())
                .limit(RateLimit.global().requests(500).perMinute().maxWait(Duration.ofSeconds(5)))
                .budget(Budget.perUser().tokens(100_000).perDay())
                .budget(Budget.perTenant().money("500").perMonth().in(ZoneId.of("Europe/Berlin")))
                .prices(PriceTable.builder()
                        .price("fake", "mini", Price.perMillion().input("0.15").output("0.60"))
                        .build())
                .build();
        // end

        assertThat(desk.ask("Where is order 1234?", ann).cost()).isPresent();
        desk.ask("Where is order 1234?", ann);

        // snippet: guide-refusal
        try {
            desk.ask("Where is order 1234?", ann);
        } catch (RejectedException e) {
            Refusal why = e.refusal();
            // why.kind() is RATE_LIMIT or BUDGET; why.rule(), why.scope(), why.quantity() tell which one and whose;
            // why.retryAfter() when to come back
            assertThat(why.kind()).isEqualTo(Refusal.Kind.RATE_LIMIT);
        }
        // end
    }

    @Test
    void sharing() throws Exception {
        mini.otherwise("It has shipped.");
        large.otherwise("It has shipped.");

        // snippet: guide-sharing
        Ledger ledger = Ledger.inMemory();
        RateBuckets buckets = RateBuckets.inMemory();
        RateLimit perMinute = RateLimit.perUser().requests(2).perMinute();
        Budget perDay = Budget.perUser().tokens(100_000).perDay();

        Agent desk = Holdfast.agent("support-desk")
                .model(mini)
                .limit(perMinute)
                .buckets(buckets)
                .budget(perDay)
                .ledger(ledger)
                .build();
        Agent sales = Holdfast.agent("sales")
                .model(large)
                .limit(perMinute.maxWait(Duration.ofSeconds(5))) // the same limit, for which its calls may wait
                .buckets(buckets)
                .budget(perDay)
                .ledger(ledger)
                .build();
        ModelLayer reports = RateLimitLayer.builder() // around work that is no model
                .limit(perMinute)
                .buckets(buckets)
                .build();
        // end

        desk.ask("Where is order 1234?", ann);
        assertThat(reports.<Integer>call(CallContext.of(ann), () -> 7)).isEqualTo(7);
        assertThatThrownBy(() -> sales.ask("Where is order 1234?", ann)).isInstanceOf(RejectedException.class);
        assertThatThrownBy(() -> desk.ask("Where is order 1234?", ann)).isInstanceOf(RejectedException.class);
        assertThat(ledger.balance(ScopeKey.of(Scope.USER, "acme", "ann"), BudgetUnit.TOKENS, Window.day(ZoneOffset.UTC))
                        .used())
                .as("one answer")
                .isEqualTo(15);
    }

    @Test
    void failures() {
        mini.otherwise(FakeReply.silent());
        large.otherwise(FakeReply.failing(Fault.outage()));
        backup.otherwise("It should have shipped.");
        var runtime = time;

        // snippet: guide-failures
        Agent desk = Holdfast.agent("support-desk")
                .cheap(mini)
                .strong(large)
                .fallback(backup)
                .fallbackAnswer("We will call you back.")
                .deadline(Duration.ofSeconds(60)) // for the whole run
                .firstChunkTimeout(Duration.ofSeconds(15)) // for each attempt, until the answer begins
                .retry(retry -> retry.maxAttempts(2))
                .breaker(breaker -> breaker.failures(3).openFor(Duration.ofSeconds(30)))
                .bulkhead(bulkhead -> bulkhead.maxConcurrent(50).maxWait(Duration.ofSeconds(1)))
                .runtime(runtime)
                .build();

        Answer answer = desk.ask("Where is order 1234?", ann);
        boolean byNobody = answer.endpoint().equals(Fallback.FIXED_ANSWER);
        // end

        assertThat(answer.model()).isEqualTo("backup");
        assertThat(byNobody).isFalse();
    }

    @Test
    void aModelThatCallsToolsWithoutEnd() {
        mini.otherwise(FakeReply.toolCall("clock", "{}"));
        Agent desk = Holdfast.agent("desk")
                .model(mini)
                .fallback(backup.otherwise("It should have shipped."))
                .fallbackAnswer("We will call you back.")
                .tools(Tools.of("clock", "Tells the time.", use -> "It is noon."))
                .runtime(time)
                .build();

        assertThatThrownBy(() -> desk.ask("Where is order 1234?", ann)).isInstanceOf(InvalidOutputException.class);
    }

    @Test
    void revokedKey() {
        backup.reply("It should have shipped.");
        try (ProviderSimulator simulator = ProviderSimulator.start()) {
            simulator.model("gpt-4o-mini").fault(WireFault.answer(401, "application/json", "{}"));
            String url = simulator.baseUrl().toString();
            String key = "revoked";

            // snippet: guide-revoked-key
            FailureTable failures = FailureTable.standard().toBuilder()
                    .rule(FailureRule.builder()
                            .status(401)
                            .remedies(Remedy.ESCALATE, Remedy.FALLBACK)
                            .build())
                    .build();
            OpenAiModel mini = OpenAiModel.builder("gpt-4o-mini")
                    .baseUrl(url)
                    .apiKey(key)
                    .transport(HttpTransport.builder().failures(failures).build())
                    .build();
            // end

            Agent desk = Holdfast.agent("desk").model(mini).fallback(backup).build();
            assertThat(desk.ask("Where is order 1234?", ann).model()).isEqualTo("backup");
        }
    }

    @Test
    void memory() {
        mini.reply("It has shipped.").reply("DHL.");
        var model = mini;

        // snippet: guide-memory
        Agent desk = Holdfast.agent("support-desk").model(model).memory(20).build();

        Caller inSession = Caller.of("acme", "ann").session("s-1");
        desk.ask("Where is order 1234?", inSession);
        desk.ask("And who brings it?", inSession); // sees the turn before
        // end

        assertThat(mini.lastCall().request().messages()).hasSize(3);
    }

    // snippet: guide-test
    @Test
    void leavesASilentModelForTheBackup() {
        VirtualRuntime time = VirtualRuntime.seeded(42);
        FakeModel mini = FakeModel.named("mini", time).reply(FakeReply.silent());
        FakeModel backup = FakeModel.named("backup", time).otherwise("It has shipped.");
        Agent desk = Holdfast.agent("desk")
                .model(mini)
                .fallback(backup)
                .deadline(Duration.ofSeconds(60))
                .runtime(time)
                .build();

        assertThat(desk.ask("Where is order 1234?", ann).model()).isEqualTo("backup");
        assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(30)); // half of the time
    }
    // end

    @Test
    void advancesTime() {
        Agent desk = Holdfast.agent("desk")
                .model(mini.otherwise("It has shipped."))
                .limit(RateLimit.perUser().requests(1).perMinute())
                .runtime(time)
                .build();

        // snippet: guide-advance
        desk.ask("Where is order 1234?", ann);
        assertThatThrownBy(() -> desk.ask("And now?", ann)).isInstanceOf(RejectedException.class);

        time.advance(Duration.ofMinutes(1));
        assertThat(desk.ask("And now?", ann).text()).isEqualTo("It has shipped.");
        // end
    }

    @Test
    void async() throws Exception {
        mini.reply("It has shipped.");
        Agent desk = Holdfast.agent("desk").model(mini).runtime(time).build();

        // snippet: guide-async
        Answer answer = time.await(desk.askAsync("Where is order 1234?", ann));
        // end

        assertThat(answer.text()).isEqualTo("It has shipped.");
    }

    @Test
    void faults() {
        mini.otherwise("It has shipped.");

        // snippet: guide-faults
        ModelLayer weather = Faults.on(time)
                .withChance(0.1)
                .fail(Fault::serverError)
                .during(time.now().plus(Duration.ofMinutes(10)), Duration.ofMinutes(5))
                .fail(Fault::outage)
                .always()
                .latency(Duration.ofMillis(300))
                .build();

        Agent desk = Holdfast.agent("desk")
                .model(weather.around(mini))
                .fallbackAnswer("We will call you back.")
                .runtime(time)
                .build();
        // end

        for (int i = 0; i < 30; i++) {
            assertThat(desk.ask("Where is order 1234?", ann).text()).isNotEmpty();
            time.advance(Duration.ofMinutes(1));
        }
    }

    @Test
    void simulator() {
        // snippet: guide-simulator
        try (ProviderSimulator simulator = ProviderSimulator.start()) {
            simulator.model("mini").fault(WireFault.cutWithin(1)).reply("It has shipped.");
            OpenAiModel mini = OpenAiModel.builder("mini")
                    .baseUrl(simulator.baseUrl().toString())
                    .apiKey("any")
                    .build();
            Agent desk = Holdfast.agent("desk").model(mini).build();

            assertThat(desk.ask("Where is order 1234?", ann).text()).isEqualTo("It has shipped.");
        }
        // end
    }

    @Test
    void events() {
        mini.reply(FakeReply.failing(Fault.outage())).reply("It has shipped.");
        var model = mini;
        List<String> log = new ArrayList<>();

        // snippet: guide-events
        Agent desk = Holdfast.agent("support-desk")
                .model(model)
                .listener(event -> {
                    if (event instanceof CoreEvent.RunEnded run) {
                        log.add(run.context().caller() + " " + run.took() + " " + run.outcome());
                    } else if (event instanceof CoreEvent.AttemptEnded attempt
                            && attempt.outcome() instanceof Outcome.Failed failed) {
                        log.add(attempt.endpoint() + " failed: "
                                + failed.error().getMessage());
                    } else if (event instanceof ResilienceEvent.FellBack fallback) {
                        log.add(fallback.from() + " → " + fallback.to());
                    }
                })
                .build();
        // end

        desk.ask("Where is order 1234?", ann);
        assertThat(log).hasSize(2);
        assertThat(log.get(0)).startsWith("fake/mini failed: ");
    }

    @Test
    void logging() {
        mini.otherwise("It has shipped.");
        var model = mini;

        // snippet: guide-logging
        Agent desk = Holdfast.agent("support-desk")
                .model(model)
                .fallbackAnswer("We will call you back.")
                .listener(Holdfast.logging())
                .build();
        // end

        assertThat(desk.ask("Where is order 1234?", ann).text()).isEqualTo("It has shipped.");
    }

    @Test
    void costs() {
        mini.reply("It has shipped.")
                .reply(FakeReply.toolCall("clock", "{}"))
                .reply(FakeReply.failing(Fault.badRequest()));
        var model = mini;
        Tool clock = Tools.of("clock", "Tells the time.", use -> "It is noon.");
        PriceTable prices = PriceTable.builder()
                .price("fake", "mini", Price.perMillion().input("0.15").output("0.60"))
                .build();

        // snippet: guide-costs
        Map<String, Money> costs = new ConcurrentHashMap<>();
        Agent desk = Holdfast.agent("support-desk")
                .model(model)
                .tools(clock)
                .prices(prices)
                .listener(event -> {
                    if (event instanceof CoreEvent.RunEnded run) { // of failed and cancelled runs, too
                        String tenant = run.context().caller().tenant();
                        run.outcome().cost().ifPresent(cost -> costs.merge(tenant, cost, Money::plus));
                    }
                })
                .build();
        // end

        desk.ask("Where is order 1234?", ann);
        Money whole = costs.get("acme");
        assertThatThrownBy(() -> desk.ask("Where is order 1234?", ann)).isInstanceOf(ProviderException.class);
        assertThat(costs.get("acme")).isGreaterThan(whole);
    }

    /** Somebody's database, which is not to be had at the first try. */
    private static final class Database {
        private int asked;

        int stockOf(int article) throws SQLException {
            if (asked++ == 0) {
                throw new SQLTransientConnectionException("connection is not available");
            }
            return article;
        }
    }

    @Test
    void layersAlone() throws Exception {
        Database database = new Database();

        // snippet: guide-alone
        ModelLayer limit = RateLimitLayer.of(RateLimit.perTenant().requests(50).perSecond());
        ModelLayer retry = Retry.builder().maxAttempts(3).build();
        ModelLayer breaker = CircuitBreaker.builder("orders-db").build();

        ModelLayer guarded = limit.over(retry).over(breaker); // limit is outermost: a retry is not counted again
        int stock = guarded.call(CallContext.of(ann), () -> database.stockOf(1234));
        // end

        assertThat(stock).isEqualTo(1234);
        assertThat(database.asked).isEqualTo(2);
    }

    // snippet: guide-layer
    static final class Maintenance extends GuardLayer {
        private final AtomicBoolean closed = new AtomicBoolean();
        private final LongAdder failed = new LongAdder();

        @Override
        protected Permit admit(GuardedCall call) {
            if (closed.get()) {
                throw new RejectedException(
                        Refusal.of(Refusal.Kind.RULE, "maintenance", "the service is closed for the night"),
                        ErrorDetails.nothingSent(call.context()));
            }
            return (outcome, ended) -> { // exactly once, however the call ends
                if (outcome.error() != null) {
                    failed.increment();
                }
            };
        }
    }
    // end

    // snippet: guide-forward
    static final class Factual extends GuardLayer {
        @Override
        protected Permit admit(GuardedCall call) {
            ChatRequest factual = call.request().toBuilder().temperature(0).build();
            call.forward(call.call().with(factual));
            return Permit.none();
        }
    }
    // end

    @Nested
    class FactualKeepsTheLaws extends LayerLaws {
        @Override
        protected ModelLayer layer(HoldfastRuntime runtime) {
            return new Factual();
        }
    }

    @Test
    void ownLayerThatChangesTheRequest() {
        mini.reply("It has shipped.");
        Agent desk = Holdfast.agent("desk").model(mini).layer(new Factual()).build();

        desk.ask("Where is order 1234?", ann);

        assertThat(mini.lastCall().request().temperature()).hasValue(0);
    }

    @Test
    void ownLayer() {
        mini.reply(FakeReply.failing(Fault.badRequest()));
        Maintenance maintenance = new Maintenance();
        Agent desk = Holdfast.agent("desk").model(mini).layer(maintenance).build();

        assertThatThrownBy(() -> desk.ask("Where is order 1234?", ann)).isInstanceOf(ProviderException.class);
        assertThat(maintenance.failed.sum()).isEqualTo(1);

        maintenance.closed.set(true);
        assertThatThrownBy(() -> desk.ask("Where is order 1234?", ann)).isInstanceOf(RejectedException.class);
        assertThat(mini.calls()).hasSize(1);
    }

    @Test
    void errors() {
        mini.otherwise(FakeReply.silent());
        Agent desk = Holdfast.agent("desk")
                .model(mini)
                .deadline(Duration.ofSeconds(5))
                .runtime(time)
                .build();
        List<String> shown = new ArrayList<>();

        // snippet: guide-errors
        try {
            shown.add(desk.ask("Where is order 1234?", ann).text());
        } catch (RejectedException e) { // a rule refused it before it was sent
            shown.add("Please come back "
                    + e.retryAfter()
                            .map(wait -> "in " + (wait.toMinutes() + 1) + " min")
                            .orElse("later"));
        } catch (DeadlineException e) { // e.partial() is what had come, e.billing() whether it is charged
            shown.add("That took too long.");
        } catch (HoldfastException e) { // the provider, the network, the model: e.classification() says what may help
            shown.add("Something went wrong; we know of it as " + e.runId());
        }
        // end

        assertThat(shown).containsExactly("That took too long.");
        DeadlineException late =
                catchThrowableOfType(DeadlineException.class, () -> desk.ask("Where is order 1234?", ann));
        assertThat(late.partial().text()).isEmpty();
    }

    @Test
    void anAgentIsAModel() {
        mini.reply("It has shipped.");
        Agent desk = Holdfast.agent("support-desk").model(mini).build();

        // snippet: guide-agent-as-model
        ChatModel helper = desk; // behind layers, as a fallback, or as the model of another agent
        String words = helper.chat("Where is order 1234?");
        // end

        assertThat(words).isEqualTo("It has shipped.");
    }
}
