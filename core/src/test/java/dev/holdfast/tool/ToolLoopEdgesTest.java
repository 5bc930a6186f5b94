package dev.holdfast.tool;

import static dev.holdfast.tool.ScriptedModel.call;
import static dev.holdfast.tool.ScriptedModel.calls;
import static dev.holdfast.tool.ScriptedModel.fails;
import static dev.holdfast.tool.ScriptedModel.response;
import static dev.holdfast.tool.ScriptedModel.says;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.OutputFormat;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.InvalidOutputException;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.TaskException;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The tool loop where something unlikely happens. */
class ToolLoopEdgesTest {
    private static final CallContext CONTEXT =
            CallContext.builder(Caller.of("acme", "ann")).runId("run-1").build();

    private final List<String> ran = Collections.synchronizedList(new ArrayList<>());
    private final Tool note = Tools.of("note", "Notes", use -> {
        ran.add(use.call().id());
        return "noted";
    });

    @Test
    void argumentsThatNoNumberHoldsDoNotEndTheRun() {
        ScriptedModel model = ScriptedModel.of(calls(call("a", "note", "{\"n\":1e9999999999}")), says("ok"));

        ChatResponse response =
                ToolLoop.builder().tools(note).build().around(model).chat(ChatRequest.of("go"), CONTEXT);

        assertThat(response.text()).isEqualTo("ok");
        assertThat(response.transcript().get(1).toolResults().get(0).error()).isTrue();
    }

    @Test
    void aProviderThatRefusesALaterRoundDoesNotMakeTheEarlierOnesFree() {
        ChatResponse first =
                response(Message.of(Role.ASSISTANT, List.of(call("a", "note", "{}"))), FinishReason.TOOL_CALLS)
                        .toBuilder()
                        .cost(new Money(7))
                        .build();
        ProviderException refused = new ProviderException(
                "slow down",
                429,
                "",
                "",
                ErrorDetails.builder().usage(Usage.none(), Billing.NOT_BILLED).build(),
                null);
        ScriptedModel model = ScriptedModel.of(call -> ChatReply.completed(first), fails(refused));

        HoldfastException error = catchThrowableOfType(
                HoldfastException.class,
                () -> ToolLoop.builder().tools(note).build().around(model).chat(ChatRequest.of("go"), CONTEXT));

        assertThat(error).isInstanceOf(ProviderException.class);
        assertThat(error.usage()).isEqualTo(Usage.of(10, 1));
        assertThat(error.billing()).isEqualTo(Billing.BILLED);
        assertThat(error.details().cost()).contains(new Money(7));
    }

