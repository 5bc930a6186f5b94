package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.Deadline;
import dev.holdfast.context.Priority;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import dev.holdfast.runtime.Task;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The laws of a reply as tests, for any layer. Extend it, say how the layer is made, and run it.
 *
 * <pre>{@code
 * class BulkheadLawsTest extends LayerLaws {
 *     @Override
 *     protected ModelLayer layer(HoldfastRuntime runtime) {
 *         return Bulkhead.builder("one").maxConcurrent(2).runtime(runtime).build();
 *     }
 * }
 * }</pre>
 *
 * <p>Configure the layer so that it lets a few hundred calls through, two at a time, some of which fail. It runs on the
 * machine's own time, because closing and interrupting from other threads is what it is about. It needs JUnit 5 and
 * AssertJ on the test class path.
 */
public abstract class LayerLaws {
    /** How long a close or an interrupt may take to be felt before the law counts as broken. */
    private static final Duration BOUND = Duration.ofSeconds(5);

    private static final String SURFACES = "what anything below throws surfaces as a HoldfastException, with it as the"
            + " cause; a lambda around next.send(..) does not see to that: extend GuardLayer, whose admit(..) may"
            + " call.forward(..) another request, or reply with a LayerReply";

    /** The runtime of the tests. */
    protected final HoldfastRuntime runtime = HoldfastRuntime.system();

    /** The model below the layer. */
    protected final FakeModel below = FakeModel.named("below");

    /** For subclasses. */
    protected LayerLaws() {}

    /**
     * Makes the layer.
     *
     * @param runtime what it should wait and measure with
     * @return a fresh layer
     */
    protected abstract ModelLayer layer(HoldfastRuntime runtime);

    /**
     * A call as the layer expects it.
     *
     * @return a streaming call of a user in a session
     */
    protected ChatCall call() {
        CallContext context = CallContext.builder(
                        Caller.of("acme", "ann").team("sales").session("s-1").task("t-1"))
                .callId("call-1")
                .runId("run-1")
                .agent("desk")
                .priority(Priority.NORMAL)
                .configVersion("v7")
                .attributes(Map.of("channel", "web"))
                .build();
        return new ChatCall(
                ChatRequest.of("Where is order 1234?").toBuilder()
                        .streaming(true)
                        .maxOutputTokens(100)
                        .build(),
                context);
    }

    @BeforeAll
    static final void assertJIsThere() {
        Kits.needAssertJ();
    }

