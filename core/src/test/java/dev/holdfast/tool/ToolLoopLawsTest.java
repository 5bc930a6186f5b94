package dev.holdfast.tool;

import static dev.holdfast.tool.ScriptedModel.call;
import static dev.holdfast.tool.ScriptedModel.calls;
import static dev.holdfast.tool.ScriptedModel.hangs;
import static dev.holdfast.tool.ScriptedModel.says;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.Deadline;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.event.CoreEvent;
import dev.holdfast.event.Event;
import dev.holdfast.event.Events;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How a run ends when it does not end well. */
@Timeout(60)
class ToolLoopLawsTest {
    private static final CallContext CONTEXT = CallContext.of(Caller.of("acme", "ann"));
    private static final Duration LONG = Duration.ofSeconds(15);

    private final CountDownLatch running = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicBoolean interrupted = new AtomicBoolean();
    private final HandClock clock = new HandClock();
    private Duration passesWithin = Duration.ZERO; // by the clock, while a tool runs

    /** Ends when it is interrupted. */
    private final Tool listening = Tools.of("wait", "Waits", use -> {
        running.countDown();
        clock.advance(passesWithin);
        try {
            release.await();
        } catch (InterruptedException e) {
            interrupted.set(true);
            throw e;
        }
        return "released";
    });

    /** Ends when it is released, whoever interrupts it. */
    private final Tool deaf = Tools.of("deaf", "Waits and does not listen", use -> {
        running.countDown();
        clock.advance(passesWithin);
        while (release.getCount() > 0) {
            LockSupport.parkNanos(1_000_000);
        }
        return "released";
    });

    private static ChatReply send(ToolLoop loop, ScriptedModel model) {
        return loop.around(model).send(new ChatCall(ChatRequest.of("go"), CONTEXT));
    }

