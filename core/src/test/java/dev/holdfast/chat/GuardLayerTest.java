package dev.holdfast.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.error.TransportException;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Guards share a reply where they stand together; nobody can tell, but by the time it takes. */
@Timeout(20)
class GuardLayerTest {
    private static final CallContext CONTEXT = CallContext.builder(Caller.of("acme", "ann"))
            .callId("call-1")
            .runId("run-1")
            .build();
    private static final ChatCall CALL = new ChatCall(ChatRequest.of("hello"), CONTEXT);
    private static final ChatResponse ANSWER = ChatResponse.of(Endpoint.of("test", "model"), "It has shipped.");

    private final HoldfastRuntime runtime = HoldfastRuntime.system();

    /** Does what a script says, and writes down what it saw. */
    private static final class Scripted extends GuardLayer {
        private final String name;
        private final String script;
        private final List<String> log;

        Scripted(String name, String script, List<String> log) {
            this.name = name;
            this.script = script;
            this.log = log;
        }

        @Override
        protected Permit admit(GuardedCall call) {
            log.add(name + " admits attempt " + call.context().attempt() + " of "
                    + call.request().messages().size());
            switch (script) {
                case "refuses" ->
                    throw new RejectedException(
                            Refusal.of(Refusal.Kind.OVERLOAD, name, "full"), ErrorDetails.nothingSent(call.context()));
                case "breaks" -> throw new IllegalStateException(name);
                case "nothing" -> {
                    return Permit.none();
                }
                case "forwards" ->
                    call.forward(call.call()
                            .with(call.context().toBuilder()
                                    .attempt(
                                            call.context().attempt() + 1,
                                            call.context().attemptKind())
                                    .build()));
                default -> {}
            }
            return new Logged(name, script, log);
        }

        @Override
        public String toString() {
            return name + " " + script;
        }
    }

    private record Logged(String name, String script, List<String> log) implements Permit {
        @Override
        public Outcome onOutcome(Outcome outcome) {
            HoldfastException error = outcome.error();
            return switch (script) {
                case "fails" ->
                    error != null
                            ? outcome
                            : Outcome.of(
                                    new TransportException(name + " fails", ErrorDetails.nothingSent(CONTEXT), null));
                case "answers" -> error == null ? outcome : new Outcome.Completed(ANSWER);
                case "misreads" -> throw new IllegalStateException(name);
                default -> outcome;
            };
        }

        @Override
        public void end(Outcome outcome, GuardedCall call) {
            log.add(name + " ends with " + words(outcome));
            if (script.equals("drops")) {
                throw new IllegalStateException(name);
            }
        }
    }

    private static String words(Outcome outcome) {
        HoldfastException error = outcome.error();
        return outcome.getClass().getSimpleName()
                + (error == null ? "" : " " + error.getMessage() + " of " + error.callId());
    }

    /** Keeps guards apart. */
    private static final ModelLayer APART = next -> call -> new LayerReply() {
        @Override
        protected ChatReply open() {
            return next.send(call);
        }
    };

    /** What happens to a call behind guards, be they together or apart. */
    private static List<String> scenario(long seed, boolean apart) {
        Random random = new Random(seed);
        List<String> log = new ArrayList<>();
        String[] scripts = {"", "", "", "nothing", "forwards", "fails", "answers", "refuses", "breaks"};
        ModelLayer layer = null;
        int guards = 2 + random.nextInt(4);
        for (int i = 0; i < guards; i++) {
            ModelLayer guard = new Scripted("guard " + i, scripts[random.nextInt(scripts.length)], log);
            layer = layer == null ? guard : apart ? layer.over(APART).over(guard) : layer.over(guard);
        }
        int below = random.nextInt(3);
        ChatModel model = call -> {
            log.add("sent as attempt " + call.context().attempt());
            return below == 0
                    ? ChatReply.completed(ANSWER)
                    : ChatReply.failed(new TransportException(
                            "broken", ErrorDetails.builder().build(), null));
        };
        ChatReply reply = layer.around(model).send(CALL);
        int pulls = random.nextInt(4);
        for (int i = 0; i < pulls; i++) {
            Throwable thrown = catchThrowable(reply::next);
            log.add(thrown == null ? "came" : "threw " + thrown.getMessage());
        }
        reply.close();
        log.add("outcome " + words(reply.outcome()));
        return log;
    }