    /** Nothing below may be left running, whatever happened above. */
    @AfterEach
    protected final void nothingIsLeftBelow() {
        long end = runtime.nanoTime() + BOUND.toNanos();
        while (below.openReplies() != 0 && runtime.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(below.openReplies()).as("replies left open below").isZero();
    }

    @Test
    final void completesWithEverythingThatCame() {
        below.otherwise(FakeReply.text("It has shipped.").pieces(4).usage(Usage.of(20, 4)));

        ChatReply reply = model().send(call());
        StringBuilder said = new StringBuilder();
        for (Chunk chunk = reply.next(); chunk != null; chunk = reply.next()) {
            said.append(chunk.text());
        }

        assertThat(said).hasToString("It has shipped.");
        assertThat(reply.outcome()).isInstanceOf(Outcome.Completed.class);
        assertThat(reply.outcome().message().text()).isEqualTo("It has shipped.");
        assertThat(reply.outcome().usage().total()).isEqualTo(24);
        assertThat(reply.next()).as("next after the end").isNull();
        Outcome before = reply.outcome();
        reply.close();
        assertThat(reply.outcome()).as("a close after the end changes nothing").isSameAs(before);
    }

    @Test
    final void hasNoOutcomeBeforeItEnds() {
        below.otherwise(FakeReply.text("one two").pieces(2));
        ChatReply reply = model().send(call());
        reply.next();

        assertThatThrownBy(reply::outcome).isInstanceOf(IllegalStateException.class);
        reply.close();
    }

    @Test
    final void sendsNothingBeforeTheFirstNext() {
        below.otherwise("never");
        model().send(call());

        assertThat(below.calls()).isEmpty();
    }

    @Test
    final void failsWithTheErrorFromBelowEveryTimeItIsAsked() {
        below.otherwise(FakeReply.failing(Fault.badRequest()));
        ChatReply reply = model().send(call());

        Throwable first = catchThrowable(reply::next);
        Throwable second = catchThrowable(reply::next);

        assertThat(first).isInstanceOf(HoldfastException.class);
        assertThat(second).isSameAs(first);
        assertThat(reply.outcome()).isInstanceOf(Outcome.Failed.class);
        assertThat(reply.outcome().error()).isSameAs(first);
    }

    @Test
    final void neverPassesACutStreamOffAsComplete() {
        below.otherwise(FakeReply.text("It has shi").pieces(2).cut());
        ChatReply reply = model().send(call());

        StringBuilder said = new StringBuilder();
        Throwable thrown = catchThrowable(() -> {
            for (Chunk chunk = reply.next(); chunk != null; chunk = reply.next()) {
                said.append(chunk.text());
            }
        });

        assertThat(thrown).isInstanceOf(HoldfastException.class);
        assertThat(said).hasToString("It has shi");
        assertThat(reply.outcome().message().text())
                .as("what came goes with the error")
                .isEqualTo("It has shi");
        assertThat(below.calls()).as("no silent retry after the first chunk").hasSize(1);
    }

    @Test
    final void unknownUsageStaysUnknown() {
        below.otherwise(FakeReply.text("It has").pieces(2).cut());
        ChatReply reply = model().send(call());
        assertThatThrownBy(reply::await).isInstanceOf(HoldfastException.class);

        Usage usage = reply.outcome().usage();
        assertThat(!usage.isKnown() || (usage.isEstimated() && usage.total() > 0))
                .as("usage %s after a cut: nobody said it was nothing", usage)
                .isTrue();
    }

    @Test
    final void closingBeforeTheStartCancelsAndSendsNothing() {
        below.otherwise("never");
        ChatReply reply = model().send(call());
        reply.close();

        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
        assertThatThrownBy(reply::next).isInstanceOf(CancelledException.class);
        assertThat(below.calls()).isEmpty();
    }

    @Test
    final void closingMidwayCancelsAndKeepsWhatCame() {
        below.otherwise(FakeReply.text("one two three").pieces(3));
        ChatReply reply = model().send(call());
        Chunk first = reply.next();
        reply.close();

        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
        assertThat(reply.outcome().message().text())
                .isEqualTo(Objects.requireNonNull(first).text());
        assertThatThrownBy(reply::next).isInstanceOf(CancelledException.class);
        assertThat(below.openReplies()).isZero();
        Usage usage = reply.outcome().usage();
        assertThat(!usage.isKnown() || usage.total() > 0)
                .as("usage %s: cancelling midway costs what was streamed", usage)
                .isTrue();
        assertThat(reply.outcome().billing()).as("it was sent").isNotEqualTo(Billing.NOT_SENT);
    }

    @Test
    final void twoCallsAtOnceDoNotMix() {
        below.reply(FakeReply.text("one two").pieces(2));
        below.reply(FakeReply.text("uno due").pieces(2));
        ChatModel model = model();
        ChatReply first = model.send(call());
        ChatReply second = model.send(call());

        StringBuilder saidFirst = new StringBuilder(text(first.next()));
        StringBuilder saidSecond = new StringBuilder(text(second.next()));
        saidFirst.append(text(first.next()));
        saidSecond.append(text(second.next()));

        assertThat(saidFirst).hasToString("one two");
        assertThat(saidSecond).hasToString("uno due");
        second.close();
        assertThat(first.next()).as("the close of one does not end the other").isNull();
        assertThat(first.outcome()).isInstanceOf(Outcome.Completed.class);
        assertThat(second.outcome()).isInstanceOf(Outcome.Cancelled.class);
    }

    private static String text(@Nullable Chunk chunk) {
        return Objects.requireNonNull(chunk, "there is more").text();
    }

    @Test
    final void closingFromAnotherThreadEndsAWaitBelow() throws InterruptedException {
        below.otherwise(FakeReply.text("one").pieces(1).stall());
        ChatReply reply = model().send(call());
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Task consumer = runtime.fork("consumer", () -> thrown.set(catchThrowable(reply::await)));
        untilAsked();

        reply.close();

        assertThat(consumer.join(BOUND)).as("the consumer came back").isTrue();
        assertThat(thrown.get()).isInstanceOf(CancelledException.class);
        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
    }

    @Test
    final void anInterruptCancelsAndKeepsTheFlag() throws InterruptedException {
        below.otherwise(FakeReply.text("one").pieces(1).stall());
        ChatReply reply = model().send(call());
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Signal flagKept = runtime.newSignal();
        Task consumer = runtime.fork("consumer", () -> {
            thrown.set(catchThrowable(reply::await));
            if (Thread.currentThread().isInterrupted()) {
                flagKept.fire();
            }
        });
        untilAsked();

        consumer.interrupt();

        assertThat(consumer.join(BOUND)).as("the consumer came back").isTrue();
        assertThat(thrown.get()).isInstanceOf(CancelledException.class);
        assertThat(flagKept.hasFired()).as("the interrupt flag is set again").isTrue();
        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
    }

    @Test
    final void aModelThatThrowsSomethingElseEndsInAnError() {
        below.otherwise(FakeReply.throwing(new IllegalStateException("a bug below")));
        ChatReply reply = model().send(call());

        assertThatThrownBy(reply::next)
                .as(SURFACES)
                .isInstanceOf(HoldfastException.class)
                .hasRootCauseMessage("a bug below");
        assertThat(reply.outcome()).isInstanceOf(Outcome.Failed.class);
    }

    @Test
    final void anErrorBelowEndsTheReplyAsWell() { // a stack overflow, a missing class: whatever was taken goes back
        ChatReply reply = model().send(call()); // nothing is scripted, so the model throws an AssertionError

        assertThat(catchThrowable(reply::next)).isNotNull();
        assertThat(reply.outcome()).isInstanceOf(Outcome.Failed.class);
        assertThat(catchThrowable(reply::next)).as("next after the end").isNotNull();
    }

    @Test
    final void theContextReachesTheModelBelow() {
        below.otherwise("ok");
        ChatCall call = call();
        Deadline deadline = Deadline.in(Duration.ofMinutes(1), runtime);
        model().send(call.with(call.context().toBuilder().deadline(deadline).build()))
                .await();

        CallContext seen = below.lastCall().context();
        assertThat(seen.caller()).isEqualTo(call.context().caller());
        assertThat(seen.agent()).isEqualTo("desk");
        assertThat(seen.runId()).isEqualTo("run-1");
        assertThat(seen.priority()).isEqualTo(Priority.NORMAL);
        assertThat(seen.configVersion()).isEqualTo("v7");
        assertThat(seen.attributes()).containsEntry("channel", "web");
        long leftOutside = deadline.nanosLeft(runtime); // read first: time goes on between the two
        assertThat(seen.deadline().nanosLeft(runtime)).isLessThanOrEqualTo(leftOutside);
    }

    @Test
    final void givesBackWhateverItTookHoweverACallEnds() {
        ChatModel model = model();
        for (int round = 0; round < 60; round++) {
            switch (round % 4) {
                case 0 -> below.reply(FakeReply.failing(Fault.badRequest()));
                // However often: a layer may ask elsewhere after it, and elsewhere may be below, too.
                case 1 -> below.otherwise(FakeReply.throwing(new IllegalStateException("a bug below")));
                default -> below.reply(FakeReply.text("one two").pieces(2));
            }
            ChatReply reply = model.send(call());
            if (round % 4 == 2) {
                reply.next();
                reply.close();
            } else if (round % 4 == 3) {
                reply.await();
            } else {
                assertThatThrownBy(reply::await).as(SURFACES).isInstanceOf(HoldfastException.class);
            }
            model.send(call()).close();
        }
        below.otherwise("still there");

        assertThat(model.send(call()).await().text()).isEqualTo("still there");
    }

    @Test
    final void aRaceOfCloseAndEndHasOneOutcome() throws InterruptedException {
        below.otherwise(FakeReply.text("one two three").pieces(3));
        ChatModel model = model();
        for (int round = 0; round < 200; round++) {
            ChatReply reply = model.send(call());
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Task consumer = runtime.fork("consumer", () -> thrown.set(catchThrowable(reply::await)));
            for (int spin = 0; spin < round * 7; spin++) {
                Thread.onSpinWait();
            }
            reply.close();

            assertThat(consumer.join(BOUND)).isTrue();
            boolean completed = reply.outcome() instanceof Outcome.Completed;
            assertThat(thrown.get() == null)
                    .as("what the consumer saw is the outcome")
                    .isEqualTo(completed);
            assertThat(thrown.get()).isIn(null, reply.outcome().error());
        }
        nothingIsLeftBelow();
    }

    private ChatModel model() {
        return layer(runtime).around(below);
    }

    private void untilAsked() throws InterruptedException {
        long end = runtime.nanoTime() + BOUND.toNanos();
        while (below.openReplies() == 0 && runtime.nanoTime() < end) {
            runtime.sleep(Duration.ofMillis(1));
        }
        runtime.sleep(Duration.ofMillis(5)); // long enough, most of the time, to be in the wait itself
    }
}
