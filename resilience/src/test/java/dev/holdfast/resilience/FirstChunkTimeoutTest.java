package dev.holdfast.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.Deadline;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Remedy;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class FirstChunkTimeoutTest {
    private static final CallContext ANN = CallContext.of(Caller.of("acme", "ann"));
    private static final ChatRequest HELLO = ChatRequest.of("Hello");

    private final ManualRuntime runtime = ManualRuntime.parking();
    private final FirstChunkTimeout tenSeconds = FirstChunkTimeout.of(Duration.ofSeconds(10), runtime);
    private final FirstChunkTimeout half = FirstChunkTimeout.halfOfTimeLeft(runtime);

    @Test
    void quickAnswersShareATimerThatEndsByItself() {
        Script model = Script.of("a").answers("Hi").streams("Hi", " there");

        assertThat(tenSeconds.around((ChatModel) model).chat(HELLO, ANN).text()).isEqualTo("Hi");
        assertThat(tenSeconds.around((ChatModel) model).chat(HELLO, ANN).text()).isEqualTo("Hi there");

        assertThat(runtime.timers()).isEqualTo(1);
        runtime.advance(Duration.ofSeconds(10));
        assertThat(runtime.timers()).isZero();
        assertThat(model.calls.get(0).context())
                .as("whose deadline is left as it was")
                .isSameAs(ANN);
    }

    @Test
    void whoeverIsSilentIsLeft() throws Exception {
        Hanging hanging = new Hanging(false);
        CompletableFuture<Throwable> thrown = asking(tenSeconds.around(call -> hanging), ANN);
        assertThat(hanging.reading.await(10, TimeUnit.SECONDS)).isTrue();

        runtime.advance(Duration.ofSeconds(10).minusNanos(1));
        assertThat(hanging.isClosed()).isFalse();
        runtime.advance(Duration.ofNanos(1));

        assertThat(thrown.get(10, TimeUnit.SECONDS)).isInstanceOfSatisfying(DeadlineException.class, error -> {
            assertThat(error).hasMessageContaining("did not begin within 10 s");
            assertThat(error.billing()).isEqualTo(Billing.MAYBE_BILLED);
            assertThat(error.usage()).isEqualTo(Usage.of(10, 1));
            assertThat(error.classification().allows(Remedy.FALLBACK)).isTrue();
            assertThat(error.classification().isRetryable()).isTrue();
        });
        assertThat(runtime.timers()).isZero();
    }

    @Test
    void anAnswerThatHasBegunMayTakeItsTime() {
        Hanging hanging = new Hanging(true);
        ChatReply reply = tenSeconds.around(call -> hanging).send(new ChatCall(HELLO, ANN));
        assertThat(reply.next()).isEqualTo(new Chunk.Text("Well"));

        runtime.advance(Duration.ofHours(1));

        assertThat(hanging.isClosed()).isFalse();
        reply.close();
        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
    }

    @Test
    void aFirstChunkThatComesTooLateIsNotHandedUp() {
        ChatModel late = call -> {
            ChatReply reply = Script.of("a").streams("Well", " then").send(call);
            return new ChatReply() {
                @Override
                public Chunk next() {
                    runtime.advance(Duration.ofSeconds(10)); // the time is up while the chunk is on its way
                    return reply.next();
                }

                @Override
                public Outcome outcome() {
                    return reply.outcome();
                }

                @Override
                public void close() { // too late to keep the chunk back
                }
            };
        };
        ChatReply reply = tenSeconds.around(late).send(new ChatCall(HELLO, ANN));

        assertThatThrownBy(reply::next).isInstanceOf(DeadlineException.class);
        assertThatThrownBy(reply::next).isInstanceOf(DeadlineException.class);
    }

    @Test
    void halfOfTheTimeLeftLeavesTimeForAnother() throws Exception {
        CallContext inAMinute = ANN.toBuilder()
                .deadline(Deadline.in(Duration.ofMinutes(1), runtime))
                .build();
        runtime.advance(Duration.ofSeconds(20));
        Hanging hanging = new Hanging(false);
        CompletableFuture<Throwable> thrown = asking(half.around(call -> hanging), inAMinute);
        assertThat(hanging.reading.await(10, TimeUnit.SECONDS)).isTrue();

        runtime.advance(Duration.ofSeconds(20).minusNanos(1));
        assertThat(hanging.isClosed()).isFalse();
        runtime.advance(Duration.ofNanos(1));

        assertThat(thrown.get(10, TimeUnit.SECONDS)).isInstanceOfSatisfying(DeadlineException.class, error -> {
            assertThat(error.classification().allows(Remedy.FALLBACK)).isTrue();
            assertThat(error.classification().isRetryable())
                    .as("it would take the time of the others")
                    .isFalse();
        });
    }

    @Test
    void whoHasLessTimeThanThoseBeforeIsWatchedByATimerOfItsOwn() throws Exception {
        Hanging patient = new Hanging(false);
        Hanging hurried = new Hanging(false);
        asking(half.around(call -> patient), within(Duration.ofSeconds(60)));
        assertThat(patient.reading.await(10, TimeUnit.SECONDS)).isTrue();
        asking(half.around(call -> hurried), within(Duration.ofSeconds(10)));
        assertThat(hurried.reading.await(10, TimeUnit.SECONDS)).isTrue();

        runtime.advance(Duration.ofSeconds(5));
        Awaitility.await().untilAsserted(() -> assertThat(hurried.isClosed()).isTrue());
        assertThat(patient.isClosed()).isFalse();
        runtime.advance(Duration.ofSeconds(25));
        Awaitility.await().untilAsserted(() -> assertThat(patient.isClosed()).isTrue());
        assertThat(runtime.timers()).isZero();
    }

    private CallContext within(Duration time) {
        return ANN.withDeadline(Deadline.in(time, runtime));
    }

    @Test
    void withoutADeadlineThereIsNoHalf() {
        Script model = Script.of("a").answers("Hi");

        assertThat(half.around((ChatModel) model).chat(HELLO, ANN).text()).isEqualTo("Hi");

        assertThat(runtime.timers()).isZero();
    }

    @Test
    void whoComesTooLateIsLeftToThoseWhoWatchTheDeadline() {
        CallContext late = ANN.toBuilder()
                .deadline(Deadline.in(Duration.ofSeconds(1), runtime))
                .build();
        runtime.advance(Duration.ofSeconds(2));

        assertThat(half.around((ChatModel) Script.of("a").answers("Hi"))
                        .chat(HELLO, late)
                        .text())
                .isEqualTo("Hi");
        assertThat(runtime.timers()).isZero();
    }

    @Test
    void goesByTheMachinesClockUnlessToldOtherwise() {
        ChatModel hanging = FirstChunkTimeout.of(Duration.ofMillis(20)).around(call -> new Hanging(false));
        assertThatThrownBy(() -> hanging.chat(HELLO, ANN)).isInstanceOf(DeadlineException.class);

        ChatModel bounded = FirstChunkTimeout.halfOfTimeLeft().around(call -> new Hanging(false));
        Deadline soon = Deadline.in(Duration.ofMillis(200), HoldfastRuntime.system());
        assertThatThrownBy(() -> bounded.chat(HELLO, ANN.withDeadline(soon))).isInstanceOf(DeadlineException.class);
    }

    @Test
    void wantsATimeLongerThanZero() {
        assertThatThrownBy(() -> FirstChunkTimeout.of(Duration.ZERO, runtime))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("firstChunkTimeout: is 0 s");
    }

    @Test
    void saysWhatItDoes() {
        assertThat(tenSeconds).hasToString("first chunk within 10 s");
        assertThat(half).hasToString("first chunk within half of the time left");
    }

    private static CompletableFuture<Throwable> asking(ChatModel model, CallContext context) {
        // Each on a thread of its own: they hang, and the common pool may have one thread in all.
        return CompletableFuture.supplyAsync(
                () -> catchThrowable(() -> model.chat(HELLO, context)), task -> new Thread(task, "asking").start());
    }
}