    @Test
    void togetherAndApartDoTheSame() {
        for (long seed = 0; seed < 3_000; seed++) {
            assertThat(scenario(seed, false)).as("seed " + seed).isEqualTo(scenario(seed, true));
        }
    }

    /** Work goes through the same guards, with and without a reply below. */
    private static List<String> work(long seed, boolean mayClose) {
        Random random = new Random(seed);
        List<String> log = new ArrayList<>();
        String[] scripts = {"", "", "nothing", "forwards", "fails", "answers", "refuses"};
        ModelLayer layer = null;
        int guards = 1 + random.nextInt(4);
        for (int i = 0; i < guards; i++) {
            ModelLayer guard = new Scripted("guard " + i, scripts[random.nextInt(scripts.length)], log);
            layer = layer == null ? guard : layer.over(guard);
        }
        if (mayClose) {
            layer = layer.over(new GuardLayer() {
                @Override
                protected boolean mayClose() {
                    return true;
                }

                @Override
                protected Permit admit(GuardedCall call) {
                    return Permit.none();
                }
            });
        }
        int how = random.nextInt(4);
        try {
            String result = layer.call(CONTEXT, within -> {
                log.add("works as attempt " + within.attempt());
                switch (how) {
                    case 0 -> throw new IOException("disk");
                    case 1 -> throw new TransportException("broken", ErrorDetails.nothingSent(), null);
                    default -> {
                        return "done";
                    }
                }
            });
            log.add("result " + result);
        } catch (Exception e) {
            log.add("threw " + e.getClass().getSimpleName() + " " + e.getMessage());
        }
        return log;
    }

    @Test
    void workThatCanBeClosedAndWorkThatCannotDoTheSame() {
        for (long seed = 0; seed < 3_000; seed++) {
            assertThat(work(seed, false)).as("seed " + seed).isEqualTo(work(seed, true));
        }
    }

    @Test
    void aGuardThatBreaksInTheEndHarmsNeitherTheAnswerNorTheOthers() {
        List<String> log = new ArrayList<>();

        ChatResponse response = new Scripted("outer", "", log)
                .over(new Scripted("misreading", "misreads", log))
                .over(new Scripted("dropping", "drops", log))
                .around((ChatModel) call -> ChatReply.completed(ANSWER))
                .chat(CALL.request(), CONTEXT);

        assertThat(response).isSameAs(ANSWER);
        assertThat(log)
                .endsWith(
                        "dropping ends with Completed", "misreading ends with Completed", "outer ends with Completed");
    }

    @Test
    void aPermitThatReturnsNoOutcomeEndsOnceAllTheSame() {
        AtomicInteger ends = new AtomicInteger();
        ChatReply reply = nullOutcome(ends)
                .around((ChatModel) call -> ChatReply.completed(ANSWER))
                .send(CALL);

        assertThat(reply.next()).isNotNull();
        assertThat(reply.next()).isNull();
        assertThat(reply.next()).isNull();
        reply.close();

        assertThat(ends).hasValue(1);
        assertThat(reply.outcome()).isInstanceOf(Outcome.Completed.class);
    }

    @SuppressWarnings("NullAway") // on purpose
    private static GuardLayer nullOutcome(AtomicInteger ends) {
        return new GuardLayer() {
            @Override
            protected Permit admit(GuardedCall call) {
                return new Permit() {
                    @Override
                    public Outcome onOutcome(Outcome outcome) {
                        return null;
                    }

                    @Override
                    public void end(Outcome outcome, GuardedCall ended) {
                        ends.incrementAndGet();
                    }
                };
            }
        };
    }

