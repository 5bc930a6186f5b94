package dev.holdfast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.budget.Budget;
import dev.holdfast.budget.Price;
import dev.holdfast.budget.PriceTable;
import dev.holdfast.budget.RateLimit;
import dev.holdfast.chat.Attempt;
import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.JsonSchema;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.AttemptKind;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.control.ToolGate;
import dev.holdfast.control.ToolPolicy;
import dev.holdfast.error.Classification;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.error.Remedy;
import dev.holdfast.error.StreamInterruptedException;
import dev.holdfast.error.TransportException;
import dev.holdfast.event.CoreEvent;
import dev.holdfast.event.Event;
import dev.holdfast.resilience.Fallback;
import dev.holdfast.resilience.Retry;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.testkit.FakeModel;
import dev.holdfast.testkit.FakeReply;
import dev.holdfast.testkit.FakeTool;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.Faults;
import dev.holdfast.testkit.VirtualRuntime;
import dev.holdfast.tool.StructuredOutput;
import dev.holdfast.tool.Tool;
import dev.holdfast.tool.Tools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AgentTest {
    private static final Caller ANN = Caller.of("acme", "ann").session("s-1");
    private static final Caller BOB = Caller.of("acme", "bob").session("s-1");
    private static final String HARD =
            "Explain step by step, compare and prove: ```java\nint f(int n) { return n < 2 ? n :"
                    + " f(n-1) + f(n-2); }\n``` What is 17 * 23 + 4^3? Why? At least 3 reasons, exactly 2 examples. "
                    + "Consider all constraints and every edge case, then derive the complexity. ".repeat(8);

    private final VirtualRuntime time = VirtualRuntime.seeded(7);
    private final FakeModel mini = FakeModel.named("mini", time);
    private final FakeModel large = FakeModel.named("large", time);

    private AgentBuilder desk() {
        return Holdfast.agent("desk").instructions("Help customers.").runtime(time);
    }

    @Test
    void answersWithTheModelItsUsageAndItsCost() {
        mini.reply(FakeReply.text("It has shipped.").usage(Usage.of(1_000, 100)));
        Agent agent = desk().model(mini)
                .prices(PriceTable.builder()
                        .price("fake", "mini", Price.perMillion().input("0.15").output("0.60"))
                        .build())
                .build();

        Answer answer = agent.ask("Where is order 1234?", ANN);

        assertThat(answer.text()).isEqualTo("It has shipped.");
        assertThat(answer.endpoint()).isEqualTo(Endpoint.of("fake", "mini"));
        assertThat(answer.model()).isEqualTo("mini");
        assertThat(answer.usage().total()).isEqualTo(1_100);
        assertThat(answer.cost()).contains(Money.dollars("0.00021"));
        assertThat(mini.lastCall().request().messages())
                .containsExactly(Message.system("Help customers."), Message.user("Where is order 1234?"));
    }

    @Test
    void aBreakerThatOpensBetweenTwoAttemptsHidesNoFailure() {
        mini.otherwise(FakeReply.failing(Fault.serverError()));
        Agent agent = desk().model(mini).breaker(breaker -> breaker.failures(2)).build();

        ProviderException failed = catchThrowableOfType(ProviderException.class, () -> agent.ask("Where?", ANN));

        assertThat(failed.billing()).isNotEqualTo(Billing.NOT_SENT);
        assertThat(failed.attempts()).extracting(Attempt::endpoint).containsOnly("fake/mini");
        assertThat(failed.attempts()).hasSize(3);
        assertThat(failed.attempts().get(2).failure()).contains("breaker");
        assertThat(failed.getSuppressed()).anySatisfy(error -> assertThat(error).isInstanceOf(RejectedException.class));
        assertThat(failed.retryAfter())
                .as("when the breaker lets somebody try again")
                .isPresent();
    }

    @Test
    void aLayeredModelKeepsItsNameWhateverTheCompilerTakesItFor() {
        ChatModel model = mini.reply(FakeReply.text("ok").usage(Usage.of(1_000, 100)));
        ChatModel retried = Retry.builder().runtime(time).build().around(model);
        Agent agent = desk().model(retried)
                .prices(PriceTable.builder()
                        .price("fake", "mini", Price.perMillion().input("0.15").output("0.60"))
                        .build())
                .build();

        assertThat(agent.ask("Where?", ANN).cost()).contains(Money.dollars("0.00021"));
    }

    @Test
    void fallsBackAfterWhatTheApplicationSays() {
        ChatModel locked = call -> {
            throw new TransportException(
                    "the key was revoked",
                    ErrorDetails.nothingSent(call.context()).toBuilder()
                            .classification(Classification.of("for somebody to mend", Remedy.ESCALATE))
                            .build(),
                    null);
        };
        large.otherwise("It has shipped.");

        assertThatThrownBy(() -> desk().model(locked).fallback(large).build().ask("Where?", ANN))
                .isInstanceOf(TransportException.class);
        Agent widened = desk().model(locked)
                .fallback(large)
                .fallBackOn(error ->
                        Fallback.mayHelp(error) || error.classification().allows(Remedy.ESCALATE))
                .build();
        assertThat(widened.ask("Where?", ANN).model()).isEqualTo("large");
    }

    @Test
    void fallsBackAfterWhatTheApplicationSaysAmongChosenModelsToo() {
        mini.otherwise(FakeReply.failing(Fault.outage()));
        large.otherwise("It has shipped.");
        AgentBuilder builder = desk().cheap(mini)
                .strong(large)
                .retry(retry -> retry.maxAttempts(1))
                .fallBackOn(error -> false);
        Agent agent = builder.build();
        builder.fallBackOn(error -> true); // changes no agent that is built

        assertThatThrownBy(() -> agent.ask("Hello!", ANN)).isInstanceOf(HoldfastException.class);
        assertThat(large.calls()).isEmpty();
    }

    @Test
    void asksTheCheapModelWhatIsEasyAndTheStrongOneWhatIsHard() {
        mini.otherwise("easy");
        large.otherwise("hard");
        Agent agent = desk().cheap(mini).strong(large).build();

        assertThat(agent.ask("Hello!", ANN).text()).isEqualTo("easy");
        assertThat(agent.ask(HARD, ANN).text()).isEqualTo("hard");
    }

    @Test
    void runsPermittedToolsAndTellsTheModelWhatIsNotPermitted() {
        FakeTool lookUp = FakeTool.named("lookup_order").answer("shipped");
        FakeTool refund = FakeTool.named("refund");
        mini.reply(FakeReply.toolCall("lookup_order", "{}"))
                .reply(FakeReply.toolCall("refund", "{}"))
                .reply("It has shipped; I may not refund it.");
        Agent agent =
                desk().model(mini).tools(lookUp, refund).permit("lookup_order").build();

        Answer answer = agent.ask("Where is it? Refund it.", ANN);

        assertThat(answer.text()).isEqualTo("It has shipped; I may not refund it.");
        assertThat(lookUp.uses()).hasSize(1);
        assertThat(refund.uses()).isEmpty();
        assertThat(answer.transcript()).hasSize(5);
        assertThat(answer.transcript().get(3).toolResults()).singleElement().satisfies(result -> {
            assertThat(result.error()).isTrue();
            assertThat(result.text()).contains("refund");
        });
        assertThat(answer.usage().total()).as("of all three rounds").isEqualTo(45);
    }

    @Test
    void fallsBackWhenTheModelIsDownAndSaysWhoAnsweredInTheEnd() {
        FakeModel backup = FakeModel.named("backup", time).otherwise("from the backup");
        mini.otherwise(FakeReply.failing(Fault.outage()));
        Agent agent = desk().model(mini).fallback(backup).build();

        Answer answer = agent.ask("Hello!", ANN);

        assertThat(answer.text()).isEqualTo("from the backup");
        assertThat(answer.endpoint()).isEqualTo(backup.endpoint());
        assertThat(answer.attempts())
                .extracting(attempt -> attempt.succeeded())
                .containsExactly(false, false, false, true);
        assertThat(answer.attempts())
                .extracting(attempt -> attempt.kind())
                .containsExactly(AttemptKind.FIRST, AttemptKind.RETRY, AttemptKind.RETRY, AttemptKind.FALLBACK);
    }

    @Test
    void k17_aStreamFallsBackBeforeItsFirstChunk() {
        FakeModel backup = FakeModel.named("backup", time)
                .otherwise(FakeReply.text("from the backup").pieces(3));
        mini.otherwise(FakeReply.failing(Fault.outage()));
        Agent agent = desk().model(mini).fallback(backup).build();

        StringBuilder said = new StringBuilder();
        try (ChatReply reply = agent.stream("Hello!", ANN)) {
            for (Chunk chunk = reply.next(); chunk != null; chunk = reply.next()) {
                said.append(chunk.text());
            }
        }

        assertThat(said).hasToString("from the backup");
    }

    @Test
    void k18_aStreamThatBreaksIsNeitherRetriedNorCompleted() {
        FakeModel backup = FakeModel.named("backup", time).otherwise("from the backup");
        mini.otherwise(FakeReply.text("It has shi").pieces(2).cut());
        Agent agent = desk().model(mini)
                .fallback(backup)
                .fallbackAnswer("We call you.")
                .build();

        ChatReply reply = agent.stream("Hello!", ANN);
        StreamInterruptedException error = catchThrowableOfType(StreamInterruptedException.class, reply::await);

        assertThat(error.partial().text()).isEqualTo("It has shi");
        assertThat(mini.calls()).hasSize(1);
        assertThat(backup.calls()).isEmpty();
    }

    @Test
    void k07_theFallbackPaysFromTheSameBudget() {
        FakeModel backup = FakeModel.named("backup", time)
                .otherwise(FakeReply.text("from the backup").usage(Usage.of(400, 100)));
        mini.otherwise(FakeReply.failing(Fault.outage()));
        Agent agent = desk().model(mini)
                .fallback(backup)
                .retry(retry -> retry.maxAttempts(1))
                .budget(Budget.perUser().tokens(900).perDay())
                .build();
        ChatRequest small =
                ChatRequest.of("Hello!").toBuilder().maxOutputTokens(100).build();

        agent.ask(small, CallContext.of(ANN));

        assertThatThrownBy(() -> agent.ask(
                        ChatRequest.of("word ".repeat(420)).toBuilder()
                                .maxOutputTokens(100)
                                .build(),
                        CallContext.of(ANN)))
                .isInstanceOf(RejectedException.class);
        assertThat(backup.calls()).as("nothing was sent beyond the budget").hasSize(1);
    }

    @Test
    void givesTheFixedAnswerWhenEverythingHasFailed() {
        mini.otherwise(FakeReply.failing(Fault.outage()));
        Agent agent =
                desk().model(mini).fallbackAnswer("We will call you back.").build();

        Answer answer = agent.ask("Hello!", ANN);

        assertThat(answer.text()).isEqualTo("We will call you back.");
        assertThat(answer.endpoint().provider()).isEqualTo("holdfast");
    }

    @Test
    void doesNotFallBackFromARequestThatIsWrong() {
        FakeModel backup = FakeModel.named("backup", time).otherwise("from the backup");
        mini.otherwise(FakeReply.failing(Fault.badRequest()));
        Agent agent = desk().model(mini).fallback(backup).build();

        assertThatThrownBy(() -> agent.ask("Hello!", ANN)).hasMessageContaining("invalid");
        assertThat(mini.calls()).hasSize(1);
        assertThat(backup.calls()).isEmpty();
    }

    @Test
    void remembersTheTurnsOfASessionAndOfNoOther() {
        mini.otherwise(
                call -> FakeReply.text("answer " + call.request().messages().size()));
        Agent agent = desk().model(mini).memory(20).build();

        agent.ask("first", ANN);
        agent.ask("second", ANN);
        agent.ask("first of bob", BOB);

        assertThat(mini.calls().get(1).request().messages())
                .extracting(Message::text)
                .containsExactly("Help customers.", "first", "answer 2", "second");
        assertThat(mini.calls().get(2).request().messages())
                .extracting(Message::text)
                .containsExactly("Help customers.", "first of bob");
    }

    @Test
    void aBudgetRefusesBeforeAnythingIsSentAndSaysUntilWhen() {
        mini.otherwise(FakeReply.text("ok").usage(Usage.of(50, 50)));
        Agent agent = desk().model(mini)
                .budget(Budget.perUser().tokens(1_000).perHour())
                .build();
        while (catchThrowable(() -> agent.ask("Hello!", ANN)) == null) {
            assertThat(mini.calls()).hasSizeLessThan(20);
        }

        RejectedException refused = catchThrowableOfType(RejectedException.class, () -> agent.ask("Hello!", ANN));

        assertThat(refused.refusal().kind()).isEqualTo(Refusal.Kind.BUDGET);
        assertThat(refused.refusal().scope()).get().hasToString("user:acme/ann");
        assertThat(refused.refusal().retryAfter()).isPresent();
        assertThat(mini.calls().stream().mapToLong(call -> 100).sum()).isLessThanOrEqualTo(1_000);
        assertThat(agent.ask("Hello!", BOB).text())
                .as("somebody else has a budget of his own")
                .isEqualTo("ok");
    }

    @Test
    void aRateLimitCountsAllEndpointsTogetherAndFillsUpWithTime() {
        mini.otherwise("easy");
        large.otherwise("hard");
        Agent agent = desk().cheap(mini)
                .strong(large)
                .limit(RateLimit.perUser().requests(4).perMinute())
                .build();
        for (int i = 0; i < 2; i++) {
            agent.ask("Hello!", ANN);
            agent.ask(HARD, ANN);
        }

        assertThatThrownBy(() -> agent.ask("Hello!", ANN))
                .isInstanceOfSatisfying(
                        RejectedException.class,
                        e -> assertThat(e.refusal().kind()).isEqualTo(Refusal.Kind.RATE_LIMIT));
        time.advance(Duration.ofMinutes(1));
        assertThat(agent.ask("Hello!", ANN).text()).isEqualTo("easy");
    }

    @Test
    void aBreakerSendsCallsElsewhereUntilTheEndpointIsBack() {
        large.otherwise(FakeReply.failing(Fault.serverError()));
        mini.otherwise("from the cheap one");
        Agent agent = desk().cheap(mini)
                .strong(large)
                .retry(retry -> retry.maxAttempts(1))
                .breaker(breaker -> breaker.failures(3).openFor(Duration.ofMinutes(1)))
                .build();
        IntStream.range(0, 10).forEach(i -> agent.ask(HARD, ANN));
        assertThat(large.calls()).as("left alone after three failures").hasSize(3);

        large.otherwise("back again");
        time.advance(Duration.ofSeconds(61));

        assertThat(agent.ask(HARD, ANN).text()).isEqualTo("back again");
    }

    @Test
    void theBackupAnswersWhenNoModelIsLeftToChoose() {
        mini.otherwise(FakeReply.failing(Fault.serverError()));
        large.otherwise(FakeReply.failing(Fault.serverError()));
        FakeModel backup = FakeModel.named("backup", time)
                .reply(FakeReply.failing(Fault.serverError()))
                .otherwise("from the backup");
        Agent agent = desk().cheap(mini)
                .strong(large)
                .fallback(backup)
                .retry(retry -> retry.maxAttempts(1))
                .breaker(breaker -> breaker.failures(1))
                .build();
        assertThatThrownBy(() -> agent.ask("Hello!", ANN)).hasMessageContaining("error");
        time.advance(Duration.ofSeconds(61));
        assertThat(agent.ask("Hello!", ANN).text())
                .as("after a probe of the cheap one")
                .isEqualTo("from the backup");
        assertThat(agent.ask(HARD, ANN).text())
                .as("after a probe of the strong one")
                .isEqualTo("from the backup");

        int asked = mini.calls().size() + large.calls().size();

        assertThat(agent.ask("Hello!", ANN).text()).isEqualTo("from the backup");
        assertThat(mini.calls().size() + large.calls().size())
                .as("both breakers are open")
                .isEqualTo(asked);
    }

    @Test
    void allBackupsAndTheFixedAnswerFollowWhenNoModelIsLeftToChoose() {
        mini.otherwise(FakeReply.failing(Fault.serverError()));
        large.otherwise(FakeReply.failing(Fault.serverError()));
        FakeModel first = FakeModel.named("first", time).otherwise(FakeReply.failing(Fault.serverError()));
        FakeModel second = FakeModel.named("second", time).otherwise("from the second");
        Agent agent = desk().cheap(mini)
                .strong(large)
                .fallback(first)
                .fallback(second)
                .fallbackAnswer("We will call you back.")
                .retry(retry -> retry.maxAttempts(1))
                .breaker(breaker -> breaker.failures(1))
                .build();
        agent.ask("Hello!", ANN);
        agent.ask(HARD, ANN);
        int asked = mini.calls().size() + large.calls().size();

        assertThat(agent.ask("Hello!", ANN).text()).isEqualTo("from the second");
        second.otherwise(FakeReply.failing(Fault.serverError()));
        assertThat(agent.ask("Hello!", ANN).text()).isEqualTo("We will call you back.");

        assertThat(mini.calls().size() + large.calls().size())
                .as("both breakers are open")
                .isEqualTo(asked);
    }

    @Test
    void whatIsSetAfterBuildingChangesNothing() {
        mini.otherwise(FakeReply.failing(Fault.outage()));
        large.otherwise(FakeReply.failing(Fault.outage()));
        AgentBuilder builder = desk().cheap(mini).strong(large);
        Agent agent = builder.build();

        builder.fallbackAnswer("We will call you back.");

        assertThatThrownBy(() -> agent.ask("Hello!", ANN)).isInstanceOf(HoldfastException.class);
    }

    @Test
    void permittingNothingPermitsNothing() {
        FakeTool refund = FakeTool.named("refund");
        mini.reply(FakeReply.toolCall("refund", "{}")).reply("I may not.");
        Agent agent = desk().model(mini).tools(refund).permit(new String[0]).build();

        assertThat(agent.ask("Refund it.", ANN).text()).isEqualTo("I may not.");
        assertThat(refund.uses()).isEmpty();
    }

    @Test
    void denyingAToolLeavesTheOthers() {
        FakeTool lookUp = FakeTool.named("lookup_order").answer("shipped");
        FakeTool refund = FakeTool.named("refund");
        mini.reply(FakeReply.toolCall("lookup_order", "{}"))
                .reply(FakeReply.toolCall("refund", "{}"))
                .reply("done");
        Agent agent = desk().model(mini).tools(lookUp, refund).deny("refund").build();

        agent.ask("Go", ANN);

        assertThat(lookUp.uses()).hasSize(1);
        assertThat(refund.uses()).isEmpty();
    }

    @Test
    void anErrorTellsTheCallAndTheVersion() {
        Agent agent = desk().model(call -> {
                    throw new IllegalStateException("a model of the application's own");
                })
                .version("v7")
                .build();

        HoldfastException error = catchThrowableOfType(HoldfastException.class, () -> agent.ask("Hello!", ANN));

        assertThat(error.callId()).isNotEmpty();
        assertThat(error.runId()).isNotEmpty();
        assertThat(error.details().configVersion()).isEqualTo("v7");
    }

    @Test
    void theDeadlineBoundsTheWholeRun() {
        mini.otherwise(FakeReply.text("never").stall());
        Agent agent = desk().model(mini).deadline(Duration.ofSeconds(10)).build();

        assertThatThrownBy(() -> agent.ask("Hello!", ANN)).isInstanceOf(DeadlineException.class);
        assertThat(time.elapsed()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(11));
    }

    @Test
    void anEndpointThatFallsSilentIsLeftForTheBackup() {
        mini.otherwise(FakeReply.silent());
        Agent desk = desk().model(mini)
                .fallback(large.otherwise("It has shipped."))
                .retry(retry -> retry.maxAttempts(1))
                .attemptDeadline(Duration.ofSeconds(20))
                .build();

        Answer answer = desk.ask("Where is order 1234?", ANN);

        assertThat(answer.text()).isEqualTo("It has shipped.");
        assertThat(answer.attempts()).hasSize(2);
        assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(20));
        assertThatThrownBy(() -> desk().model(mini)
                        .attemptDeadline(Duration.ofSeconds(-1))
                        .build())
                .hasMessageContaining("attemptDeadline.duration: is negative; give a duration longer than zero");
    }

    @Test
    void aRunThatIsLeftMidwayHasACostWithoutABudget() {
        List<Event> heard = new CopyOnWriteArrayList<>();
        mini.reply(FakeReply.toolCall("clock", "{}"));
        mini.otherwise(
                FakeReply.text("It has shipped, and will be with you tomorrow.").pieces(8));
        Agent desk = desk().model(mini)
                .tools(Tools.of("clock", "Tells the time.", use -> "noon"))
                .prices(PriceTable.builder()
                        .price("fake", "mini", Price.perMillion().input("1").output("1"))
                        .build())
                .listener(heard::add)
                .build();

        try (ChatReply reply = desk.stream("Where is order 1234?", ANN)) {
            Chunk chunk = reply.next();
            while (chunk != null && chunk.text().isBlank()) {
                chunk = reply.next();
            }
        }

        Outcome left = heard.stream()
                .filter(CoreEvent.RunEnded.class::isInstance)
                .map(event -> ((CoreEvent.RunEnded) event).outcome())
                .findFirst()
                .orElseThrow();
        assertThat(left).isInstanceOf(Outcome.Cancelled.class);
        assertThat(left.usage().isEstimated()).isTrue();
        assertThat(left.cost())
                .hasValueSatisfying(cost -> assertThat(cost.nanos()).isGreaterThan(15_000));
    }

    @Test
    void aModelBehindALayerKeepsItsNameAndItsPrice() {
        ModelLayer weather = Faults.on(time).onCall(1).fail(Fault::serverError).build();
        Agent desk = desk().model(weather.around(mini.reply("It has shipped.")))
                .prices(PriceTable.builder()
                        .price("fake", "mini", Price.perMillion().input("1").output("2"))
                        .build())
                .budget(Budget.perUser().money("1.00").perDay())
                .build();

        Answer answer = desk.ask("Where is order 1234?", ANN);

        assertThat(answer.attempts()).extracting(Attempt::endpoint).contains("fake/mini");
        assertThat(answer.cost()).isPresent();
    }

    @Test
    void everyStartHasItsEndAndCarriesTheContext() {
        List<Event> events = new ArrayList<>();
        FakeTool lookUp = FakeTool.named("lookup_order");
        mini.reply(FakeReply.toolCall("lookup_order", "{}"))
                .reply(FakeReply.failing(Fault.outage()))
                .reply("done");
        Agent agent = desk().model(mini)
                .tools(lookUp)
                .version("v7")
                .listener(event -> {
                    throw new IllegalStateException("a listener harms nobody");
                })
                .listener(events::add)
                .build();

        Answer answer = agent.ask("Go", ANN);

        assertThat(events.stream().filter(CoreEvent.class::isInstance))
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly(
                        "RunStarted",
                        "CallStarted",
                        "AttemptStarted",
                        "AttemptEnded",
                        "CallEnded",
                        "ToolStarted",
                        "ToolEnded",
                        "CallStarted",
                        "AttemptStarted",
                        "AttemptEnded",
                        "AttemptStarted",
                        "AttemptEnded",
                        "CallEnded",
                        "RunEnded");
        assertThat(events).allSatisfy(event -> {
            assertThat(event.context().runId()).isEqualTo(answer.runId());
            assertThat(event.context().agent()).isEqualTo("desk");
            assertThat(event.context().configVersion()).isEqualTo("v7");
            assertThat(event.context().caller()).isEqualTo(ANN);
        });
    }

    @Test
    void answersOnAnotherThreadAndStopsWhenCancelled() throws Exception {
        mini.reply(FakeReply.text("later").after(Duration.ofSeconds(3)))
                .reply(FakeReply.text("never").stall());
        Agent agent = desk().model(mini).build();

        assertThat(time.await(agent.askAsync("Hello!", ANN)).text()).isEqualTo("later");

        CompletableFuture<Answer> unwanted = agent.askAsync("Hello!", ANN);
        time.advance(Duration.ofSeconds(1));
        unwanted.cancel(true);
        time.advance(Duration.ofSeconds(1));

        assertThat(mini.openReplies()).isZero();
    }

    @Test
    void takesARequestAndAContextInEveryWayOfAsking() throws Exception {
        mini.otherwise(FakeReply.text("It has shipped.").pieces(3));
        Agent agent = desk().model(mini).build();
        ChatRequest request =
                ChatRequest.of("Hello!").toBuilder().temperature(0.5).build();
        CallContext context = CallContext.builder(ANN).runId("run-1").build();

        List<String> answers = List.of(
                agent.ask(request, context).text(),
                agent.stream(request, context).await().text(),
                time.await(agent.askAsync(request, context)).text());

        assertThat(answers).containsOnly("It has shipped.");
        assertThat(mini.calls()).hasSize(3).allSatisfy(call -> {
            assertThat(call.request().messages().get(0)).isEqualTo(Message.system("Help customers."));
            assertThat(call.request().temperature()).hasValue(0.5);
            assertThat(call.context().runId()).isEqualTo("run-1");
        });
        assertThat(mini.calls()).extracting(call -> call.request().streaming()).containsExactly(false, true, false);
    }

    @Test
    void anExecutorThatTakesNoMoreWorkIsARefusalOfTheAnswerToCome() {
        HoldfastRuntime full = HoldfastRuntime.on(work -> {
            throw new RejectedExecutionException("full");
        });
        Agent agent = Holdfast.agent("desk").model(mini).runtime(full).build();

        assertThat(agent.askAsync("Hello!", ANN))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .isInstanceOfSatisfying(
                        RejectedException.class,
                        e -> assertThat(e.refusal().kind()).isEqualTo(Refusal.Kind.OVERLOAD));
    }

    @Test
    void anAgentIsAModel() {
        mini.otherwise("{\"days\":3}");
        Agent inner = desk().model(mini).build();
        Agent outer = Holdfast.agent("outer").model(inner).runtime(time).build();

        assertThat(outer.ask("How long?", ANN).text()).isEqualTo("{\"days\":3}");
        assertThat(StructuredOutput.of(Delivery.class)
                        .ask(outer, ChatRequest.of("How long?"), CallContext.of(ANN))
                        .value())
                .isEqualTo(new Delivery(3));
    }

    record Delivery(int days) {}

    @Test
    void aRepairIsRememberedOnce() {
        mini.reply("hello").reply("three days").reply("{\"days\":3}").reply("bye");
        Agent agent = desk().model(mini).memory(20).build();
        agent.ask("Hi", ANN);

        assertThat(StructuredOutput.of(Delivery.class)
                        .ask(agent, "How long?", ANN)
                        .value())
                .isEqualTo(new Delivery(3));
        agent.ask("Thanks", ANN);

        assertThat(said(2)).hasSize(6).startsWith("Help customers.", "Hi", "hello", "How long?", "three days");
        assertThat(said(3)).hasSize(8).startsWith("Help customers.", "Hi", "hello", "How long?", "three days");
        assertThat(said(3)).endsWith("{\"days\":3}", "Thanks");
        assertThat(said(3)).doesNotHaveDuplicates();
    }

    private List<String> said(int call) {
        return mini.calls().get(call).request().messages().stream()
                .map(Message::text)
                .toList();
    }

    @Test
    void boundsHowManyCallsRunAtOnceAtAnEndpoint() {
        Agent agent = desk().model(mini.otherwise("ok"))
                .bulkhead(bulkhead -> bulkhead.maxConcurrent(1).maxWait(Duration.ofSeconds(3)))
                .retry(retry -> retry.maxAttempts(1))
                .build();
        try (ChatReply running = agent.stream("Where is order 1234?", ANN)) {
            running.next();
            assertThatThrownBy(() -> agent.ask("Where is order 1234?", BOB))
                    .isInstanceOfSatisfying(
                            RejectedException.class,
                            e -> assertThat(e.refusal().kind()).isEqualTo(Refusal.Kind.OVERLOAD));
            assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(3));
        }
        assertThat(agent.ask("Where is order 1234?", BOB).text()).isEqualTo("ok");
    }

    @Test
    void namesEverythingThatIsWrongAtOnce() {
        InvalidConfigurationException wrong = catchThrowableOfType(
                InvalidConfigurationException.class,
                () -> Holdfast.agent(" ")
                        .cheap(mini)
                        .tools(new NoTools())
                        .permit("lookup_order")
                        .limit(RateLimit.perUser().requests(0).perMinute())
                        .budget(Budget.perUser().money("1.00").perDay())
                        .memory(0)
                        .deadline(Duration.ZERO)
                        .bulkhead(bulkhead -> bulkhead.maxConcurrent(0).maxQueue(5))
                        .retry(retry -> retry.maxAttempts(0))
                        .breaker(breaker -> breaker.failures(0))
                        .build());

        assertThat(wrong.problems())
                .extracting(InvalidConfigurationException.Problem::path)
                .containsExactlyInAnyOrder(
                        "name",
                        "strong",
                        "tools.NoTools",
                        "limits[0].requests",
                        "prices",
                        "memory.messages",
                        "deadline.duration",
                        "bulkhead.maxConcurrent",
                        "bulkhead.maxQueue",
                        "retry.maxAttempts",
                        "breaker.failures");
        assertThatThrownBy(() -> Holdfast.agent("desk").build()).hasMessageContaining("model: is missing");
    }

    @Test
    void tellsAWrongSettingOfAllEndpointsOnceAndByItsShortName() {
        InvalidConfigurationException wrong = catchThrowableOfType(
                InvalidConfigurationException.class,
                () -> desk().cheap(mini)
                        .strong(large)
                        .fallback(FakeModel.named("backup", time))
                        .retry(retry -> retry.maxAttempts(0))
                        .loop(loop -> loop.maxRounds(0))
                        .build());

        assertThat(wrong.problems())
                .extracting(InvalidConfigurationException.Problem::path)
                .containsExactlyInAnyOrder("retry.maxAttempts", "loop.maxRounds");
    }

    @Test
    void tellsWhatElseIsWrongWhenThereIsNoModel() {
        InvalidConfigurationException wrong = catchThrowableOfType(
                InvalidConfigurationException.class,
                () -> desk().budget(Budget.perUser().money("1.00").perDay())
                        .deadline(Duration.ZERO)
                        .build());

        assertThat(wrong.problems())
                .extracting(InvalidConfigurationException.Problem::path)
                .containsExactly("model", "deadline.duration");
    }

    @Test
    void blankTextsAreToldWithAllTheRest() {
        InvalidConfigurationException wrong = catchThrowableOfType(
                InvalidConfigurationException.class,
                () -> Holdfast.agent(" ")
                        .cheap(mini)
                        .strong(large)
                        .fallbackAnswer(" ")
                        .permit("")
                        .runtime(time)
                        .build());

        assertThat(wrong.problems())
                .extracting(InvalidConfigurationException.Problem::path)
                .containsExactlyInAnyOrder("name", "fallback.answer", "permit");
    }

    @Test
    void refusesAFallbackThatIsAModelAlready() {
        assertThatThrownBy(() -> desk().model(mini).fallback(mini).build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("fallback: is fake/mini, which is given already");
    }

    @Test
    void tellsAProblemOfEveryEndpointOnce() {
        assertThatThrownBy(() -> Holdfast.agent("desk")
                        .cheap(mini)
                        .strong(large)
                        .fallback(FakeModel.named("backup"))
                        .budget(Budget.perUser().tokens(-5).perDay())
                        .retry(retry -> retry.maxAttempts(0))
                        .build())
                .hasMessage("""
                        agent 'desk' cannot be built:
                          - retry.maxAttempts: is 0; give a number from 1 (no retry) to 100
                          - budgets[0].limits[0].tokens: is -5; give a number of at least 1""");
    }

    @Test
    void namesAModelThatIsGivenTwice() {
        assertThatThrownBy(() -> Holdfast.agent("desk").cheap(mini).strong(mini).build())
                .hasMessage("agent 'desk' cannot be built:\n  - strong: is fake/mini, which is given already; give each"
                        + " model once, or tell endpoints apart by region or account");
        assertThatThrownBy(
                        () -> Holdfast.agent("desk").model(mini).fallback(mini).build())
                .hasMessageContaining("fallback: is fake/mini, which is given already");
    }

    private static AgentBuilder gated(ToolPolicy.Rule rule) {
        ToolPolicy policy = ToolPolicy.builder().rule(rule).build();
        return Holdfast.agent("desk")
                .model(FakeModel.named("mini"))
                .tools(FakeTool.named("lookup_order"), FakeTool.named("refund"))
                .gate(ToolGate.of(policy));
    }

    @Test
    void namesToolsOfAPolicyThatNoCallCanMatch() {
        assertThatThrownBy(gated(ToolPolicy.Rule.deny("refnd").tenant("acme"))::build)
                .hasMessage("agent 'desk' cannot be built:\n  - gate: names 'refnd' in \"deny refnd of tenant acme\","
                        + " which is none of the agent's tools; did you mean 'refund'? If it is a tool of another"
                        + " agent, name the agent in the rule, too");
        assertThatThrownBy(gated(ToolPolicy.Rule.permit("Lookup-Order"))::build)
                .hasMessageContaining("did you mean 'lookup_order'?");
        assertThatThrownBy(gated(ToolPolicy.Rule.deny("cancel").agent("desk"))::build)
                .hasMessageContaining(
                        "gate: names 'cancel', which is none of the agent's tools [lookup_order, refund]");
    }

    @Test
    void aPolicyMaySpeakOfToolsOfOtherAgents() {
        for (ToolPolicy.Rule rule : List.of(
                ToolPolicy.Rule.deny("cancel", "refund"),
                ToolPolicy.Rule.permit("refnd").agent("clerk"),
                ToolPolicy.Rule.permit("a"))) {
            assertThat(gated(rule).build().name()).isEqualTo("desk");
        }
    }

    @Test
    void theCallersOwnToolsAreTheCallersToRun() {
        FakeModel model = FakeModel.named("mini")
                .reply(FakeReply.toolCall("ask_user", "{\"question\":\"which?\"}"))
                .reply("the blue one");
        Agent agent = Holdfast.agent("desk")
                .model(model)
                .tools(FakeTool.named("lookup"))
                .memory(20)
                .build();
        Caller ann = Caller.of("acme", "ann").session("s-1");
        ToolSpec askUser = new ToolSpec("ask_user", "Asks the user", JsonSchema.emptyObject());

        Answer open = agent.ask(
                ChatRequest.of("order one").toBuilder().tools(List.of(askUser)).build(), CallContext.of(ann));
        Part.ToolCall call = open.response().message().toolCalls().get(0);
        Answer answer = agent.ask(
                ChatRequest.of(List.of(
                                Message.tools(List.of(new Part.ToolResult(call.id(), call.name(), "blue", false)))))
                        .toBuilder()
                        .tools(List.of(askUser))
                        .build(),
                CallContext.of(ann));

        assertThat(call.name()).isEqualTo("ask_user");
        assertThat(open.response().finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(answer.text()).isEqualTo("the blue one");
        assertThat(model.lastCall().request().messages())
                .extracting(Message::role)
                .containsExactly(Role.USER, Role.ASSISTANT, Role.TOOL);
    }

    @Test
    void aCallThatTheCallerNeverAnsweredIsForgottenByTheNextTurn() {
        FakeModel model = FakeModel.named("mini")
                .reply(FakeReply.toolCall("ask_user", "{}"))
                .reply("hello again");
        Agent agent = Holdfast.agent("desk")
                .model(model)
                .tools(FakeTool.named("lookup"))
                .memory(20)
                .build();
        Caller ann = Caller.of("acme", "ann").session("s-1");
        ToolSpec askUser = new ToolSpec("ask_user", "Asks the user", JsonSchema.emptyObject());

        agent.ask(
                ChatRequest.of("order one").toBuilder().tools(List.of(askUser)).build(), CallContext.of(ann));
        Answer answer = agent.ask("hello", ann);

        assertThat(answer.text()).isEqualTo("hello again");
        assertThat(model.lastCall().request().messages())
                .noneMatch(message -> !message.toolCalls().isEmpty());
    }

    @Test
    void namesToolsThatCannotBe() {
        Tool clock = Tools.of("clock", "Tells the time", use -> "noon");

        assertThatThrownBy(() -> Holdfast.agent("desk")
                        .model(mini)
                        .tools(clock)
                        .permit("clok")
                        .build())
                .hasMessageContaining(
                        "permit: names 'clok', which is none of the agent's tools [clock]; did you mean 'clock'?");
        assertThatThrownBy(
                        () -> Holdfast.agent("desk").model(mini).deny("clock").build())
                .hasMessageContaining("deny: names 'clock', which is none of the agent's tools (it has none)");
        assertThatThrownBy(() ->
                        Holdfast.agent("desk").model(mini).tools(clock, clock).build())
                .hasMessage("agent 'desk' cannot be built:\n"
                        + "  - tools.clock: is the name of two tools; give each its own");
        assertThatThrownBy(() ->
                        Holdfast.agent("desk").model(mini).tools(NoTools.class).build())
                .hasMessageContaining("tools.NoTools: is a class; give an object of it");
    }

    @Test
    void takesToolsFromACollection() {
        Tool clock = Tools.of("clock", "Tells the time", use -> "noon");
        Agent desk = Holdfast.agent("desk")
                .model(mini)
                .tools(List.of(clock))
                .permit("clock")
                .build();
        mini.reply(FakeReply.toolCall("clock", "{}")).reply("It is noon.");

        assertThat(desk.ask("What time is it?", ANN).text()).isEqualTo("It is noon.");
    }

    static final class NoTools {}
}
