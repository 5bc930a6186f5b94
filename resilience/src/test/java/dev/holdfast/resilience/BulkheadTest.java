package dev.holdfast.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.Deadline;
import dev.holdfast.context.Priority;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.error.Remedy;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BulkheadTest {
    private static final CallContext ANN = CallContext.of(Caller.of("acme", "ann"));
    private static final ChatRequest HELLO = ChatRequest.of("Hello");
    private static final Executor HELPERS = task -> new Thread(task).start();

    private final ManualRuntime runtime = ManualRuntime.parking();

    private Bulkhead.Builder one() {
        return Bulkhead.builder("one").maxConcurrent(1).runtime(runtime);
    }

    private static ChatReply stream(Bulkhead bulkhead, CallContext context) {
        return bulkhead.around(Script.of("a").streams("One ", "two")).send(new ChatCall(HELLO, context));
    }

    private static ChatReply running(Bulkhead bulkhead) {
        ChatReply reply = stream(bulkhead, ANN);
        reply.next();
        return reply;
    }

    @Test
    void refusesAtOnceAndSaysHowManyRun() {
        Bulkhead bulkhead = one().build();
        ChatReply first = running(bulkhead);
        assertThatThrownBy(() -> running(bulkhead)).isInstanceOfSatisfying(RejectedException.class, error -> {
            assertThat(error.refusal().kind()).isEqualTo(Refusal.Kind.OVERLOAD);
            assertThat(error.refusal().quantity()).contains(new Refusal.Quantity(1, 1, 1, "calls at once"));
            assertThat(error.classification().allows(Remedy.FALLBACK)).isTrue();
        });
        first.close();
        assertThat(bulkhead.running()).isZero();
    }

    @Test
    void k16_aPermitIsHeldUntilTheStreamEnds() {
        Bulkhead bulkhead = one().build();
        ChatReply reply = running(bulkhead);
        assertThat(bulkhead.running()).isEqualTo(1);
        reply.next();
        assertThat(bulkhead.running()).isEqualTo(1);
        assertThat(reply.next()).isNull();
        assertThat(bulkhead.running()).isZero();
        reply.close();
        assertThat(bulkhead.running()).isZero();
    }

    @Test
    void k16_rejectionsLeakNoPermits() {
        Bulkhead bulkhead = one().build();
        ChatReply reply = running(bulkhead);
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> running(bulkhead)).isInstanceOf(RejectedException.class);
        }
        assertThat(bulkhead.running()).isEqualTo(1);
        reply.close();
        running(bulkhead).close();
        assertThat(bulkhead.running()).isZero();
    }

    @Test
    void failuresBelowGiveTheirPermitBack() {
        Bulkhead bulkhead = one().build();
        assertThatThrownBy(() -> bulkhead.around(call -> {
                            throw new IllegalStateException("broken model");
                        })
                        .chat(HELLO, ANN))
                .isInstanceOf(HoldfastException.class);
        assertThat(bulkhead.running()).isZero();
    }

    @Test
    void waitsByPriorityAndThenByArrival() throws Exception {
        Bulkhead bulkhead = one().maxWait(Duration.ofMinutes(1)).maxQueue(10).build();
        ChatReply first = running(bulkhead);
        List<String> order = new CopyOnWriteArrayList<>();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        Priority[] arriving = {
            Priority.BATCH, Priority.NORMAL, Priority.INTERACTIVE, Priority.NORMAL, Priority.INTERACTIVE
        };
        for (int i = 0; i < arriving.length; i++) {
            String name = arriving[i] + " " + i;
            CallContext context = ANN.toBuilder().priority(arriving[i]).build();
            all.add(CompletableFuture.runAsync(
                    () -> {
                        try (ChatReply reply = stream(bulkhead, context)) {
                            reply.next();
                            order.add(name);
                        }
                    },
                    HELPERS));
            runtime.awaitParked(i + 1);
        }
        assertThat(bulkhead.waiting()).isEqualTo(5);
        first.close();
        CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0])).get(10, TimeUnit.SECONDS);
        assertThat(order).containsExactly("INTERACTIVE 2", "INTERACTIVE 4", "NORMAL 1", "NORMAL 3", "BATCH 0");
        assertThat(bulkhead.running()).isZero();
        assertThat(bulkhead.waiting()).isZero();
    }

    @Test
    void refusesWhenTheQueueIsFull() throws Exception {
        Bulkhead bulkhead = one().maxWait(Duration.ofMinutes(1)).maxQueue(1).build();
        ChatReply first = running(bulkhead);
        CompletableFuture<ChatReply> second = CompletableFuture.supplyAsync(() -> running(bulkhead), HELPERS);
        runtime.awaitParked(1);
        assertThatThrownBy(() -> running(bulkhead))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("the queue of 1 is full");
        first.close();
        second.get(10, TimeUnit.SECONDS).close();
        assertThat(bulkhead.running()).isZero();
    }

    @Test
    void k16_whoWaitsTooLongIsRefusedAndLeavesNothingBehind() throws Exception {
        Bulkhead bulkhead = one().maxWait(Duration.ofSeconds(2)).build();
        ChatReply first = running(bulkhead);
        CompletableFuture<ChatReply> second = CompletableFuture.supplyAsync(() -> running(bulkhead), HELPERS);
        runtime.awaitParked(1);
        runtime.advance(Duration.ofSeconds(2));
        assertThatThrownBy(() -> second.get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(RejectedException.class)
                .hasMessageContaining("none ended within 2 s");
        assertThat(bulkhead.waiting()).isZero();
        first.close();
        assertThat(bulkhead.running()).isZero();
    }

    @Test
    void noWaitIsLongerThanTheDeadline() throws Exception {
        Bulkhead bulkhead = one().maxWait(Duration.ofSeconds(10)).build();
        ChatReply first = running(bulkhead);
        CallContext hasty = ANN.toBuilder()
                .deadline(Deadline.in(Duration.ofSeconds(1), runtime))
                .build();
        CompletableFuture<Object> second =
                CompletableFuture.supplyAsync(() -> stream(bulkhead, hasty).next(), HELPERS);
        runtime.awaitParked(1);
        runtime.advance(Duration.ofSeconds(1));
        assertThatThrownBy(() -> second.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(DeadlineException.class);
        first.close();
        assertThat(bulkhead.running()).isZero();
    }

    @Test
    void k16_aCloseWhileWaitingLeavesNothingBehind() throws Exception {
        Bulkhead bulkhead = one().maxWait(Duration.ofSeconds(10)).build();
        ChatReply first = running(bulkhead);
        ChatReply second = stream(bulkhead, ANN);
        CompletableFuture<Object> reading = CompletableFuture.supplyAsync(second::next, HELPERS);
        runtime.awaitParked(1);
        second.close();
        assertThatThrownBy(() -> reading.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(CancelledException.class);
        assertThat(bulkhead.waiting()).isZero();
        assertThat(bulkhead.running()).isEqualTo(1);
        first.close();
        assertThat(bulkhead.running()).isZero();
    }

    @Test
    void k21_anInterruptWhileWaitingKeepsItsFlagAndLeavesNothingBehind() {
        Bulkhead bulkhead = one().maxWait(Duration.ofSeconds(10)).build();
        ChatReply first = running(bulkhead);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> running(bulkhead)).isInstanceOf(CancelledException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(bulkhead.waiting()).isZero();
        first.close();
        assertThat(bulkhead.running()).isZero();
    }

    @Test
    void aWaitThatBreaksLeavesNobodyInTheQueue() {
        Bulkhead bulkhead = one().maxWait(Duration.ofSeconds(10)).build();
        ChatReply first = running(bulkhead);
        runtime.breakWaits();
        assertThatThrownBy(() -> running(bulkhead)).hasMessageContaining("IllegalStateException");
        assertThat(bulkhead.waiting()).isZero();
        first.close();
        assertThat(bulkhead.running()).isZero();
    }

    @Test
    void keepsItsPermitsUnderStress() throws Exception {
        int size = 3;
        Bulkhead bulkhead = Bulkhead.builder("stress")
                .maxConcurrent(size)
                .maxWait(Duration.ofMillis(1))
                .maxQueue(4)
                .runtime(HoldfastRuntime.system())
                .build();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int thread = 0; thread < 8; thread++) {
            Random random = new Random(thread);
            all.add(CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < 2_000; i++) {
                            use(bulkhead, random, inside, most);
                        }
                    },
                    HELPERS));
        }
        CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0])).get(60, TimeUnit.SECONDS);
        assertThat(most.get()).isBetween(1, size);
        assertThat(bulkhead.running()).isZero();
        assertThat(bulkhead.waiting()).isZero();
    }

    private static void use(Bulkhead bulkhead, Random random, AtomicInteger inside, AtomicInteger most) {
        CallContext context =
                ANN.toBuilder().priority(Priority.values()[random.nextInt(3)]).build();
        ChatReply reply = bulkhead.around(call -> {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    Thread.yield();
                    inside.decrementAndGet();
                    return Script.of("a").streams("One ", "two").send(call);
                })
                .send(new ChatCall(HELLO, context));
        CompletableFuture<Void> closer = random.nextInt(20) == 0
                ? CompletableFuture.runAsync(reply::close)
                : CompletableFuture.completedFuture(null);
        try {
            for (int i = random.nextInt(4); i > 0 && reply.next() != null; i--) {
                Thread.yield();
            }
        } catch (RejectedException | CancelledException expected) {
            assertThat(expected).isNotNull();
        } finally {
            reply.close();
            closer.join();
        }
    }

    @Test
    void theBuilderNamesEverythingThatIsWrong() {
        assertThatThrownBy(() -> Bulkhead.builder("")
                        .maxConcurrent(0)
                        .maxWait(Duration.ofSeconds(-1))
                        .maxQueue(0)
                        .build())
                .isInstanceOfSatisfying(
                        InvalidConfigurationException.class,
                        error -> assertThat(error.problems()).hasSize(4));
        assertThatThrownBy(() -> Bulkhead.builder("b").maxQueue(5).build()).hasMessageContaining("maxWait is zero");
    }
}
