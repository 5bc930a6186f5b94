package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.ProviderLimits;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.TokenClass;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.StreamInterruptedException;
import dev.holdfast.error.TransportException;
import dev.holdfast.runtime.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The laws of a reply as tests, for any provider, over real HTTP against a {@link ProviderSimulator}. Extend it, say how
 * the model is made, and run it.
 *
 * <pre>{@code
 * class OpenAiLawsTest extends ProviderLaws {
 *     @Override
 *     protected WireFormat format() {
 *         return WireFormat.OPENAI;
 *     }
 *
 *     @Override
 *     protected ChatModel model(URI baseUrl) {
 *         return OpenAiModel.builder(MODEL).baseUrl(baseUrl.toString()).apiKey(KEY).build();
 *     }
 * }
 * }</pre>
 *
 * <p>It runs on the machine's own time, because sockets do. It needs JUnit 5 and AssertJ on the test class path.
 */
public abstract class ProviderLaws extends BrokenWireLaws {
    private static final Duration SHORT = Duration.ofMillis(300);

    /** For subclasses. */
    protected ProviderLaws() {}

    // ---- what completes

    @Test
    final void completesInOnePiece() {
        simulator.model(MODEL).reply(REPLY);

        completes(read(call(false)));
        assertThat(simulator.lastRequest().isStreaming()).isFalse();
    }

    @Test
    final void completesAStream() {
        simulator.model(MODEL).reply(REPLY);
        ChatReply reply = model(baseUrl()).send(call(true));

        List<String> pieces = new ArrayList<>();
        for (Chunk chunk = reply.next(); chunk != null; chunk = reply.next()) {
            pieces.add(chunk.text());
        }

        pieces.removeIf(String::isEmpty);
        assertThat(pieces).as("it streams").hasSizeGreaterThan(1);
        completes(new Read(String.join("", pieces), null, reply.outcome()));
        assertThat(reply.next()).as("next after the end").isNull();
        Outcome before = reply.outcome();
        reply.close();
        assertThat(reply.outcome()).as("a close after the end changes nothing").isSameAs(before);
    }

    @Test
    final void tellsTokenClassesApart() {
        Usage usage = Usage.builder()
                .add(TokenClass.INPUT, 5)
                .add(TokenClass.CACHED_INPUT, 15)
                .add(TokenClass.OUTPUT, 4)
                .build();
        for (boolean streaming : new boolean[] {true, false}) {
            simulator.model(MODEL).reply(REPLY.usage(usage));

            assertThat(read(call(streaming)).outcome().usage()).isEqualTo(usage);
        }
    }

    @Test
    final void anAnswerWithoutUsageHasUnknownUsage() {
        for (boolean streaming : new boolean[] {true, false}) {
            simulator.model(MODEL).reply(REPLY.usage(Usage.unknown()));

            Usage usage = read(call(streaming)).outcome().usage();

            assertThat(!usage.isKnown() || (usage.isEstimated() && usage.total() > 0))
                    .as("usage %s", usage)
                    .isTrue();
        }
    }

