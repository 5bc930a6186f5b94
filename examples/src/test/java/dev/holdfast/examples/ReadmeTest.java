package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.Agent;
import dev.holdfast.Answer;
import dev.holdfast.Holdfast;
import dev.holdfast.budget.Budget;
import dev.holdfast.budget.RateLimit;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.resilience.CircuitBreaker;
import dev.holdfast.resilience.Retry;
import dev.holdfast.testkit.FakeModel;
import dev.holdfast.testkit.FakeReply;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.VirtualRuntime;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** The Java of the README, compiled and run. */
class ReadmeTest {
    private final VirtualRuntime time = VirtualRuntime.seeded(1);
    private final EndpointModel mini = FakeModel.named("mini").otherwise("It has shipped.");
    private final EndpointModel large = FakeModel.named("large").otherwise("It has shipped, indeed.");
    private final EndpointModel backup = FakeModel.named("backup").otherwise("It should have shipped.");

    @Test
    void frontDoor() {
        // snippet: agent
        Agent desk = Holdfast.agent("support-desk")
                .instructions("You help customers with their orders.")
                .cheap(mini)
                .strong(large)
                .fallback(backup)
                .fallbackAnswer("We will call you back.")
                .tools(new OrderTools())
                .permit("lookup_order")
                .limit(RateLimit.perUser().requests(60).tokens(20_000).perMinute())
                .budget(Budget.perUser().tokens(10_000).perDay().tokens(2_000).perHour())
                .memory(20)
                .build();

        Answer answer =
                desk.ask("Where is order 1234?", Caller.of("acme", "ann").session("s-1"));
        // end

        assertThat(answer.text()).isEqualTo("It has shipped.");
        assertThat(answer.model()).isEqualTo("mini");
    }

    @Test
    void streaming() {
        Agent desk = Holdfast.agent("support-desk").model(mini).build();
        Caller ann = Caller.of("acme", "ann");
        StringBuilder page = new StringBuilder();

        // snippet: stream
        try (ChatReply reply = desk.stream("Where is order 1234?", ann)) {
            for (Chunk chunk = reply.next(); chunk != null; chunk = reply.next()) {
                page.append(chunk.text());
            }
        }
        // end

        assertThat(page).hasToString("It has shipped.");
    }

    // snippet: test
    @Test
    void waitsAndTriesAgainWhenTheProviderIsOverloaded() {
        VirtualRuntime time = VirtualRuntime.seeded(42);
        FakeModel model = FakeModel.named("mini", time)
                .reply(FakeReply.failing(Fault.rateLimited(Duration.ofSeconds(20))))
                .reply("It has shipped.");
        Agent desk = Holdfast.agent("desk").model(model).runtime(time).build();

        assertThat(desk.ask("Where is order 1234?", Caller.of("ann")).text()).isEqualTo("It has shipped.");
        assertThat(time.elapsed()).isGreaterThanOrEqualTo(Duration.ofSeconds(20)); // of virtual time
    }
    // end

    @Test
    void alone() throws Exception {
        Callable<String> httpCall = () -> "42";
        CallContext context = CallContext.of(Caller.of("ann"));

        // snippet: alone
        ModelLayer steady = Retry.builder()
                .maxAttempts(3)
                .build()
                .over(CircuitBreaker.builder("stock-service")
                        .failures(5)
                        .openFor(Duration.ofSeconds(60))
                        .build());

        ChatModel guarded = steady.around(mini); // around any model
        String stock = steady.call(context, httpCall); // around any Callable
        // end

        assertThat(guarded.chat("Hello")).isEqualTo("It has shipped.");
        assertThat(stock).isEqualTo("42");
        assertThat(time.elapsed()).isZero();
    }
}