    private static Thread closer(ChatReply reply, CountDownLatch when) {
        Thread thread = new Thread(() -> {
            try {
                if (when.await(10, TimeUnit.SECONDS)) {
                    reply.close();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.start();
        return thread;
    }

    @Test
    void aToolThatTakesTooLongIsStoppedAndTheRunGoesOn() {
        passesWithin = Duration.ofMillis(30);
        ToolLoop loop = ToolLoop.builder()
                .tools(listening)
                .runtime(clock)
                .toolTimeout(passesWithin)
                .grace(LONG)
                .build();

        ChatResponse response = send(loop, ScriptedModel.of(calls(call("a", "wait", "")), says("ok")))
                .await();

        assertThat(response.text()).isEqualTo("ok");
        Part.ToolResult told = response.transcript().get(1).toolResults().get(0);
        assertThat(told.error()).isTrue();
        assertThat(told.text()).contains("did not answer within 30 ms");
        assertThat(interrupted).isTrue();
        assertThat(loop.abandonedTools()).isZero();
    }

    static List<Future<String>> futures() {
        return List.of(new CompletableFuture<>(), new FutureTask<>(() -> "never run"));
    }

    @ParameterizedTest
    @MethodSource("futures")
    void aToolWhoseAnswerNeverComesIsStoppedAndTheRunGoesOn(Future<String> never) {
        passesWithin = Duration.ofMillis(30);
        ToolLoop loop = ToolLoop.builder()
                .tools(Tools.of("later", "Answers later", use -> {
                    clock.advance(passesWithin);
                    return never;
                }))
                .runtime(clock)
                .toolTimeout(passesWithin)
                .grace(LONG)
                .build();

        ChatResponse response = send(loop, ScriptedModel.of(calls(call("a", "later", "")), says("ok")))
                .await();

        assertThat(response.text()).isEqualTo("ok");
        assertThat(response.transcript().get(1).toolResults().get(0).text()).contains("did not answer within 30 ms");
        assertThat(never).isCancelled();
        assertThat(loop.abandonedTools()).isZero();
    }

    @ParameterizedTest
    @MethodSource("futures")
    void aCloseCancelsWhatAToolWaitsFor(Future<String> never) throws InterruptedException {
        ToolLoop loop = ToolLoop.builder()
                .tools(Tools.of("later", "Answers later", use -> {
                    running.countDown();
                    return never;
                }))
                .grace(LONG)
                .build();
        ChatReply reply = send(loop, ScriptedModel.of(calls(call("a", "later", ""))));
        Thread closer = closer(reply, running);

        assertThatThrownBy(reply::await).isInstanceOf(CancelledException.class);
        closer.join();
        assertThat(never).isCancelled();
        assertThat(loop.abandonedTools()).isZero();
    }

    @Test
    void aToolThatDoesNotListenIsLeftBehindAndCounted() {
        passesWithin = Duration.ofMillis(20);
        ToolLoop loop = ToolLoop.builder()
                .tools(deaf, Tools.of("fine", "Is fine", use -> "fine"))
                .parallelism(1)
                .runtime(clock)
                .toolTimeout(passesWithin)
                .grace(Duration.ofMillis(20))
                .build();

        ChatResponse response = send(
                        loop, ScriptedModel.of(calls(call("a", "deaf", ""), call("b", "fine", "")), says("ok")))
                .await();

        assertThat(response.transcript().get(1).toolResults())
                .extracting(Part.ToolResult::error)
                .containsExactly(true, false);
        assertThat(loop.abandonedTools()).isEqualTo(1);
        release.countDown();
        await().untilAsserted(() -> assertThat(loop.abandonedTools()).isZero());
    }

    @Test
    void theDeadlineEndsAToolAndTheRunAndTellsWhatWasUsed() {
        passesWithin = Duration.ofMillis(50);
        CallContext context =
                CONTEXT.toBuilder().deadline(Deadline.in(passesWithin, clock)).build();
        ToolLoop loop =
                ToolLoop.builder().tools(listening).runtime(clock).grace(LONG).build();

        DeadlineException error = catchThrowableOfType(
                DeadlineException.class,
                () -> loop.around(ScriptedModel.of(calls(call("a", "wait", "")), says("ok")))
                        .chat(ChatRequest.of("go"), context));

        assertThat(error).hasMessageContaining("wait");
        assertThat(error.usage()).isEqualTo(Usage.of(10, 1));
        assertThat(error.billing()).isEqualTo(Billing.BILLED);
        assertThat(interrupted).isTrue();
    }

    @Test
    void nothingIsAskedAfterTheDeadline() {
        HoldfastRuntime runtime = HoldfastRuntime.system();
        CallContext context = CONTEXT.toBuilder()
                .deadline(Deadline.in(Duration.ofNanos(-1), runtime))
                .build();
        ScriptedModel model = ScriptedModel.of(says("ok"));

        assertThatThrownBy(() -> ToolLoop.builder()
                        .tools(listening)
                        .build()
                        .around(model)
                        .chat(ChatRequest.of("go"), context))
                .isInstanceOf(DeadlineException.class);
        assertThat(model.asked).isEmpty();
    }

    @Test
    void theDeadlineOfAToolIsItsTimeout() {
        List<Long> left = new ArrayList<>();
        Tool tool = Tools.of(
                "look", "Looks", use -> left.add(use.context().deadline().nanosLeft(HoldfastRuntime.system())));
        ToolLoop loop = ToolLoop.builder()
                .tools(tool)
                .toolTimeout(Duration.ofSeconds(7))
                .build();

        send(loop, ScriptedModel.of(calls(call("a", "look", "")), says("ok"))).await();

        assertThat(left.get(0))
                .isPositive()
                .isLessThanOrEqualTo(Duration.ofSeconds(7).toNanos());
    }

    @Test
    void closingFromAnotherThreadStopsARunningTool() throws Exception {
        ChatReply reply = send(
                ToolLoop.builder()
                        .tools(listening)
                        .toolTimeout(LONG)
                        .grace(LONG)
                        .build(),
                ScriptedModel.of(calls(call("a", "wait", "")), says("ok")));
        Thread closer = closer(reply, running);

        CancelledException error = catchThrowableOfType(CancelledException.class, reply::await);
        closer.join();

        assertThat(error.usage()).isEqualTo(Usage.of(10, 1));
        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
        assertThat(reply.outcome().error()).isSameAs(error);
        assertThat(interrupted).isTrue();
        assertThatThrownBy(reply::next).isSameAs(error);
    }

    @Test
    void closingDoesNotWaitForAToolThatDoesNotListen() throws Exception {
        ToolLoop loop = ToolLoop.builder()
                .tools(deaf)
                .toolTimeout(LONG)
                .grace(Duration.ofMillis(20))
                .build();
        ChatReply reply = send(loop, ScriptedModel.of(calls(call("a", "deaf", "")), says("ok")));
        Thread closer = closer(reply, running);

        assertThatThrownBy(reply::await).isInstanceOf(CancelledException.class);
        closer.join();

        assertThat(loop.abandonedTools()).isEqualTo(1);
        release.countDown();
        await().untilAsserted(() -> assertThat(loop.abandonedTools()).isZero());
    }

    @Test
    void closingFromAnotherThreadStopsTheModel() throws Exception {
        ChatReply reply = send(
                ToolLoop.builder().tools(listening).build(),
                ScriptedModel.of(calls(call("a", "unknown", "")), hangs(running)));
        Thread closer = closer(reply, running);

        CancelledException error = catchThrowableOfType(CancelledException.class, reply::await);
        closer.join();

        assertThat(error.usage()).isEqualTo(Usage.of(17, 1));
        assertThat(error.billing()).isEqualTo(Billing.MAYBE_BILLED);
    }

    @Test
    void closingBetweenTwoChunksEndsTheRunAtOnce() {
        ChatReply reply = send(
                ToolLoop.builder().tools(listening).build(),
                ScriptedModel.of(calls(call("a", "wait", "")), says("ok")));

        assertThat(reply.next()).isInstanceOf(Chunk.Whole.class);
        assertThatThrownBy(reply::outcome).isInstanceOf(IllegalStateException.class);
        reply.close();

        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
        assertThat(reply.outcome().usage()).isEqualTo(Usage.of(10, 1));
        assertThat(running.getCount()).isEqualTo(1);
    }

    @Test
    void closingBeforeItBeginsSendsNothing() {
        ScriptedModel model = ScriptedModel.of(says("ok"));
        ChatReply reply = send(ToolLoop.builder().tools(listening).build(), model);

        reply.close();
        reply.close();

        assertThat(reply.outcome().billing()).isEqualTo(Billing.NOT_SENT);
        assertThatThrownBy(reply::next).isInstanceOf(CancelledException.class);
        assertThat(model.asked).isEmpty();
    }

    @Test
    void closingWhileOtherToolsRunStopsThemThoughNobodyIsWithin() throws Exception {
        Tool fine = Tools.of("fine", "Is fine", use -> "fine");
        ChatReply reply = send(
                ToolLoop.builder().tools(listening, fine).grace(LONG).build(),
                ScriptedModel.of(calls(call("a", "fine", ""), call("b", "wait", "")), says("ok")));

        assertThat(reply.next()).isInstanceOf(Chunk.Whole.class);
        assertThat(reply.next()).isInstanceOf(Chunk.RoundEnded.class);
        assertThat(reply.next()).isInstanceOf(Chunk.ToolAnswer.class);
        assertThat(running.await(5, TimeUnit.SECONDS)).isTrue();
        reply.close();

        assertThat(interrupted).isTrue();
        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
    }

    @Test
    void anInterruptStopsTheToolAndSetsTheFlagAgain() throws Exception {
        ChatReply reply = send(
                ToolLoop.builder().tools(listening).grace(LONG).build(),
                ScriptedModel.of(calls(call("a", "wait", "")), says("ok")));
        Thread consumer = Thread.currentThread();
        Thread interrupter = new Thread(() -> {
            try {
                running.await();
                consumer.interrupt();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        interrupter.start();

        Throwable thrown = catchThrowable(reply::await);
        boolean flag = Thread.interrupted();
        interrupter.join();

        assertThat(thrown).isInstanceOf(CancelledException.class);
        assertThat(flag).isTrue();
        assertThat(interrupted).isTrue();
    }

    @Test
    void anErrorOfAToolIsThrownAsItIsAndEndsTheRun() {
        Tool broken = Tools.of("broken", "Breaks", use -> {
            throw new AssertionError("broken");
        });
        ChatReply reply = send(
                ToolLoop.builder().tools(broken).build(), ScriptedModel.of(calls(call("a", "broken", "")), says("ok")));

        assertThatThrownBy(reply::await)
                .isExactlyInstanceOf(AssertionError.class)
                .hasMessage("broken");
        assertThat(reply.outcome()).isInstanceOf(Outcome.Failed.class);
    }

    @Test
    void aToolThatWasInterruptedByOthersCancelsTheRun() {
        Tool tool = Tools.of("stop", "Stops", use -> {
            throw new InterruptedException();
        });
        ChatReply reply = send(
                ToolLoop.builder().tools(tool).build(), ScriptedModel.of(calls(call("a", "stop", "")), says("ok")));

        assertThatThrownBy(reply::await).isInstanceOf(CancelledException.class);
        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
    }

    @Test
    void aModelThatThrowsEndsTheRun() {
        ChatReply reply = send(ToolLoop.builder().tools(listening).build(), ScriptedModel.of(asked -> {
            throw new IllegalStateException("a model must not");
        }));

        assertThatThrownBy(reply::next).hasMessageContaining("IllegalStateException");
        assertThat(reply.outcome()).isInstanceOf(Outcome.Failed.class);
    }

    @Test
    void aToolThatEndsBeforeItsStartReturnsIsNotInterrupted() {
        AtomicInteger interrupts = new AtomicInteger();
        HoldfastRuntime slow = new SlowToFork(interrupts);
        Tool fine = Tools.of("fine", "Is fine", use -> "fine");

        ChatResponse response = send(
                        ToolLoop.builder().tools(fine).runtime(slow).build(),
                        ScriptedModel.of(calls(call("a", "fine", "")), says("ok")))
                .await();

        assertThat(response.text()).isEqualTo("ok");
        assertThat(interrupts).as("nobody gave the tool up").hasValue(0);
    }

    /** Hands a task out when its work has ended, and counts the interrupts of it. */
    private static final class SlowToFork extends HandClock {
        private final AtomicInteger interrupts;

        SlowToFork(AtomicInteger interrupts) {
            this.interrupts = interrupts;
        }

        @Override
        public Task fork(String name, Runnable work) {
            Task task = super.fork(name, work);
            try {
                task.join(LONG);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new Task() {
                @Override
                public boolean isDone() {
                    return task.isDone();
                }

                @Override
                public boolean join(Duration timeout) throws InterruptedException {
                    return task.join(timeout);
                }

                @Override
                public void interrupt() {
                    interrupts.incrementAndGet();
                }
            };
        }
    }

    @Test
    void everyToolThatStartedEndsOnceWhereverACloseComes() throws Exception {
        Random random = new Random(42);
        for (int i = 0; i < 300; i++) {
            List<Event> heard = Collections.synchronizedList(new ArrayList<>());
            AtomicInteger within = new AtomicInteger();
            Tool tool = Tools.of("work", "Works", use -> {
                within.incrementAndGet();
                try {
                    Thread.sleep(0, 50_000);
                } finally {
                    within.decrementAndGet();
                }
                return "done";
            });
            ToolLoop loop = ToolLoop.builder()
                    .tools(tool)
                    .parallelism(2)
                    .maxIdenticalCalls(100)
                    .grace(LONG)
                    .events(Events.to(heard::add))
                    .build();
            ChatReply reply = send(
                    loop,
                    ScriptedModel.of(
                            calls(call("a", "work", ""), call("b", "work", ""), call("c", "work", "")), says("ok")));
            long pause = random.nextInt(600_000);
            Thread closer = new Thread(() -> {
                LockSupport.parkNanos(pause);
                reply.close();
            });
            closer.start();

            Throwable thrown = catchThrowable(reply::await);
            closer.join();

            Outcome outcome = reply.outcome();
            assertThat(outcome.error()).isSameAs(thrown);
            assertThat(thrown == null || thrown instanceof CancelledException).isTrue();
            assertThat(loop.abandonedTools()).isZero();
            assertThat(within).hasValue(0);
            assertThat(heard.stream()
                            .filter(CoreEvent.ToolStarted.class::isInstance)
                            .count())
                    .isEqualTo(heard.stream()
                            .filter(CoreEvent.ToolEnded.class::isInstance)
                            .count());
        }
    }
}