    @Test
    void idsAreUniqueInTheWholeConversation() { // some servers number the calls of each answer from zero, or send none
        ScriptedModel model = ScriptedModel.of(
                calls(call("call_0", "note", "{}")),
                calls(call("call_0", "note", "{}")),
                calls(call("", "note", "{}")),
                says("ok"));
        List<Message> past = List.of(
                Message.user("before"),
                Message.of(Role.ASSISTANT, List.of(call("call_0", "note", "{}"), call("call_3_0", "note", "{}"))),
                Message.tools(List.of(
                        new Part.ToolResult("call_0", "note", "x", false),
                        new Part.ToolResult("call_3_0", "note", "x", false))),
                Message.user("go"));

        ChatResponse response =
                ToolLoop.builder().tools(note).build().around(model).chat(ChatRequest.of(past), CONTEXT);

        List<Message> all = new ArrayList<>(past);
        all.addAll(response.transcript());
        Set<String> seen = new HashSet<>();
        for (Message message : all) {
            message.toolCalls()
                    .forEach(call ->
                            assertThat(seen.add(call.id())).as(call.id()).isTrue());
            message.toolResults().forEach(result -> assertThat(seen).contains(result.callId()));
        }
        assertThat(seen).hasSize(5);
        assertThat(ran).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    void aResultThatBreaksWhileItIsWrittenTellsThatTheToolHasRun() { // such as a lazy list whose session is closed
        Iterable<String> lazy = new Iterable<>() {
            @Override
            public Iterator<String> iterator() {
                throw new IllegalStateException("no session");
            }
        };
        Tool query = Tools.of("query", "Queries", use -> lazy);
        ScriptedModel model = ScriptedModel.of(calls(call("a", "query", "{}")), says("ok"));

        ChatResponse response =
                ToolLoop.builder().tools(query).build().around(model).chat(ChatRequest.of("go"), CONTEXT);

        assertThat(response.transcript().get(1).toolResults().get(0).text()).startsWith("The tool has run");
    }

    @Test
    void anErrorAtTheStartOfAToolEndsTheOthersToo() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        Tool sleeps = Tools.of("sleeps", "Sleeps", use -> {
            entered.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
            return "never";
        });
        AtomicInteger threads = new AtomicInteger();
        HoldfastRuntime starved = HoldfastRuntime.on(work -> {
            if (threads.incrementAndGet() > 1) {
                awaitQuietly(entered);
                throw new OutOfMemoryError("unable to create native thread");
            }
            new Thread(work).start();
        });
        ScriptedModel model =
                ScriptedModel.of(calls(call("a", "sleeps", "{}"), call("b", "sleeps", "{\"b\":1}")), says("ok"));

        Throwable thrown = catchThrowable(() -> ToolLoop.builder()
                .tools(sleeps)
                .runtime(starved)
                .grace(Duration.ofSeconds(5))
                .build()
                .around(model)
                .chat(ChatRequest.of("go"), CONTEXT));

        assertThat(thrown).isInstanceOf(OutOfMemoryError.class);
        assertThat(interrupted.await(5, TimeUnit.SECONDS))
                .as("the first tool was stopped")
                .isTrue();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    record Order(String article) {}

    @Test
    void anAnswerThatCallsAToolIsNotSentBackForRepair() { // a call without its result is refused by every provider
        ScriptedModel model = ScriptedModel.of(calls(call("a", "lookup", "{}")), says("{\"article\":\"pizza\"}"));

        assertThatThrownBy(() -> StructuredOutput.of(Order.class).ask(model, ChatRequest.of("go"), CONTEXT))
                .isInstanceOf(InvalidOutputException.class)
                .hasMessageContaining("tool");
        assertThat(model.asked).hasSize(1);
    }

    @Test
    void anyFenceIsTolerated() {
        for (String text : List.of(
                "```json {\"article\":\"pizza\"} ```",
                "```{\n  \"article\": \"pizza\"\n}\n```",
                "```JSON\r\n{\"article\":\"pizza\"}\r\n```")) {
            assertThat(StructuredOutput.of(Order.class)
                            .repairs(0)
                            .ask(ScriptedModel.of(says(text)), ChatRequest.of("go"), CONTEXT)
                            .value()
                            .article())
                    .as(text)
                    .isEqualTo("pizza");
        }
    }

    @Test
    void aCallWithoutArgumentsMayBeWrittenAsNothingAtAll() {
        ScriptedModel model = ScriptedModel.of(
                calls(call("a", "note", ""), call("b", "note", " null "), call("c", "note", "{}")), says("ok"));

        ChatResponse response =
                ToolLoop.builder().tools(note).build().around(model).chat(ChatRequest.of("go"), CONTEXT);

        assertThat(response.transcript().get(1).toolResults())
                .extracting(Part.ToolResult::text)
                .containsExactly("noted", "noted", "noted");
    }

    /** Breaks the law that a close never throws, as a client's stream may. */
    private static ChatReply throwsAtClose(boolean fails) {
        return new ChatReply() {
            @Override
            public Chunk next() {
                if (fails) {
                    throw new IllegalStateException("broken");
                }
                return new Chunk.Text("a");
            }

            @Override
            public Outcome outcome() {
                throw new IllegalStateException("not yet");
            }

            @Override
            public void close() {
                throw new IllegalStateException("cannot be closed");
            }
        };
    }

    @Test
    void aReplyBelowThatThrowsAtItsCloseStillEnds() {
        for (boolean fails : new boolean[] {true, false}) {
            ChatReply reply = ToolLoop.builder()
                    .tools(note)
                    .build()
                    .around(call -> throwsAtClose(fails))
                    .send(new ChatCall(ChatRequest.of("go"), CONTEXT));
            if (fails) {
                assertThatThrownBy(reply::next)
                        .isInstanceOf(TaskException.class)
                        .hasRootCauseMessage("broken");
            } else {
                reply.next();
                reply.close();
            }
            assertThat(reply.outcome().error()).isNotNull();
            assertThat(reply.outcome().billing()).isEqualTo(Billing.MAYBE_BILLED);
        }
    }

    @Test
    void aTurnThatIsPausedForEverIsToldAsSuch() {
        ScriptedModel model = ScriptedModel.of(says("...", FinishReason.PAUSE));

        assertThatThrownBy(() -> ToolLoop.builder()
                        .tools(note)
                        .maxRounds(2)
                        .build()
                        .around(model)
                        .chat(ChatRequest.of("go"), CONTEXT))
                .isInstanceOf(InvalidOutputException.class)
                .hasMessageContaining("paused")
                .hasMessageNotContaining("told that no more");
    }

    record Größe(int länge) {}

    @Test
    void theNameOfAFormIsOneThatProvidersAccept() {
        ScriptedModel model = ScriptedModel.of(says("{\"länge\":1}"));
        StructuredOutput.of(Größe.class).ask(model, ChatRequest.of("go"), CONTEXT);

        OutputFormat.Json format =
                (OutputFormat.Json) model.asked.get(0).request().outputFormat();
        assertThat(format.name()).isEqualTo("Gr__e");
    }

    @Test
    void aToolThatNeverGotAThreadIsToldAsOneThatHasNotRunAndIsNotCountedAsLeftBehind() {
        List<Runnable> queue = Collections.synchronizedList(new ArrayList<>());
        ScriptedModel model = ScriptedModel.of(calls(call("a", "note", "{}")), says("ok"));
        ToolLoop loop = ToolLoop.builder()
                .tools(note)
                .runtime(HoldfastRuntime.on(queue::add)) // a pool whose threads are all busy
                .toolTimeout(Duration.ofMillis(20))
                .grace(Duration.ofMillis(20))
                .build();

        ChatResponse response = loop.around(model).chat(ChatRequest.of("go"), CONTEXT);
        queue.forEach(Runnable::run);

        assertThat(response.transcript().get(1).toolResults().get(0).text()).contains("has not run");
        assertThat(ran).isEmpty();
        assertThat(loop.abandonedTools()).isZero();
    }
}