    @Test
    final void keepsParallelToolCallsApart() {
        List<Part.ToolCall> calls = List.of(
                new Part.ToolCall("id-1", "lookup_order", "{\"id\":1234}"),
                new Part.ToolCall("id-2", "lookup_order", "{\"id\":5678}"),
                new Part.ToolCall("id-3", "weather", "{\"city\":\"Zürich\"}"));
        for (boolean streaming : new boolean[] {true, false}) {
            simulator.model(MODEL).reply(FakeReply.toolCalls(calls));

            Outcome outcome = read(call(streaming)).outcome();

            assertThat(outcome).isInstanceOf(Outcome.Completed.class);
            assertThat(outcome.message().toolCalls()).isEqualTo(calls);
            assertThat(((Outcome.Completed) outcome).response().finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        }
    }

    @Test
    final void readsCharactersThatAreSplit() {
        String text = "Grüße, 世界! 👋🏽 — “fin”";
        for (boolean streaming : new boolean[] {true, false}) {
            for (int bytes = 1; bytes <= 7; bytes++) {
                simulator.model(MODEL).reply(FakeReply.text(text).pieces(2), WireFault.sliced(bytes));

                Read read = read(call(streaming));

                assertThat(read.said()).as("slices of %s bytes", bytes).isEqualTo(text);
                assertThat(read.outcome().message().text()).isEqualTo(text);
            }
        }
    }

    @Test
    final void readsCompressedAnswers() {
        for (boolean streaming : new boolean[] {true, false}) {
            completes(read(call(streaming), WireFault.gzip()));
        }
    }

    @Test
    final void sendsWhatIsAsked() {
        simulator.model(MODEL).reply("ok");
        List<Message> messages = List.of(
                Message.system("You help."),
                Message.user("Where is order 1234?"),
                Message.of(Role.ASSISTANT, List.of(new Part.ToolCall("id-1", "lookup_order", "{\"id\":1234}"))),
                Message.tools(List.of(new Part.ToolResult("id-1", "lookup_order", "shipped", false))));
        ChatRequest request = ChatRequest.of(messages).toBuilder()
                .tools(List.of(new ToolSpec("lookup_order", "Finds an order.", JsonSchema.emptyObject())))
                .maxOutputTokens(77)
                .streaming(true)
                .build();

        read(new ChatCall(request, call(true).context()));

        SimulatedRequest seen = simulator.lastRequest();
        assertThat(seen.format()).isEqualTo(format());
        assertThat(seen.model()).isEqualTo(MODEL);
        assertThat(seen.messages()).isEqualTo(messages);
        assertThat(seen.toolNames()).containsExactly("lookup_order");
        assertThat(seen.maxOutputTokens()).hasValue(77);
        assertThat(seen.isStreaming()).isTrue();
        assertThat(seen.hasKey(KEY)).isTrue();
    }

    @Test
    final void readsWhatIsLeftOfALimit() {
        String prefix = format() == WireFormat.OPENAI ? "x-ratelimit-" : "anthropic-ratelimit-requests-";
        String suffix = format() == WireFormat.OPENAI ? "-requests" : "";
        simulator
                .model(MODEL)
                .header(prefix + "limit" + suffix, "60")
                .header(prefix + "remaining" + suffix, "59")
                .reply(REPLY);

        Outcome outcome = read(call(true)).outcome();

        ProviderLimits limits = ((Outcome.Completed) outcome).response().limits();
        assertThat(limits.windows())
                .hasEntrySatisfying(
                        "requests", window -> assertThat(window.remaining()).hasValue(59));
    }

    @Test
    final void concurrentCallsGetTheirOwnAnswers() throws InterruptedException {
        simulator
                .model(MODEL)
                .otherwise(request ->
                        FakeReply.text("to " + request.lastUserText()).pieces(2));
        ChatModel model = model(baseUrl());
        ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            String question = "question " + i;
            ChatCall call = new ChatCall(
                    ChatRequest.of(question).toBuilder().streaming(i % 2 == 0).build(),
                    call(true).context());
            tasks.add(runtime.fork("caller", () -> {
                String answer = read(model.send(call)).said();
                if (!answer.equals("to " + question)) {
                    wrong.add(question + " was answered " + answer);
                }
            }));
        }
        for (Task task : tasks) {
            assertThat(task.join(BOUND)).isTrue();
        }
        assertThat(wrong).isEmpty();
        assertThat(simulator.requests()).hasSize(16);
    }

    // ---- what takes too long

    @Test
    final void aProviderThatNeverAnswersIsLeftAtTheDeadline() {
        for (boolean streaming : new boolean[] {true, false}) {
            Read read = readWithin(call(streaming, SHORT), WireFault.hang());

            assertThat(read.failure()).isInstanceOf(DeadlineException.class);
            mayHaveCost(read.failure(), "no answer by the deadline");
        }
    }

    @Test
    final void aProviderThatFallsSilentIsLeftAtTheDeadline() {
        Read read = readWithin(call(true, SHORT), WireFault.silenceAfter(contentEnd()));

        assertThat(read.failure()).isInstanceOf(DeadlineException.class);
        assertThat(read.said()).isEqualTo(WORDS);
        carriesWhatCame(read, "silence");
        mayHaveCost(read.failure(), "silence");
    }