    @Test
    void aReplyThatThrowsAtItsCloseTakesNoPermitWithIt() {
        for (boolean read : new boolean[] {true, false}) {
            List<String> log = new ArrayList<>();
            ChatReply reply = new Scripted("guard", "", log)
                    .around((ChatModel) call -> new ChatReply() {
                        @Override
                        public Chunk next() {
                            if (read) {
                                throw new IllegalStateException("next");
                            }
                            return new Chunk.Text("a");
                        }

                        @Override
                        public Outcome outcome() {
                            throw new IllegalStateException("not yet");
                        }

                        @Override
                        public void close() {
                            throw new IllegalArgumentException("close");
                        }
                    })
                    .send(CALL);

            Throwable thrown = catchThrowable(reply::next);
            reply.close();

            assertThat(thrown == null).isEqualTo(!read);
            assertThat(reply.outcome()).isInstanceOf(Outcome.Failed.class);
            assertThat(reply.outcome().usage().isKnown()).isFalse();
            assertThat(log).hasSize(2).last().asString().startsWith("guard ends with Failed");
        }
    }

    @Test
    void anErrorOfOursThatTheWorkThrewIsNotUnwrapped() {
        dev.holdfast.error.TaskException own = new dev.holdfast.error.TaskException(
                "mine", ErrorDetails.nothingSent(CONTEXT), new IOException("disk"));

        assertThatThrownBy(() -> new Scripted("guard", "", new ArrayList<>()).call(CONTEXT, within -> {
                    throw own;
                }))
                .isSameAs(own);
    }

    @Test
    void anErrorOfTheWorkEndsTheGuardsAndSurfacesAsItIs() {
        List<String> log = new ArrayList<>();
        AssertionError error = new AssertionError("a bug");

        assertThatThrownBy(() -> new Scripted("guard", "", log).call(CONTEXT, within -> {
                    throw error;
                }))
                .isSameAs(error);

        assertThat(log).hasSize(2).last().asString().startsWith("guard ends with Failed");
    }

    @Test
    void anInterruptOfTheWorkSurfacesAsCancelledAndKeepsTheFlag() {
        List<String> log = new ArrayList<>();

        assertThatThrownBy(() -> new Scripted("guard", "", log).call(CONTEXT, within -> {
                    throw new InterruptedException();
                }))
                .isInstanceOf(CancelledException.class);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(log).last().asString().startsWith("guard ends with Cancelled");
    }

