package dev.holdfast.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.error.Remedy;
import dev.holdfast.event.CoreEvent;
import dev.holdfast.event.Event;
import dev.holdfast.event.Events;
import dev.holdfast.resilience.CircuitBreaker.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
    private static final CallContext ANN = CallContext.of(Caller.of("acme", "ann"));
    private static final ChatRequest HELLO = ChatRequest.of("Hello");
    private static final HoldfastException DOWN = Script.status(503, Remedy.RETRY);

    private final ManualRuntime runtime = ManualRuntime.parking();
    private final List<Event> heard = new CopyOnWriteArrayList<>();
    private final CircuitBreaker breaker = CircuitBreaker.builder("target")
            .runtime(runtime)
            .events(Events.to(heard::add))
            .build();

    private void fail(int times) {
        ChatModel down = breaker.around(Script.of("a").fails(DOWN));
        for (int i = 0; i < times; i++) {
            assertThatThrownBy(() -> down.chat(HELLO, ANN)).isSameAs(DOWN);
        }
    }

    private void succeed() {
        assertThat(breaker.around(Script.of("a").answers("Hi")).chat("Hello")).isEqualTo("Hi");
    }

    private ChatReply running() {
        ChatReply reply = breaker.around(Script.of("a").streams("One ", "two")).send(new ChatCall(HELLO, ANN));
        reply.next();
        return reply;
    }

    private static void drain(ChatReply reply) {
        while (reply.next() != null) {
            // to its end
        }
    }

    @Test
    void aProbeThatNobodyEndsIsFollowedByAnotherOne() {
        fail(5);
        runtime.advance(Duration.ofSeconds(60));
        ChatReply forgotten = running();
        assertThat(breaker.isCallPermitted()).isFalse();

        runtime.advance(Duration.ofSeconds(60));
        assertThat(breaker.isCallPermitted()).isTrue();
        succeed();
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        forgotten.close();
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void aSlowProbeStillCountsWhenAnotherOneFollowed() {
        fail(5);
        runtime.advance(Duration.ofSeconds(60));
        ChatReply slow = running();
        runtime.advance(Duration.ofSeconds(60));
        ChatReply other = running();
        assertThat(breaker.isCallPermitted()).isFalse();

        drain(slow);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        other.close();
        assertThat(breaker.isCallPermitted()).isTrue();
    }

    @Test
    void aPredicateThatThrowsKeepsNoPlaceOfAProbe() {
        CircuitBreaker odd = CircuitBreaker.builder("odd")
                .failures(1)
                .runtime(runtime)
                .countsAsFailure(error -> {
                    throw new IllegalStateException("a bug of the application");
                })
                .build();
        assertThatThrownBy(() -> odd.around(Script.of("a").fails(DOWN)).chat(HELLO, ANN))
                .isSameAs(DOWN);

        assertThat(odd.state()).as("counted as by default").isEqualTo(State.OPEN);
        runtime.advance(Duration.ofSeconds(60));
        assertThatThrownBy(() -> odd.around(Script.of("a").fails(DOWN)).chat(HELLO, ANN))
                .isSameAs(DOWN);
        assertThat(odd.state()).as("the probe gave its place back").isEqualTo(State.OPEN);
    }

    @Test
    void opensAfterFiveFailuresInARowAndSaysUntilWhen() {
        fail(4);
        succeed();
        fail(4);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        fail(1);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.isCallPermitted()).isFalse();

        runtime.advance(Duration.ofSeconds(20));
        Script model = Script.of("a").answers("Hi");
        assertThatThrownBy(() -> breaker.around(model).chat(HELLO, ANN))
                .isInstanceOfSatisfying(RejectedException.class, error -> {
                    assertThat(error.refusal().kind()).isEqualTo(Refusal.Kind.BREAKER_OPEN);
                    assertThat(error.refusal().rule()).isEqualTo("target");
                    assertThat(error).hasMessageStartingWith("The breaker 'target' is open: ");
                    assertThat(error.retryAfter()).contains(Duration.ofSeconds(40));
                    assertThat(error.classification().allows(Remedy.FALLBACK)).isTrue();
                    assertThat(error.classification().isRetryable()).isFalse();
                });
        assertThat(model.asked()).isZero();
    }

    @Test
    void closesWhenItsProbeSucceedsAndOpensAgainWhenItFails() {
        fail(5);
        runtime.advance(Duration.ofSeconds(60));
        assertThat(breaker.isCallPermitted()).isTrue();
        fail(1);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.isCallPermitted()).isFalse();
        runtime.advance(Duration.ofSeconds(60));
        succeed();
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        fail(4);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void tellsOfChangesOnlyAndOfRefusals() {
        fail(5);
        assertThatThrownBy(this::succeed).isInstanceOf(RejectedException.class);
        runtime.advance(Duration.ofSeconds(60));
        succeed();
        succeed();
        assertThat(heard)
                .filteredOn(ResilienceEvent.BreakerChanged.class::isInstance)
                .extracting("from", "to")
                .containsExactly(
                        tuple(State.CLOSED, State.OPEN),
                        tuple(State.OPEN, State.HALF_OPEN),
                        tuple(State.HALF_OPEN, State.CLOSED));
        assertThat(heard).filteredOn(CoreEvent.Refused.class::isInstance).hasSize(1);
    }

    @Test
    void k16_halfOpenLetsExactlyTheProbesThrough() throws Exception {
        CircuitBreaker three = CircuitBreaker.builder("target")
                .failures(1)
                .probes(3)
                .runtime(runtime)
                .build();
        assertThatThrownBy(() -> three.around(Script.of("a").fails(DOWN)).chat(HELLO, ANN))
                .isSameAs(DOWN);
        runtime.advance(Duration.ofSeconds(60));

        AtomicInteger through = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            all.add(CompletableFuture.runAsync(
                    () -> {
                        ChatReply reply = three.around(Script.of("a").streams("One ", "two"))
                                .send(new ChatCall(HELLO, ANN));
                        await(go);
                        try {
                            reply.next();
                            through.incrementAndGet();
                        } catch (RejectedException e) {
                            refused.incrementAndGet();
                        }
                    },
                    HELPERS));
        }
        go.countDown();
        CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0])).get(10, TimeUnit.SECONDS);
        assertThat(through).hasValue(3);
        assertThat(refused).hasValue(13);
    }

    private static final java.util.concurrent.Executor HELPERS = task -> new Thread(task).start();

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void k16_aProbeThatIsGivenUpGivesItsPlaceToAnother() {
        fail(5);
        runtime.advance(Duration.ofSeconds(60));
        ChatReply probe = running();
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        assertThat(breaker.isCallPermitted()).isFalse();
        probe.close();
        assertThat(breaker.isCallPermitted()).isTrue();
        succeed();
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void k16_aProbeThatIsRefusedBelowGivesItsPlaceToAnother() {
        fail(5);
        runtime.advance(Duration.ofSeconds(60));
        RejectedException refusal =
                new RejectedException(Refusal.of(Refusal.Kind.BUDGET, "b", "spent"), ErrorDetails.nothingSent(ANN));
        assertThatThrownBy(() -> breaker.around(Script.of("a").fails(refusal)).chat(HELLO, ANN))
                .isSameAs(refusal);
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        succeed();
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void theWholeStreamCounts() {
        fail(4);
        ChatReply reply = breaker.around(Script.of("a").breaksAfter("One ")).send(new ChatCall(HELLO, ANN));
        reply.next();
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        assertThatThrownBy(reply::next).isInstanceOf(HoldfastException.class);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    @Test
    void whatSaysNothingOfTheTargetDoesNotCount() {
        fail(4);
        running().close();
        HoldfastException wrong = Script.status(400);
        assertThatThrownBy(() -> breaker.around(Script.of("a").fails(wrong)).chat(HELLO, ANN))
                .isSameAs(wrong);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        fail(1);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    @Test
    void whatBeganBeforeAChangeDoesNotCountAfterIt() {
        ChatReply early = running();
        ChatReply other = running();
        fail(5);
        drain(early);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        runtime.advance(Duration.ofSeconds(60));
        ChatReply probe = running();
        other.close();
        assertThat(breaker.isCallPermitted()).isFalse();
        drain(probe);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void aCallThatTheDeadlineFurtherOutEndedCounts() throws Exception {
        CircuitBreaker one =
                CircuitBreaker.builder("target").failures(1).runtime(runtime).build();
        Hanging hanging = new Hanging(false);
        ChatReply reply = Deadlines.of(Duration.ofSeconds(1), runtime)
                .over(one)
                .around(call -> hanging)
                .send(new ChatCall(HELLO, ANN));
        CompletableFuture<Object> reading = CompletableFuture.supplyAsync(reply::next);
        assertThat(hanging.reading.await(10, TimeUnit.SECONDS)).isTrue();
        runtime.advance(Duration.ofSeconds(1));
        assertThatThrownBy(() -> reading.get(10, TimeUnit.SECONDS)).hasMessageContaining("took longer");
        assertThat(one.state()).isEqualTo(State.OPEN);
    }

    @Test
    void obeysItsOperator() {
        breaker.forceOpen();
        assertThatThrownBy(this::succeed).isInstanceOf(RejectedException.class).hasMessageContaining("by hand");
        runtime.advance(Duration.ofDays(1));
        assertThat(breaker.isCallPermitted()).isFalse();
        breaker.forceClose();
        fail(10);
        assertThat(breaker.state()).isEqualTo(State.FORCED_CLOSED);
        breaker.reset();
        fail(5);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        breaker.reset();
        assertThatCode(this::succeed).doesNotThrowAnyException();
    }

    @Test
    void anyWorkCountsByWhetherItThrows() {
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> breaker.call(ANN, () -> {
                        throw new IllegalStateException("down");
                    }))
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThatThrownBy(() -> breaker.call(ANN, () -> "up")).isInstanceOf(RejectedException.class);
    }

    @Test
    void keepsItsProbesUnderStress() throws Exception {
        CircuitBreaker flapping = CircuitBreaker.builder("flapping")
                .failures(2)
                .probes(2)
                .openFor(Duration.ofNanos(1))
                .runtime(runtime)
                .build();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            Random random = new Random(thread);
            all.add(CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < 3_000; i++) {
                            useAtRandom(flapping, random);
                            runtime.advance(Duration.ofNanos(1));
                        }
                    },
                    HELPERS));
        }
        CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0])).get(30, TimeUnit.SECONDS);
        // Every slot came back: whatever state it is in, it closes after two more successes.
        runtime.advance(Duration.ofSeconds(1));
        for (int i = 0; i < 2; i++) {
            assertThat(flapping.around(Script.of("a").answers("Hi")).chat("Hello"))
                    .isEqualTo("Hi");
        }
        assertThat(flapping.state()).isEqualTo(State.CLOSED);
    }

    private static void useAtRandom(CircuitBreaker breaker, Random random) {
        Script model = Script.of("a");
        switch (random.nextInt(3)) {
            case 0 -> model.fails(DOWN);
            case 1 -> model.breaksAfter("One ");
            default -> model.streams("One ", "two");
        }
        try (ChatReply reply = breaker.around(model).send(new ChatCall(HELLO, ANN))) {
            for (int i = random.nextInt(4); i > 0 && reply.next() != null; i--) {
                Thread.yield();
            }
        } catch (HoldfastException expected) {
            assertThat(expected).isNotNull();
        }
    }

    @Test
    void theBuilderNamesEverythingThatIsWrong() {
        assertThatThrownBy(() -> CircuitBreaker.builder(" ")
                        .failures(0)
                        .openFor(Duration.ZERO)
                        .probes(-1)
                        .build())
                .isInstanceOfSatisfying(
                        InvalidConfigurationException.class,
                        error -> assertThat(error.problems()).hasSize(4));
    }
}