    @Test
    final void aTrickleDoesNotOutliveTheDeadline() {
        for (boolean streaming : new boolean[] {true, false}) {
            Read read = readWithin(call(streaming, SHORT), WireFault.trickle(Duration.ofMillis(20)));

            assertThat(read.failure()).isInstanceOf(DeadlineException.class);
        }
    }

    @Test
    final void silenceIsBoundedWithoutADeadline() {
        Optional<ChatModel> impatient = impatientModel(baseUrl(), SHORT);
        assumeTrue(impatient.isPresent(), "the provider has no bound of its own for silence");
        ChatModel model = impatient.orElseThrow();
        simulator.model(MODEL).reply(REPLY, WireFault.hang()).reply(REPLY, WireFault.silenceAfter(contentEnd()));

        HoldfastException unanswered = read(model.send(call(true))).failure();
        Read interrupted = read(model.send(call(true)));

        assertThat(unanswered).isInstanceOf(TransportException.class);
        mayHaveCost(unanswered, "no answer");
        assertThat(interrupted.failure()).isInstanceOf(StreamInterruptedException.class);
        carriesWhatCame(interrupted, "silence");
    }

    @Test
    final void nothingIsSentAfterTheDeadline() {
        simulator.model(MODEL).reply(REPLY);

        HoldfastException failure = read(call(true, Duration.ZERO)).failure();

        assertThat(failure).isInstanceOf(DeadlineException.class);
        costsNothing(failure);
    }

    // ---- who gives up

    @Test
    final void sendsNothingBeforeTheFirstNext() {
        ChatReply reply = model(baseUrl()).send(call(true));

        assertThatThrownBy(reply::outcome).isInstanceOf(IllegalStateException.class);
        reply.close();

        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
        assertThatThrownBy(reply::next).isInstanceOf(CancelledException.class);
        costsNothing(read(reply).failure());
    }

    @Test
    final void closingMidwayKeepsWhatCame() {
        simulator.model(MODEL).reply(REPLY.every(Duration.ofMillis(100)));
        ChatReply reply = model(baseUrl()).send(call(true));
        String first = firstWords(reply);
        reply.close();

        Read read = new Read(first, read(reply).thrown(), reply.outcome());
        assertThat(read.outcome()).isInstanceOf(Outcome.Cancelled.class);
        carriesWhatCame(read, "closed midway");
        mayHaveCost(read.failure(), "closed midway");
    }

    @Test
    final void aCloseEndsTheWaitForTheAnswer() throws InterruptedException {
        simulator.model(MODEL).reply(REPLY, WireFault.hang());
        ChatReply reply = model(baseUrl()).send(call(true));
        Consumer consumer = new Consumer(reply);
        untilAsked();
        reply.close();

        consumer.isCancelled();
        mayHaveCost(consumer.read().failure(), "closed while waiting");
    }

    @Test
    final void aCloseEndsTheWaitWithinAnAnswer() throws InterruptedException {
        simulator.model(MODEL).reply(REPLY, WireFault.silenceAfter(contentEnd()));
        ChatReply reply = model(baseUrl()).send(call(true));
        String first = firstWords(reply);
        Consumer consumer = new Consumer(reply);
        runtime.sleep(Duration.ofMillis(20)); // long enough, most of the time, to be in the wait itself
        reply.close();

        consumer.isCancelled();
        Read whole = new Read(first + consumer.read().said(), consumer.read().thrown(), reply.outcome());
        carriesWhatCame(whole, "closed by another thread");
    }

    @Test
    final void anInterruptEndsTheWaitForTheAnswer() throws InterruptedException {
        for (boolean streaming : new boolean[] {true, false}) {
            simulator.model(MODEL).reply(REPLY, WireFault.hang());
            Consumer consumer = new Consumer(model(baseUrl()).send(call(streaming)));
            untilAsked();
            consumer.task.interrupt();

            consumer.isCancelled();
            assertThat(consumer.flagged.get()).as("the flag is set again").isTrue();
            mayHaveCost(consumer.read().failure(), "interrupted while waiting");
            assertThat(isSoon(() -> simulator.openRequests() == 0)).isTrue();
        }
    }