    @Test
    void aCloseEndsAWaitAndWhatWasTakenBeforeIt() throws InterruptedException {
        List<String> log = new ArrayList<>();
        CountDownLatch waits = new CountDownLatch(1);
        GuardLayer patient = new GuardLayer() {
            @Override
            protected Permit admit(GuardedCall call) {
                Signal signal = runtime.newSignal();
                waits.countDown();
                call.await(signal, Duration.ofMinutes(5), "better times");
                return Permit.none();
            }
        };
        ChatReply reply = new Scripted("outer", "", log)
                .over(patient)
                .over(new Scripted("inner", "", log))
                .around((ChatModel) call -> ChatReply.completed(ANSWER))
                .send(CALL);
        Thread closer = new Thread(() -> {
            try {
                waits.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            reply.close();
        });
        closer.start();

        assertThatThrownBy(reply::next)
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining("closed while it waited for better times");

        closer.join();
        assertThat(log).hasSize(2).last().asString().startsWith("outer ends with Cancelled");
    }

    @Test
    void anInterruptEndsAWaitOfWork() {
        GuardLayer patient = new GuardLayer() {
            @Override
            protected Permit admit(GuardedCall call) {
                call.await(runtime.newSignal(), Duration.ofMinutes(5), "better times");
                return Permit.none();
            }
        };
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> patient.call(CONTEXT, () -> "done"))
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining("interrupted while it waited for better times");

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void theClocksAreReadOnceForAStep() {
        List<Long> seen = new ArrayList<>();
        final class Timed extends GuardLayer {
            private final boolean atOnce;

            Timed(boolean atOnce) {
                this.atOnce = atOnce;
            }

            @Override
            protected boolean actsAtOnce() {
                return atOnce;
            }

            @Override
            protected Permit admit(GuardedCall call) {
                seen.add(call.nanoTime(runtime));
                assertThat(call.now(runtime)).isSameAs(call.now(runtime));
                return (outcome, ended) -> seen.add(ended.nanoTime(runtime));
            }
        }
        new Timed(true)
                .over(new Timed(false))
                .over(new Timed(true))
                .around((ChatModel) call -> ChatReply.completed(ANSWER))
                .chat(CALL.request(), CONTEXT);

        assertThat(seen).hasSize(6);
        assertThat(seen.get(1)).isEqualTo(seen.get(0));
        assertThat(seen.get(2)).as("after one that may take its time").isGreaterThan(seen.get(1));
        assertThat(seen.get(3)).isGreaterThan(seen.get(2));
        assertThat(seen.subList(4, 6)).containsOnly(seen.get(3));
    }

    @Test
    void guardsOfAnEndpointJoinThoseInFrontOfIt() {
        AtomicInteger replies = new AtomicInteger();
        GuardLayer counting = new GuardLayer() {
            @Override
            protected Permit admit(GuardedCall call) {
                replies.incrementAndGet();
                return Permit.none();
            }
        };
        Endpoint endpoint = Endpoint.of("test", "model");
        EndpointModel guarded =
                counting.around(counting.around(EndpointModel.of(endpoint, call -> ChatReply.completed(ANSWER))));

        assertThat(guarded.endpoint()).isEqualTo(endpoint);
        assertThat(guarded.chat(CALL.request(), CONTEXT)).isSameAs(ANSWER);
        assertThat(replies).hasValue(2);
    }

    /** Whoever ends it, and however closes race with the end: every permit is ended once. */
    @RepeatedTest(20)
    void everyPermitEndsOnceUnderRacingCloses(RepetitionInfo repetition) throws Exception {
        Random random = new Random(repetition.getCurrentRepetition());
        for (int round = 0; round < 100; round++) {
            AtomicInteger held = new AtomicInteger();
            AtomicInteger ends = new AtomicInteger();
            final class Counted extends GuardLayer {
                @Override
                protected Permit admit(GuardedCall call) {
                    held.incrementAndGet();
                    return new Permit() {
                        @Override
                        public Outcome onOutcome(Outcome outcome) {
                            HoldfastException error = outcome.error();
                            return error == null
                                    ? new Outcome.Completed(ANSWER)
                                    : Outcome.of(error.with(error.details()));
                        }

                        @Override
                        public void end(Outcome outcome, GuardedCall ended) {
                            held.decrementAndGet();
                            ends.incrementAndGet();
                        }
                    };
                }
            }
            int admittedAtMost = 3;
            ChatReply reply = new Counted()
                    .over(new Counted())
                    .over(new Counted())
                    .around((ChatModel) call -> ChatReply.completed(ANSWER))
                    .send(CALL);
            int closers = 1 + random.nextInt(2);
            CyclicBarrier barrier = new CyclicBarrier(closers + 1);
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < closers; i++) {
                Thread thread = new Thread(() -> {
                    try {
                        barrier.await();
                        reply.close();
                    } catch (Throwable t) {
                        failure.set(t);
                    }
                });
                threads.add(thread);
                thread.start();
            }
            barrier.await();
            Throwable thrown = catchThrowable(() -> {
                while (reply.next() != null) {
                    Thread.onSpinWait();
                }
            });
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failure).hasValue(null);
            assertThat(thrown == null || thrown instanceof CancelledException).isTrue();
            assertThat(held).hasValue(0);
            assertThat(ends.get()).isBetween(0, admittedAtMost);
            if (reply.outcome() instanceof Outcome.Completed) {
                assertThat(ends).hasValue(admittedAtMost);
            }
        }
    }
}
