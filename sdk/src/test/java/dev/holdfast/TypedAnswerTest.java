package dev.holdfast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.anthropic.AnthropicModel;
import dev.holdfast.budget.Budget;
import dev.holdfast.budget.Price;
import dev.holdfast.budget.PriceTable;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.OutputFormat;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.AttemptKind;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.InvalidOutputException;
import dev.holdfast.error.RejectedException;
import dev.holdfast.event.CoreEvent;
import dev.holdfast.event.Event;
import dev.holdfast.openai.OpenAiModel;
import dev.holdfast.resilience.Fallback;
import dev.holdfast.testkit.FakeModel;
import dev.holdfast.testkit.FakeReply;
import dev.holdfast.testkit.FakeTool;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.ProviderSimulator;
import dev.holdfast.testkit.VirtualRuntime;
import dev.holdfast.testkit.WireFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TypedAnswerTest {
    private static final Caller ANN = Caller.of("acme", "ann").session("s-1");
    private static final String ASKED = "How long?";

    record Delivery(int days) {}

    record Shapeless(Thread thread) {}

    private final VirtualRuntime time = VirtualRuntime.seeded(7);
    private final FakeModel mini = FakeModel.named("mini", time);

    private AgentBuilder desk() {
        return Holdfast.agent("desk")
                .instructions("Help customers.")
                .model(mini)
                .runtime(time);
    }

    @Test
    void isTheRecordAndEverythingElseThatAnAnswerIs() {
        mini.reply(FakeReply.text("{\"days\":3}").usage(Usage.of(1_000, 100)));
        Agent agent = desk().prices(PriceTable.builder()
                        .price("fake", "mini", Price.perMillion().input("1").output("2"))
                        .build())
                .build();

        TypedAnswer<Delivery> answer = agent.ask(ASKED, ANN, Delivery.class);

        assertThat(answer.value()).isEqualTo(new Delivery(3));
        assertThat(answer.text()).isEqualTo("{\"days\":3}");
        assertThat(answer.model()).isEqualTo("mini");
        assertThat(answer.cost()).contains(Money.dollars("0.0012"));
        assertThat(answer.runId()).isEqualTo(mini.lastCall().context().runId()).isNotEmpty();
        assertThat(mini.lastCall().request().outputFormat()).isInstanceOf(OutputFormat.Json.class);
        assertThat(mini.lastCall().request().messages())
                .containsExactly(Message.system("Help customers."), Message.user(ASKED));
    }

    @Test
    void aRepairIsPartOfTheSameRun() {
        List<Event> events = new ArrayList<>();
        mini.reply(FakeReply.text("three days").usage(Usage.of(10, 2)))
                .reply(FakeReply.text("{\"days\":3}").usage(Usage.of(20, 4)));
        Agent agent = desk().listener(events::add).build();

        TypedAnswer<Delivery> answer = agent.ask(ASKED, ANN, Delivery.class);

        assertThat(answer.value()).isEqualTo(new Delivery(3));
        assertThat(answer.usage()).as("of both calls").isEqualTo(Usage.of(30, 6));
        assertThat(answer.transcript())
                .extracting(Message::role)
                .containsExactly(Role.ASSISTANT, Role.USER, Role.ASSISTANT);
        assertThat(events)
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly(
                        "RunStarted",
                        "CallStarted",
                        "AttemptStarted",
                        "AttemptEnded",
                        "CallEnded",
                        "CallStarted",
                        "AttemptStarted",
                        "AttemptEnded",
                        "CallEnded",
                        "RunEnded");
        assertThat(events).allMatch(event -> event.context().runId().equals(answer.runId()));
        assertThat(events.stream().filter(CoreEvent.CallStarted.class::isInstance))
                .extracting(event -> event.context().attemptKind())
                .containsExactly(AttemptKind.FIRST, AttemptKind.REPAIR);
        assertThat(((CoreEvent.RunEnded) events.get(9)).outcome().usage())
                .as("the run ends with what all of it used")
                .isEqualTo(Usage.of(30, 6));
    }

    @Test
    void theDeadlineOfTheRunHoldsForAllRepairsTogether() {
        mini.otherwise(FakeReply.text("three days").after(Duration.ofSeconds(4)));
        Agent agent = desk().deadline(Duration.ofSeconds(10)).build();

        DeadlineException error =
                catchThrowableOfType(DeadlineException.class, () -> agent.ask(ASKED, ANN, Delivery.class));

        assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(10));
        assertThat(mini.calls()).hasSize(3);
        assertThat(error.usage().total())
                .as("of the two calls that were answered")
                .isEqualTo(30);
    }

    @Test
    void isRememberedOnceRepairsAndAll() {
        mini.reply("hello").reply("three days").reply("{\"days\":3}").reply("bye");
        Agent agent = desk().memory(20).build();

        agent.ask("Hi", ANN);
        assertThat(agent.ask(ASKED, ANN, Delivery.class).value()).isEqualTo(new Delivery(3));
        agent.ask("Thanks", ANN);

        assertThat(said(2)).hasSize(6).startsWith("Help customers.", "Hi", "hello", ASKED, "three days");
        assertThat(said(3)).hasSize(8).startsWith("Help customers.", "Hi", "hello", ASKED, "three days");
        assertThat(said(3)).endsWith("{\"days\":3}", "Thanks").doesNotHaveDuplicates();
    }

    private List<String> said(int call) {
        return mini.calls().get(call).request().messages().stream()
                .map(Message::text)
                .toList();
    }

    @Test
    void usesToolsOnItsWay() {
        FakeTool lookUp = FakeTool.named("lookup_order").answer("3 days");
        mini.reply(FakeReply.toolCall("lookup_order", "{}")).reply("3 days").reply("{\"days\":3}");
        Agent agent = desk().tools(lookUp).build();

        TypedAnswer<Delivery> answer = agent.ask(ASKED, ANN, Delivery.class);

        assertThat(answer.value()).isEqualTo(new Delivery(3));
        assertThat(answer.transcript())
                .extracting(Message::role)
                .containsExactly(Role.ASSISTANT, Role.TOOL, Role.ASSISTANT, Role.USER, Role.ASSISTANT);
        assertThat(lookUp.uses()).hasSize(1);
    }

    @Test
    void takesARequestAndAContext() {
        mini.reply("{\"days\":3}");
        CallContext context = CallContext.builder(ANN).runId("run-1").build();
        ChatRequest request = ChatRequest.of(ASKED).toBuilder().temperature(0.5).build();

        TypedAnswer<Delivery> answer = desk().build().ask(request, context, Delivery.class);

        assertThat(answer.value()).isEqualTo(new Delivery(3));
        assertThat(answer.runId()).isEqualTo("run-1");
        assertThat(mini.lastCall().request().temperature()).hasValue(0.5);
    }

    @Test
    void failsWhenNoAnswerHasTheForm() {
        mini.otherwise(FakeReply.text("three days").usage(Usage.of(10, 2)));

        InvalidOutputException error = catchThrowableOfType(
                InvalidOutputException.class, () -> desk().version("v7").build().ask(ASKED, ANN, Delivery.class));

        assertThat(mini.calls()).as("the question and two repairs").hasSize(3);
        assertThat(error.usage()).isEqualTo(Usage.of(30, 6));
        assertThat(error.partial().text()).isEqualTo("three days");
        assertThat(error.details().configVersion()).isEqualTo("v7");
    }

    @Test
    void aRepairThatTheBudgetDoesNotAffordIsNotSent() {
        mini.otherwise(FakeReply.text("three days").usage(Usage.of(1_500, 400)));
        Agent agent = desk().budget(Budget.perUser().tokens(2_000).perDay()).build();
        String much = "word ".repeat(200);

        RejectedException error =
                catchThrowableOfType(RejectedException.class, () -> agent.ask(much, ANN, Delivery.class));

        assertThat(mini.calls()).hasSize(1);
        assertThat(error.usage()).as("of the call before it").isEqualTo(Usage.of(1_500, 400));
    }

    @Test
    void aFixedAnswerOfAnotherFormIsNotSentBackToModelsThatAreDown() {
        mini.otherwise(FakeReply.failing(Fault.outage()));
        Agent agent = desk().retry(retry -> retry.maxAttempts(1))
                .fallbackAnswer("We will call you back.")
                .build();

        InvalidOutputException error =
                catchThrowableOfType(InvalidOutputException.class, () -> agent.ask(ASKED, ANN, Delivery.class));

        assertThat(error).hasMessageContaining("no model has answered");
        assertThat(error.attempts()).extracting(attempt -> attempt.endpoint()).contains("fake/mini");
        assertThat(mini.calls()).hasSize(1);
    }

    @Test
    void aFixedAnswerOfTheFormIsAnAnswer() {
        mini.otherwise(FakeReply.failing(Fault.outage()));
        Agent agent = desk().fallbackAnswer("{\"days\":14}").build();

        TypedAnswer<Delivery> answer = agent.ask(ASKED, ANN, Delivery.class);

        assertThat(answer.value()).isEqualTo(new Delivery(14));
        assertThat(answer.endpoint()).isEqualTo(Fallback.FIXED_ANSWER);
    }

    @Test
    void aRecordWithoutAFormIsNamedBeforeAnythingIsSent() {
        Agent agent = desk().build();

        assertThatThrownBy(() -> agent.ask(ASKED, ANN, Shapeless.class))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("thread");
        assertThatThrownBy(() -> agent.askAsync(ASKED, ANN, Shapeless.class))
                .isInstanceOf(InvalidConfigurationException.class);
        assertThat(mini.calls()).isEmpty();
    }

    @Test
    void isAskedForOnAnotherThreadAndGivenUp() throws Exception {
        mini.reply("three days")
                .reply(FakeReply.text("{\"days\":3}").after(Duration.ofSeconds(3)))
                .reply("three days")
                .reply(FakeReply.silent());
        Agent agent = desk().build();

        assertThat(time.await(agent.askAsync(ASKED, ANN, Delivery.class)).value())
                .isEqualTo(new Delivery(3));

        CompletableFuture<TypedAnswer<Delivery>> unwanted =
                agent.askAsync(ChatRequest.of(ASKED), CallContext.of(ANN), Delivery.class);
        time.advance(Duration.ofSeconds(1));
        assertThat(mini.openReplies()).as("within the repair").isEqualTo(1);
        unwanted.cancel(true);
        time.advance(Duration.ofSeconds(1));

        assertThat(mini.openReplies()).isZero();
        assertThat(mini.calls()).hasSize(4);
        assertThatThrownBy(unwanted::join).isInstanceOf(CancellationException.class);
    }

    @Test
    void isReadFromBothWireFormats() {
        try (ProviderSimulator simulator = ProviderSimulator.start()) {
            simulator.model("gpt").reply("three days").reply("{\"days\":3}");
            simulator.model("claude").reply("three days").reply("```json\n{\"days\":3}\n```");
            List<ChatModel> models = List.of(
                    OpenAiModel.builder("gpt")
                            .baseUrl(simulator.baseUrl(WireFormat.OPENAI).toString())
                            .apiKey("any")
                            .build(),
                    AnthropicModel.builder("claude")
                            .baseUrl(simulator.baseUrl(WireFormat.ANTHROPIC).toString())
                            .apiKey("any")
                            .maxOutputTokens(100)
                            .build());

            for (ChatModel model : models) {
                TypedAnswer<Delivery> answer =
                        Holdfast.agent("desk").model(model).build().ask(ASKED, ANN, Delivery.class);

                assertThat(answer.value()).as(answer.model()).isEqualTo(new Delivery(3));
                assertThat(answer.transcript()).hasSize(3);
            }
        }
    }
}