    @Test
    final void anInterruptEndsTheWaitWithinAnAnswer() throws InterruptedException {
        simulator.model(MODEL).reply(REPLY, WireFault.silenceAfter(contentEnd()));
        ChatReply reply = model(baseUrl()).send(call(true));
        firstWords(reply);
        Consumer consumer = new Consumer(reply);
        runtime.sleep(Duration.ofMillis(20)); // long enough, most of the time, to be in the wait itself
        consumer.task.interrupt();

        consumer.isCancelled();
        assertThat(consumer.flagged.get()).as("the flag is set again").isTrue();
        assertThat(reply.outcome().message().text()).isNotEmpty();
    }

    @Test
    final void anInterruptBeforehandSendsNothing() {
        simulator.model(MODEL).reply(REPLY);
        ChatReply reply = model(baseUrl()).send(call(true));
        Thread.currentThread().interrupt();

        HoldfastException failure = read(reply).failure();

        assertThat(Thread.interrupted()).as("the flag is set again").isTrue();
        assertThat(failure).isInstanceOf(CancelledException.class);
        costsNothing(failure);
    }

    @Test
    final void aRaceOfCloseAndEndHasOneOutcome() throws InterruptedException {
        simulator.model(MODEL).otherwise(REPLY);
        ChatModel model = model(baseUrl());
        for (int round = 0; round < 100; round++) {
            ChatReply reply = model.send(call(round % 2 == 0));
            Consumer consumer = new Consumer(reply);
            for (int spin = 0; spin < round * 200; spin++) {
                Thread.onSpinWait();
            }
            reply.close();

            assertThat(consumer.task.join(BOUND)).isTrue();
            assertThat(consumer.read().thrown())
                    .as("what the consumer saw is the outcome")
                    .isSameAs(reply.outcome().error());
        }
        completes(read(model.send(call(true))));
    }

    // ---- how the laws are told

    private static void completes(Read read) {
        assertThat(read.outcome()).isInstanceOf(Outcome.Completed.class);
        ChatResponse response = ((Outcome.Completed) read.outcome()).response();
        assertThat(read.said()).isEqualTo(WORDS);
        assertThat(response.text()).isEqualTo(WORDS);
        assertThat(response.usage()).isEqualTo(Usage.of(20, 4));
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(response.model()).isEqualTo(MODEL);
        assertThat(response.responseId()).isNotEmpty();
        assertThat(read.outcome().billing()).isEqualTo(Billing.BILLED);
    }

    private void costsNothing(HoldfastException failure) {
        assertThat(simulator.requests()).isEmpty();
        assertThat(failure.billing()).isEqualTo(Billing.NOT_SENT);
        assertThat(failure.usage()).isEqualTo(Usage.none());
    }

    private Read readWithin(ChatCall call, WireFault fault) {
        long start = runtime.nanoTime();
        Read read = read(call, fault);
        assertThat(Duration.ofNanos(runtime.nanoTime() - start)).isLessThan(SHORT.plus(BOUND));
        return read;
    }

    private static String firstWords(ChatReply reply) {
        for (Chunk chunk = reply.next(); chunk != null; chunk = reply.next()) {
            if (!chunk.text().isEmpty()) {
                return chunk.text();
            }
        }
        throw new AssertionError("the reply has no words");
    }

    private void untilAsked() throws InterruptedException {
        assertThat(isSoon(() -> simulator.openRequests() > 0)).isTrue();
        runtime.sleep(Duration.ofMillis(20)); // long enough, most of the time, to be in the wait itself
    }

    /** Reads a reply on a thread of its own. */
    private final class Consumer {
        final AtomicBoolean flagged = new AtomicBoolean();
        final Task task;
        private final AtomicReference<@Nullable Read> read = new AtomicReference<>();

        Consumer(ChatReply reply) {
            task = runtime.fork("consumer", () -> {
                read.set(ProviderBench.read(reply));
                flagged.set(Thread.currentThread().isInterrupted());
            });
        }

        void isCancelled() throws InterruptedException {
            assertThat(task.join(BOUND)).as("it ends within %s", BOUND).isTrue();
            assertThat(read().outcome()).isInstanceOf(Outcome.Cancelled.class);
            assertThat(read().failure()).isInstanceOf(CancelledException.class);
        }

        Read read() {
            Read seen = read.get();
            if (seen == null) {
                throw new AssertionError("the consumer threw what is no HoldfastException; it is in the log");
            }
            return seen;
        }
    }
}
