package dev.holdfast.tool;

import static dev.holdfast.tool.ScriptedModel.answers;
import static dev.holdfast.tool.ScriptedModel.call;
import static dev.holdfast.tool.ScriptedModel.calls;
import static dev.holdfast.tool.ScriptedModel.fails;
import static dev.holdfast.tool.ScriptedModel.response;
import static dev.holdfast.tool.ScriptedModel.says;
import static dev.holdfast.tool.ScriptedModel.streams;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.JsonSchema;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.ToolChoice;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.InvalidOutputException;
import dev.holdfast.error.StreamInterruptedException;
import dev.holdfast.error.TransportException;
import dev.holdfast.event.CoreEvent;
import dev.holdfast.event.Event;
import dev.holdfast.event.Events;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ToolLoopTest {
    private static final CallContext CONTEXT =
            CallContext.builder(Caller.of("acme", "ann")).runId("run-1").build();

    record Text(String text) {}

    private final List<String> ran = Collections.synchronizedList(new ArrayList<>());
    private final Tool echo = Tools.of("echo", "Says it again", Text.class, (args, use) -> {
        ran.add(args.text());
        return "echo " + args.text();
    });

    private static Part.ToolCall echoes(String id, String text) {
        return call(id, "echo", "{\"text\":\"" + text + "\"}");
    }

    private ChatResponse run(ScriptedModel model, ToolLoop.Builder loop) {
        return loop.build().around(model).chat(ChatRequest.of("go"), CONTEXT);
    }

    private ToolLoop.Builder loop() {
        return ToolLoop.builder().tools(echo);
    }

    @Test
    void runsTheCallsAndGoesOnUntilThereIsNone() {
        Part.Reasoning thought = new Part.Reasoning("test", "hm", "{\"signature\":1}");
        ScriptedModel model =
                ScriptedModel.of(calls(thought, echoes("a", "one")), calls(echoes("b", "two")), says("ok"));

        ChatResponse response = run(model, loop());

        assertThat(response.text()).isEqualTo("ok");
        assertThat(response.transcript())
                .containsExactly(
                        Message.of(Role.ASSISTANT, List.of(thought, echoes("a", "one"))),
                        Message.tools(List.of(new Part.ToolResult("a", "echo", "echo one", false))),
                        Message.of(Role.ASSISTANT, List.of(echoes("b", "two"))),
                        Message.tools(List.of(new Part.ToolResult("b", "echo", "echo two", false))),
                        Message.assistant("ok"));
        assertThat(model.asked.get(0).request().tools()).containsExactly(echo.spec());
        List<Message> lastAsked = model.asked.get(2).request().messages();
        assertThat(lastAsked).startsWith(Message.user("go")).hasSize(5);
        assertThat(lastAsked.subList(1, 5)).isEqualTo(response.transcript().subList(0, 4));
        assertThat(model.asked).extracting(ChatCall::context).containsOnly(CONTEXT);
    }

    @Test
    void sumsUsageCostAndAttemptsOfAllRoundsAlsoWhenStreaming() { // K22: usage of the rounds was dropped
        ChatResponse first =
                response(Message.of(Role.ASSISTANT, List.of(echoes("a", "one"))), FinishReason.TOOL_CALLS).toBuilder()
                        .cost(new Money(3))
                        .build();
        ChatResponse last = response(Message.assistant("ok"), FinishReason.STOP).toBuilder()
                .cost(new Money(4))
                .build();
        ScriptedModel model = ScriptedModel.of(
                streams(List.of(new Chunk.ToolCallPart(0, "echo", "{\"te")), first, null),
                streams(List.of(new Chunk.Text("o"), new Chunk.Text("k")), last, null));

        ChatResponse response = run(model, loop());

        assertThat(response.usage()).isEqualTo(Usage.of(20, 2));
        assertThat(response.cost()).contains(new Money(7));
    }

    @Test
    void streamsTheChunksOfEveryRoundAndTheAnswersOfTheTools() {
        ChatResponse first = response(
                Message.of(Role.ASSISTANT, List.of(new Part.Text("wait"), echoes("a", "one"))),
                FinishReason.TOOL_CALLS);
        ChatResponse last = response(Message.assistant("ok"), FinishReason.STOP);
        ScriptedModel model = ScriptedModel.of(
                streams(List.of(new Chunk.Text("wait"), new Chunk.ToolCallPart(0, "echo", "{}")), first, null),
                streams(List.of(new Chunk.Text("ok")), last, null));

        assertThat(chunks(model, ChatRequest.of("go")))
                .containsExactly(
                        new Chunk.Text("wait"),
                        new Chunk.ToolCallPart(0, "echo", "{}"),
                        new Chunk.RoundEnded(true),
                        new Chunk.ToolAnswer(new Part.ToolResult("a", "echo", "echo one", false)),
                        new Chunk.Text("ok"));
    }

    @Test
    void wordsOfTwoRoundsDoNotRunTogetherAndTheAnswerIsTheLastOfThem() {
        ScriptedModel model = ScriptedModel.of(
                calls(echoes("a", "one")), // says nothing, so there is nothing to part
                calls(new Part.Text("Let me look."), echoes("b", "two")),
                says("It has shipped."));
        ChatReply reply = loop().build().around(model).send(new ChatCall(ChatRequest.of("go"), CONTEXT));

        String shown = chunksOf(reply).stream().map(Chunk::text).collect(Collectors.joining());

        assertThat(shown).isEqualTo("Let me look.\n\nIt has shipped.");
        assertThat(reply.outcome().message().text()).isEqualTo("It has shipped.");
        assertThat(((Outcome.Completed) reply.outcome()).response().transcript())
                .extracting(Message::text)
                .contains("Let me look.", "It has shipped.");
    }

    @Test
    void noRoundEndsWhereTheSameTurnGoesOnOrTheRunIsOver() {
        ScriptedModel pausing = ScriptedModel.of(says("The first", FinishReason.PAUSE), says(" and the second half"));
        assertThat(chunks(pausing, ChatRequest.of("go"))).noneMatch(Chunk.RoundEnded.class::isInstance);

        ChatRequest withTool = ChatRequest.of("go").toBuilder()
                .tools(List.of(new ToolSpec("ask_user", "Asks", JsonSchema.emptyObject())))
                .build();
        ScriptedModel asking =
                ScriptedModel.of(calls(new Part.Text("Which one?"), echoes("a", "one"), call("b", "ask_user", "{}")));
        assertThat(chunks(asking, withTool)).noneMatch(Chunk.RoundEnded.class::isInstance);
    }

    private List<Chunk> chunks(ScriptedModel model, ChatRequest request) {
        return chunksOf(loop().build().around(model).send(new ChatCall(request, CONTEXT)));
    }

    private static List<Chunk> chunksOf(ChatReply reply) {
        List<Chunk> chunks = new ArrayList<>();
        try (reply) {
            for (Chunk chunk = reply.next(); chunk != null; chunk = reply.next()) {
                chunks.add(chunk);
            }
        }
        return chunks;
    }

    @Test
    void runsParallelCallsAtTheSameTimeAndKeepsIdsAndOrder() { // K22: one of several was run, ids were lost
        int calls = 6;
        CountDownLatch together = new CountDownLatch(calls);
        Tool waiting = Tools.of("meet", "Waits for the others", Text.class, (args, use) -> {
            together.countDown();
            boolean met = together.await(5, TimeUnit.SECONDS);
            Thread.sleep(5L * (calls - Integer.parseInt(args.text()))); // the last call ends first
            return met + " " + args.text();
        });
        Part[] asked = new Part[calls];
        for (int i = 0; i < calls; i++) {
            asked[i] = call("id" + i, "meet", "{\"text\":\"" + i + "\"}");
        }

        ChatResponse response = run(
                ScriptedModel.of(calls(asked), says("ok")), ToolLoop.builder().tools(waiting));

        List<Part.ToolResult> results = response.transcript().get(1).toolResults();
        assertThat(results)
                .extracting(Part.ToolResult::callId)
                .containsExactly("id0", "id1", "id2", "id3", "id4", "id5");
        assertThat(results)
                .extracting(Part.ToolResult::text)
                .containsExactly("true 0", "true 1", "true 2", "true 3", "true 4", "true 5");
    }

    @Test
    void runsNoMoreCallsAtATimeThanAllowed() {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Tool busy = Tools.of("busy", "Is busy", Text.class, (args, use) -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            Thread.sleep(5);
            running.decrementAndGet();
            return args.text();
        });
        Part[] asked = new Part[9];
        for (int i = 0; i < asked.length; i++) {
            asked[i] = call("id" + i, "busy", "{\"text\":\"" + i + "\"}");
        }

        ChatResponse response = run(
                ScriptedModel.of(calls(asked), says("ok")),
                ToolLoop.builder().tools(busy).parallelism(2));

        assertThat(response.transcript().get(1).toolResults())
                .extracting(Part.ToolResult::text)
                .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8");
        assertThat(most).hasValue(2);
    }

    @Test
    void givesEveryCallAnIdOfItsOwn() { // K22: pairing of calls and results
        ScriptedModel model = ScriptedModel.of(
                calls(
                        echoes("x", "a"),
                        echoes("x", "b"),
                        new Part.Text("and"),
                        echoes("", "c"),
                        echoes("call_1_1", "d")),
                says("ok"));

        ChatResponse response = run(model, loop());

        Message asked = response.transcript().get(0);
        List<Part.ToolResult> results = response.transcript().get(1).toolResults();
        Set<String> ids = new HashSet<>();
        asked.toolCalls().forEach(call -> ids.add(call.id()));
        assertThat(ids).hasSize(4).contains("x", "call_1_1").doesNotContain("");
        assertThat(asked.toolCalls())
                .extracting(Part.ToolCall::arguments)
                .containsExactly("{\"text\":\"a\"}", "{\"text\":\"b\"}", "{\"text\":\"c\"}", "{\"text\":\"d\"}");
        assertThat(asked.parts().get(2)).isEqualTo(new Part.Text("and"));
        assertThat(results).extracting(Part.ToolResult::text).containsExactly("echo a", "echo b", "echo c", "echo d");
        assertThat(results)
                .extracting(Part.ToolResult::callId)
                .containsExactlyElementsOf(
                        asked.toolCalls().stream().map(Part.ToolCall::id).toList());
        assertThat(model.asked.get(1).request().messages().get(1)).isEqualTo(asked);
    }

    @Test
    void asksOnceMoreWithoutToolsAfterTheLastRound() { // K23: no cap on rounds
        AtomicInteger round = new AtomicInteger();
        ScriptedModel model =
                ScriptedModel.of(asked -> asked.request().toolChoice().equals(ToolChoice.NONE)
                        ? says("all I know").apply(asked)
                        : calls(echoes("a", "round " + round.incrementAndGet())).apply(asked));

        ChatResponse response = run(model, loop().maxRounds(3));

        assertThat(response.text()).isEqualTo("all I know");
        assertThat(ran).containsExactly("round 1", "round 2", "round 3");
        assertThat(model.asked).hasSize(4);
        assertThat(response.transcript().get(3).toolResults().get(0).text()).doesNotContain("No more tool calls");
        assertThat(response.transcript().get(5).toolResults().get(0).text())
                .contains("No more tool calls are possible");
    }

    @Test
    void failsWhenTheModelCallsToolsThoughItWasToldThatItCannot() { // K23: no cap on rounds
        AtomicInteger round = new AtomicInteger();
        ScriptedModel model =
                ScriptedModel.of(asked -> calls(echoes("call-" + round.incrementAndGet(), "round " + round.get()))
                        .apply(asked));

        InvalidOutputException error =
                catchThrowableOfType(InvalidOutputException.class, () -> run(model, loop().maxRounds(2)));

        assertThat(error).hasMessageContaining("maxRounds");
        assertThat(ran).containsExactly("round 1", "round 2");
        assertThat(error.partial().toolCalls()).containsExactly(echoes("call-3", "round 3"));
        assertThat(error.usage()).isEqualTo(Usage.of(30, 3));
        assertThat(error.billing()).isEqualTo(Billing.BILLED);
    }

    @Test
    void stopsIdenticalCallsHoweverTheyAreWritten() { // K23: no cap on identical calls
        ScriptedModel model = ScriptedModel.of(
                calls(call("a", "echo", "{\"text\":\"x\"}")),
                calls(call("b", "echo", " { \"text\" : \"x\" } ")),
                calls(call("c", "echo", "{\"text\":\"\\u0078\"}")),
                says("ok"));

        ChatResponse response = run(model, loop().maxIdenticalCalls(2));

        assertThat(ran).containsExactly("x", "x");
        Part.ToolResult told = response.transcript().get(5).toolResults().get(0);
        assertThat(told.error()).isTrue();
        assertThat(told.text()).contains("same arguments 2 times already");
    }

    @Test
    void failsWhenTheModelGoesOnInCircles() { // K23: no cap on identical calls
        InvalidOutputException error = catchThrowableOfType(
                InvalidOutputException.class,
                () -> run(
                        ScriptedModel.of(calls(echoes("a", "x"))),
                        loop().maxIdenticalCalls(2).maxRounds(100)));

        assertThat(error).hasMessageContaining("with the same arguments");
        assertThat(ran).hasSize(2);
        assertThat(error.usage()).isEqualTo(Usage.of(50, 5));
    }

    @Test
    void capsTheNumberOfCalls() { // K23: a single message may ask for any number of calls
        ScriptedModel model = ScriptedModel.of(
                calls(echoes("a", "1"), echoes("b", "2"), echoes("c", "3"), echoes("d", "4")),
                asked -> says(asked.request().toolChoice().toString()).apply(asked));

        ChatResponse response = run(model, loop().maxToolCalls(3));

        assertThat(ran).containsExactlyInAnyOrder("1", "2", "3");
        assertThat(response.transcript().get(1).toolResults().get(3).text()).contains("all 3 tool calls", "Answer now");
        assertThat(response.text()).isEqualTo(ToolChoice.NONE.toString());
    }

    @Test
    void tellsTheModelWhatItCanMend() {
        Tool failing = Tools.of("fail", "Fails", use -> {
            throw new IllegalStateException("the disk is full");
        });
        ScriptedModel model = ScriptedModel.of(
                calls(
                        call("a", "fail", ""),
                        call("b", "ecko", "{}"),
                        call("c", "echo", "{\"txt\":1}"),
                        echoes("d", "fine")),
                says("ok"));

        List<Part.ToolResult> results =
                run(model, loop().tools(failing)).transcript().get(1).toolResults();

        assertThat(results).extracting(Part.ToolResult::error).containsExactly(true, true, true, false);
        assertThat(results.get(0).text()).isEqualTo("The tool failed: the disk is full");
        assertThat(results.get(1).text()).isEqualTo("There is no tool 'ecko'. The tools are: echo, fail.");
        assertThat(results.get(2).text()).contains("$.text: is missing");
        assertThat(results.get(3).text()).isEqualTo("echo fine");
    }

    @Test
    void theApplicationFindsTheWordsForAFailure() {
        Tool failing = Tools.of("fail", "Fails", use -> {
            throw new IllegalStateException("jdbc:postgres://user:secret@db");
        });
        ScriptedModel model = ScriptedModel.of(calls(call("a", "fail", "")), says("ok"));
        ScriptedModel another = ScriptedModel.of(calls(call("a", "fail", "")), says("ok"));

        List<Part.ToolResult> told = run(model, loop().tools(failing).failureWords(e -> "the order system is down"))
                .transcript()
                .get(1)
                .toolResults();
        List<Part.ToolResult> toldNothing = run(another, loop().tools(failing).failureWords(e -> {
                    throw new IllegalArgumentException("no words");
                }))
                .transcript()
                .get(1)
                .toolResults();

        assertThat(told.get(0).text()).isEqualTo("The tool failed: the order system is down");
        assertThat(toldNothing.get(0).text()).isEqualTo("The tool failed.");
    }

    @Test
    void cutsALongResultAndSaysSo() {
        Tool chatty = Tools.of("chatty", "Talks", use -> "ab😀" + "x".repeat(100));

        String text = run(
                        ScriptedModel.of(calls(call("a", "chatty", "")), says("ok")),
                        ToolLoop.builder().tools(chatty).maxResultChars(3))
                .transcript()
                .get(1)
                .toolResults()
                .get(0)
                .text();

        assertThat(text).startsWith("ab\n").contains("first 2 of at least 104 characters");
    }

    private static ChatRequest bringing(String... tools) {
        return ChatRequest.of("go").toBuilder()
                .tools(Stream.of(tools)
                        .map(name -> new ToolSpec(name, "", JsonSchema.emptyObject()))
                        .toList())
                .build();
    }

    private static ChatResponse run(ScriptedModel model, ChatRequest request, ToolLoop.Builder loop) {
        return loop.build().around(model).send(new ChatCall(request, CONTEXT)).await();
    }

    @Test
    void handsCallsOfTheCallersToolsBack() {
        ScriptedModel model = ScriptedModel.of(calls(echoes("a", "one")), calls(call("b", "ask_user", "{}")));

        ChatResponse response = run(model, bringing("ask_user"), loop());

        assertThat(response.message().toolCalls()).extracting(Part.ToolCall::id).containsExactly("b");
        assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(response.transcript()).hasSize(3);
        assertThat(response.transcript().get(2)).isEqualTo(response.message());
        assertThat(model.asked.get(0).request().tools())
                .extracting(ToolSpec::name)
                .containsExactly("echo", "ask_user");
    }

    @Test
    void runsItsOwnToolsBeforeItHandsTheOthersBack() {
        ScriptedModel model = ScriptedModel.of(
                calls(call("a", "ask_user", "{}"), echoes("b", "mine"), call("c", "nobodys", "{}")), says("done"));

        ChatResponse response = run(model, bringing("ask_user"), loop().maxRounds(1));

        assertThat(model.asked).hasSize(1);
        assertThat(response.message().toolCalls()).hasSize(3);
        assertThat(response.transcript()).hasSize(2);
        assertThat(response.transcript().get(1).toolResults())
                .extracting(Part.ToolResult::callId, Part.ToolResult::text)
                .containsExactly(
                        tuple("b", "echo mine"), tuple("c", "There is no tool 'nobodys'. The tools are: echo."));

        List<Message> said = new ArrayList<>(ChatRequest.of("go").messages());
        said.addAll(response.transcript());
        said.add(Message.tools(List.of(new Part.ToolResult("a", "ask_user", "yes", false))));
        ScriptedModel next = ScriptedModel.of(says("ok"));
        ChatRequest goesOn = bringing("ask_user").withMessages(said);
        assertThat(run(next, goesOn, loop()).text()).isEqualTo("ok");
    }

    @Test
    void handsNoCallBackThatWasCutOffOrForbidden() {
        ScriptedModel cut = ScriptedModel.of(
                answers(FinishReason.LENGTH, call("a", "ask_user", "{\"question\":\"wh")), says("shorter"));
        assertThat(run(cut, bringing("ask_user"), loop()).text()).isEqualTo("shorter");

        ChatRequest forbidden =
                bringing("ask_user").toBuilder().toolChoice(ToolChoice.NONE).build();
        assertThatThrownBy(() -> run(ScriptedModel.of(calls(call("a", "ask_user", "{}"))), forbidden, loop()))
                .isInstanceOf(InvalidOutputException.class);
    }

    @Test
    void writesNoMoreOfAResultThanIsTold() {
        AtomicInteger written = new AtomicInteger();
        Iterable<Integer> endless = () -> Stream.iterate(1, i -> i + 1)
                .peek(i -> written.incrementAndGet())
                .iterator();
        record Page(String title, Iterable<Integer> rows) {}
        Tool rows = Tools.of("rows", "Lists rows", use -> endless);
        Tool page = Tools.of("page", "Shows a page", use -> new Page("all", endless));

        List<Part.ToolResult> results = run(
                        ScriptedModel.of(calls(call("a", "rows", ""), call("b", "page", "")), says("ok")),
                        ToolLoop.builder().tools(rows, page).maxResultChars(1_000))
                .transcript()
                .get(1)
                .toolResults();

        assertThat(results.get(0).text()).startsWith("[1,2,3,").contains("first 1000 of at least 2000 characters");
        assertThat(results.get(1).text())
                .startsWith("{\"title\":\"all\",\"rows\":[1,2,3,")
                .contains("[Cut: ");
        assertThat(results).noneMatch(Part.ToolResult::error);
        assertThat(written.get()).isLessThan(10_000); // a few of the writer's buffers
    }

    @Test
    void goesOnAfterAPause() {
        ScriptedModel model = ScriptedModel.of(answers(FinishReason.PAUSE, new Part.Opaque("test", "{}")), says("ok"));

        ChatResponse response = run(model, loop());

        assertThat(response.text()).isEqualTo("ok");
        assertThat(response.transcript())
                .as("one turn of the model")
                .containsExactly(
                        Message.of(Role.ASSISTANT, List.of(new Part.Opaque("test", "{}"), new Part.Text("ok"))));
        assertThat(model.asked.get(1).request().messages())
                .containsExactly(
                        Message.user("go"), Message.of(Role.ASSISTANT, List.of(new Part.Opaque("test", "{}"))));
        assertThatThrownBy(() -> run(
                        ScriptedModel.of(answers(FinishReason.PAUSE, new Part.Opaque("test", "{}"))),
                        loop().maxRounds(2)))
                .isInstanceOf(InvalidOutputException.class);
    }

    @Test
    void whatWasSaidBeforeAPauseIsPartOfTheAnswer() {
        ScriptedModel model = ScriptedModel.of(
                says("One,", FinishReason.PAUSE),
                says(" two,", FinishReason.PAUSE),
                calls(new Part.Text(" three. "), echoes("a", "one")),
                says("Four", FinishReason.PAUSE),
                says(" and five."));

        ChatResponse response = run(model, loop());

        assertThat(response.text()).isEqualTo("Four and five.");
        assertThat(response.transcript())
                .extracting(Message::role)
                .containsExactly(Role.ASSISTANT, Role.TOOL, Role.ASSISTANT);
        assertThat(response.transcript().get(0).text()).isEqualTo("One, two, three. ");
        assertThat(model.asked.get(3).request().messages())
                .extracting(Message::text)
                .startsWith("go", "One, two, three. ");
    }

    @Test
    void k18_aTurnThatBreaksAfterAPauseCarriesAllThatCame() {
        ErrorDetails cut = ErrorDetails.builder()
                .partial(Message.assistant(" two"))
                .usage(Usage.of(10, 1), Billing.BILLED)
                .build();
        ScriptedModel model = ScriptedModel.of(
                says("One,", FinishReason.PAUSE), fails(new StreamInterruptedException("cut", cut, null)));

        assertThatThrownBy(() -> run(model, loop())).isInstanceOfSatisfying(StreamInterruptedException.class, e -> {
            assertThat(e.partial().text()).isEqualTo("One, two");
            assertThat(e.usage()).isEqualTo(Usage.of(20, 2));
        });
    }

    @Test
    void aTurnThatIsPausedOnceTooOftenCarriesAllThatCameOnce() {
        ScriptedModel model = ScriptedModel.of(says("One,", FinishReason.PAUSE), says(" two,", FinishReason.PAUSE));

        assertThatThrownBy(() -> run(model, loop().maxRounds(1)))
                .isInstanceOfSatisfying(
                        InvalidOutputException.class,
                        e -> assertThat(e.partial().text()).isEqualTo("One, two,"));
    }

    @Test
    void whatCameBeforeAToolCallIsNoPartOfTheRoundThatBreaksAfterIt() {
        ScriptedModel model = ScriptedModel.of(
                says("One,", FinishReason.PAUSE),
                calls(new Part.Text(" two"), echoes("a", "one")),
                fails(new StreamInterruptedException(
                        "cut",
                        ErrorDetails.builder()
                                .partial(Message.assistant("Three"))
                                .build(),
                        null)));

        assertThatThrownBy(() -> run(model, loop()))
                .isInstanceOfSatisfying(
                        StreamInterruptedException.class,
                        e -> assertThat(e.partial().text()).isEqualTo("Three"));
    }

    @Test
    void aRoundSpokeAlsoWhenItDidSoBeforeAPause() {
        ScriptedModel model = ScriptedModel.of(
                streams(List.of(new Chunk.Text("One,")), response(Message.assistant("One,"), FinishReason.PAUSE), null),
                calls(echoes("a", "one")),
                says("Two."));
        assertThat(chunks(model, ChatRequest.of("go")).stream().map(Chunk::text).collect(Collectors.joining()))
                .isEqualTo("One,\n\nTwo.");
    }

    @Test
    void goesOnAfterAPauseWithoutToolsOfItsOwnAndLeavesCallsToTheCaller() {
        ScriptedModel model = ScriptedModel.of(says("Half", FinishReason.PAUSE), says(" of it."));
        assertThat(ToolLoop.builder().build().around(model).chat("go")).isEqualTo("Half of it.");

        ScriptedModel calling = ScriptedModel.of(calls(call("a", "ask_user", "{}")));
        assertThat(ToolLoop.builder()
                        .build()
                        .around(calling)
                        .chat(ChatRequest.of("go"))
                        .message()
                        .toolCalls())
                .singleElement()
                .satisfies(call -> assertThat(call.name()).isEqualTo("ask_user"));
    }

    @Test
    void goesOnAfterAPauseThoughToolsAreForbidden() {
        ScriptedModel model = ScriptedModel.of(answers(FinishReason.PAUSE, new Part.Opaque("test", "{}")), says("ok"));

        ChatResponse response = loop().build()
                .around(model)
                .chat(
                        ChatRequest.of("go").toBuilder()
                                .toolChoice(ToolChoice.NONE)
                                .build(),
                        CONTEXT);

        assertThat(response.text()).isEqualTo("ok");
        assertThat(model.asked.get(1).request().toolChoice()).isEqualTo(ToolChoice.NONE);
    }

    @Test
    void runsNoCallThatTheOutputLimitCutOff() {
        ScriptedModel model = ScriptedModel.of(
                answers(FinishReason.LENGTH, echoes("a", "whole"), call("b", "echo", "{\"text\":\"ha")), says("ok"));

        List<Part.ToolResult> results = run(model, loop()).transcript().get(1).toolResults();

        assertThat(ran).containsExactly("whole");
        assertThat(results.get(1).text()).contains("cut the arguments off");
    }

    @Test
    void runsNoCallOfAStreamThatWasCut() { // K18, K22: half a tool call never runs
        StreamInterruptedException cut = new StreamInterruptedException(
                "cut",
                ErrorDetails.builder()
                        .partial(Message.of(Role.ASSISTANT, List.of(echoes("b", "half"))))
                        .usage(Usage.of(10, 0), Billing.MAYBE_BILLED)
                        .build(),
                null);
        ScriptedModel model = ScriptedModel.of(
                calls(echoes("a", "one")), streams(List.of(new Chunk.ToolCallPart(0, "echo", "{}")), null, cut));

        StreamInterruptedException error =
                catchThrowableOfType(StreamInterruptedException.class, () -> run(model, loop()));

        assertThat(ran).containsExactly("one");
        assertThat(error.partial().toolCalls()).containsExactly(echoes("b", "half"));
        assertThat(error.usage()).isEqualTo(Usage.of(20, 1));
        assertThat(error.billing()).isEqualTo(Billing.MAYBE_BILLED);
    }

    @Test
    void aFailureBeforeSendingStillOwesTheRoundsBefore() {
        TransportException refused = new TransportException("refused", ErrorDetails.nothingSent(), null);

        TransportException error = catchThrowableOfType(
                TransportException.class,
                () -> run(ScriptedModel.of(calls(echoes("a", "one")), fails(refused)), loop()));

        assertThat(error.usage()).isEqualTo(Usage.of(10, 1));
        assertThat(error.billing()).isEqualTo(Billing.BILLED);
        assertThatThrownBy(() -> run(ScriptedModel.of(fails(refused)), loop())).isSameAs(refused);
    }

    @Test
    void aChoiceThatForcesACallIsForTheFirstRound() {
        ScriptedModel model = ScriptedModel.of(calls(echoes("a", "one")), says("ok"));

        loop().build()
                .around(model)
                .chat(
                        ChatRequest.of("go").toBuilder()
                                .toolChoice(ToolChoice.REQUIRED)
                                .build(),
                        CONTEXT);

        assertThat(model.asked)
                .extracting(asked -> asked.request().toolChoice())
                .containsExactly(ToolChoice.REQUIRED, ToolChoice.AUTO);
    }

    @Test
    void runsNothingWhenTheRequestForbidsTools() {
        assertThatThrownBy(() -> loop().build()
                        .around(ScriptedModel.of(calls(echoes("a", "one"))))
                        .chat(
                                ChatRequest.of("go").toBuilder()
                                        .toolChoice(ToolChoice.NONE)
                                        .build(),
                                CONTEXT))
                .isInstanceOf(InvalidOutputException.class)
                .hasMessageContaining("forbids");
        assertThat(ran).isEmpty();
    }

    @Test
    void layersGoAroundEveryToolTheFirstOutermost() {
        List<String> passed = Collections.synchronizedList(new ArrayList<>());
        ChatResponse response = run(
                ScriptedModel.of(calls(echoes("a", "one")), says("ok")),
                loop().layer(noting("outer", passed))
                        .layer(noting("inner", passed))
                        .layer(next -> new Refusing(next.spec())));

        assertThat(passed).containsExactly("outer run-1:1:0", "inner run-1:1:0");
        assertThat(response.transcript().get(1).toolResults().get(0))
                .isEqualTo(new Part.ToolResult("a", "echo", "not for you", true));
        assertThat(ran).isEmpty();
    }

    private static ToolLayer noting(String name, List<String> passed) {
        return next -> new Tool() {
            @Override
            public ToolSpec spec() {
                return next.spec();
            }

            @Override
            public Part.ToolResult call(ToolUse use) throws Exception {
                passed.add(name + " " + use.idempotencyKey());
                return next.call(use);
            }
        };
    }

    private record Refusing(ToolSpec spec) implements Tool {
        @Override
        public Part.ToolResult call(ToolUse use) {
            return new Part.ToolResult("wrong id", "wrong name", "not for you", true);
        }
    }

    @Test
    void givesEveryUseAKeyOfItsOwn() {
        List<String> keys = Collections.synchronizedList(new ArrayList<>());
        Tool tool = Tools.of("note", "Notes", Text.class, (args, use) -> {
            keys.add(args.text() + " " + use.idempotencyKey());
            return "";
        });
        ScriptedModel model = ScriptedModel.of(
                calls(call("a", "note", "{\"text\":\"1\"}"), call("b", "note", "{\"text\":\"2\"}")),
                calls(call("a", "note", "{\"text\":\"3\"}")),
                says("ok"));

        run(model, ToolLoop.builder().tools(tool));

        assertThat(keys).containsExactlyInAnyOrder("1 run-1:1:0", "2 run-1:1:1", "3 run-1:2:0");
    }

    @Test
    void anAgentThatIsAToolOfAnotherHasKeysOfItsOwnThoughTheyShareARun() {
        List<String> keys = Collections.synchronizedList(new ArrayList<>());
        Tool note = Tools.of("note", "Notes", use -> {
            keys.add(use.idempotencyKey());
            return "";
        });
        ChatModel inner = ToolLoop.builder()
                .tools(note)
                .build()
                .around(ScriptedModel.of(calls(call("a", "note", "")), says("ok")));
        Tool asks = Tools.of("ask", "Asks another agent", use -> {
            keys.add(use.idempotencyKey());
            CallContext own = use.context().toBuilder().agent("inner").build();
            return inner.chat(ChatRequest.of("go"), own).text();
        });
        CallContext run = CONTEXT.toBuilder().runId("run-1").agent("outer").build();

        ToolLoop.builder()
                .tools(asks)
                .build()
                .around(ScriptedModel.of(calls(call("a", "ask", "")), says("ok")))
                .chat(ChatRequest.of("go"), run);

        assertThat(keys).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void tellsOfEveryToolThatStartsAndEnds() {
        List<Event> heard = Collections.synchronizedList(new ArrayList<>());
        Tool failing = Tools.of("fail", "Fails", use -> {
            throw new IllegalStateException("no");
        });

        run(
                ScriptedModel.of(calls(echoes("a", "one")), calls(call("b", "fail", "")), says("ok")),
                loop().tools(failing).events(Events.to(heard::add)));

        assertThat(heard)
                .hasSize(4)
                .allSatisfy(event -> assertThat(event.context()).isSameAs(CONTEXT));
        assertThat(heard)
                .extracting(event -> (Object) event.getClass())
                .containsExactly(
                        CoreEvent.ToolStarted.class,
                        CoreEvent.ToolEnded.class,
                        CoreEvent.ToolStarted.class,
                        CoreEvent.ToolEnded.class);
        assertThat(((CoreEvent.ToolEnded) heard.get(3)).result().error()).isTrue();
    }

    @Test
    void tellsOfCallsThatItTurnsDownAsOfAllOthers() {
        List<Event> heard = Collections.synchronizedList(new ArrayList<>());

        ChatResponse response = run(
                ScriptedModel.of(
                        calls(call("a", "none", "")),
                        calls(echoes("b", "x")),
                        calls(echoes("c", "x")),
                        calls(echoes("d", "y")),
                        says("ok")),
                loop().maxIdenticalCalls(1).maxToolCalls(4).events(Events.to(heard::add)));

        assertThat(heard)
                .extracting(event -> event instanceof CoreEvent.ToolStarted started
                        ? "start " + started.call().id()
                        : "end " + ((CoreEvent.ToolEnded) event).call().id())
                .containsExactly("start a", "end a", "start b", "end b", "start c", "end c", "start d", "end d");
        assertThat(heard.stream()
                        .filter(CoreEvent.ToolEnded.class::isInstance)
                        .map(event -> ((CoreEvent.ToolEnded) event).result()))
                .as("what listeners are told is what the model is told")
                .extracting(Part.ToolResult::error)
                .containsExactly(true, false, true, false);
        assertThat(((CoreEvent.ToolEnded) heard.get(1)).result().text()).contains("There is no tool 'none'");
        assertThat(response.message().text()).isEqualTo("ok");
    }

    @Test
    void namesEverythingThatIsWrongAtOnce() {
        InvalidConfigurationException error = catchThrowableOfType(
                InvalidConfigurationException.class,
                () -> loop().tools(echo)
                        .maxRounds(0)
                        .parallelism(-1)
                        .toolTimeout(java.time.Duration.ZERO)
                        .build());

        assertThat(error.problems())
                .extracting(InvalidConfigurationException.Problem::path)
                .containsExactly("maxRounds", "parallelism", "toolTimeout", "tools.echo");
    }
}
