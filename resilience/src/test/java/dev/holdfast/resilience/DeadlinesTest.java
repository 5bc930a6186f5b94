package dev.holdfast.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.Deadline;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
    private static final CallContext ANN = CallContext.of(Caller.of("acme", "ann"));
    private static final ChatRequest HELLO = ChatRequest.of("Hello");

    private final ManualRuntime runtime = ManualRuntime.parking();
    private final Deadlines deadlines = Deadlines.of(Duration.ofSeconds(10), runtime);

    @Test
    void aQuickCallIsLeftAloneAndKnowsItsDeadline() {
        Script model = Script.of("a").answers("Hi");
        assertThat(deadlines.around(model).chat(HELLO, ANN).text()).isEqualTo("Hi");
        assertThat(model.calls.get(0).context().deadline().nanosLeft(runtime))
                .isEqualTo(Duration.ofSeconds(10).toNanos());
    }

    @Test
    void closesWhatIsBelowAlsoWhenNobodyReads() {
        Hanging hanging = new Hanging(true);
        ChatReply reply = deadlines.around(call -> hanging).send(new ChatCall(HELLO, ANN));
        reply.next();
        runtime.advance(Duration.ofSeconds(10).minusNanos(1));
        assertThat(hanging.isClosed()).isFalse();
        runtime.advance(Duration.ofNanos(1));

        assertThat(hanging.isClosed()).isTrue();
        assertThat(reply.outcome()).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.error()).isInstanceOf(DeadlineException.class);
            assertThat(failed.error()).hasMessage("the call took longer than 10 s");
            assertThat(failed.message().text()).isEqualTo("Well");
            assertThat(failed.usage()).isEqualTo(Usage.of(10, 1));
            assertThat(failed.billing()).isEqualTo(Billing.MAYBE_BILLED);
            assertThat(failed.error().classification().isRetryable()).isTrue();
        });
        assertThatThrownBy(reply::next).isInstanceOf(DeadlineException.class);
    }

    @Test
    void endsAllCallsThatAreOverAlsoWhenNoThreadIsToBeHad() {
        List<ChatReply> replies = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Hanging hanging = new Hanging(true);
            ChatReply reply = deadlines.around(call -> hanging).send(new ChatCall(HELLO, ANN));
            reply.next();
            replies.add(reply);
        }
        runtime.refuseWork();
        runtime.advance(Duration.ofSeconds(10));

        assertThat(replies)
                .allSatisfy(reply -> assertThat(reply.outcome().error()).isInstanceOf(DeadlineException.class));
    }

    @Test
    void endsAReadThatHangs() throws Exception {
        Hanging hanging = new Hanging(false);
        ChatReply reply = deadlines.around(call -> hanging).send(new ChatCall(HELLO, ANN));
        CompletableFuture<Object> reading = CompletableFuture.supplyAsync(reply::next);
        assertThat(hanging.reading.await(10, TimeUnit.SECONDS)).isTrue();
        runtime.advance(Duration.ofSeconds(10));
        assertThatThrownBy(() -> reading.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(DeadlineException.class);
    }

    @Test
    void anEarlierDeadlineOfTheContextHolds() {
        CallContext hasty = ANN.toBuilder()
                .deadline(Deadline.in(Duration.ofSeconds(3), runtime))
                .build();
        Hanging hanging = new Hanging(true);
        ChatReply reply = deadlines.around(call -> hanging).send(new ChatCall(HELLO, hasty));
        reply.next();
        runtime.advance(Duration.ofSeconds(3));
        assertThat(reply.outcome().error())
                .isInstanceOfSatisfying(
                        DeadlineException.class,
                        error ->
                                assertThat(error.classification().isRetryable()).isFalse());
    }

    @Test
    void aCallWhoseDeadlineHasPassedIsNotSent() {
        CallContext late =
                ANN.toBuilder().deadline(Deadline.in(Duration.ZERO, runtime)).build();
        Script model = Script.of("a").answers("Hi");
        assertThatThrownBy(() -> deadlines.around(model).chat(HELLO, late))
                .isInstanceOfSatisfying(
                        DeadlineException.class,
                        error -> assertThat(error.billing()).isEqualTo(Billing.NOT_SENT));
        assertThat(model.asked()).isZero();
    }

    @Test
    void whatTheCallerGaveUpBeforeStaysCancelled() {
        Hanging hanging = new Hanging(true);
        ChatReply reply = deadlines.around(call -> hanging).send(new ChatCall(HELLO, ANN));
        reply.next();
        reply.close();
        runtime.advance(Duration.ofMinutes(1));
        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
    }

    @Test
    void interruptsAnyWorkThatTakesTooLongAndLeavesNoInterruptBehind() throws Exception {
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        CountDownLatch working = new CountDownLatch(1);
        CompletableFuture<Object> worker = CompletableFuture.supplyAsync(() -> {
            try {
                return deadlines.call(ANN, () -> {
                    working.countDown();
                    return new CountDownLatch(1).await(1, TimeUnit.MINUTES);
                });
            } catch (Exception e) {
                return e;
            } finally {
                flag.complete(Thread.currentThread().isInterrupted());
            }
        });
        assertThat(working.await(10, TimeUnit.SECONDS)).isTrue();
        runtime.advance(Duration.ofSeconds(10));
        assertThat(worker.get(10, TimeUnit.SECONDS)).isInstanceOf(DeadlineException.class);
        assertThat(flag.get()).isFalse();
    }

    @Test
    void everyCallHasItsOwnTimeAndAllShareOneTimer() {
        List<Hanging> calls = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Hanging hanging = new Hanging(true);
            calls.add(hanging);
            deadlines.around(call -> hanging).send(new ChatCall(HELLO, ANN)).next();
            assertThat(runtime.timers()).isEqualTo(1);
            runtime.advance(Duration.ofMillis(100));
        }
        runtime.advance(Duration.ofMillis(7_400));
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(calls).filteredOn(Hanging::isClosed).hasSize(25));
        runtime.advance(Duration.ofSeconds(10));
        Awaitility.await().untilAsserted(() -> assertThat(calls).allMatch(Hanging::isClosed));
        assertThat(runtime.timers()).isZero();
    }

    private static Watch.Entry entry(Runnable expiry) {
        return new Watch.Entry() {
            @Override
            void expire() {
                expiry.run();
            }
        };
    }

    @Test
    void manyQuickCallsLeaveNothingToGrow() {
        Watch watch = new Watch(runtime);
        List<Watch.Entry> lasting = new ArrayList<>();
        int most = 0;
        for (int i = 0; i < 200_000; i++) {
            Watch.Entry entry = entry(() -> {});
            watch.watch(entry, runtime.nanoTime() + Duration.ofHours(1).toNanos());
            if (i % 1_000 == 0) {
                lasting.add(entry);
            } else {
                entry.done();
            }
            if (i % 100 == 0) {
                most = Math.max(most, watch.kept());
            }
        }
        assertThat(lasting).hasSize(200);
        assertThat(most).isLessThan(1_500);
        lasting.forEach(Watch.Entry::done);
        runtime.advance(Duration.ofHours(2));
        assertThat(watch.kept()).isZero();
        assertThat(runtime.timers()).isZero();
    }

    @Test
    void everyLastingCallExpiresOnceUnderStress() throws Exception {
        Watch watch = new Watch(HoldfastRuntime.system());
        AtomicInteger expired = new AtomicInteger();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            all.add(CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 5_000; i++) {
                    boolean lasts = i % 50 == 0;
                    Runnable expiry = lasts ? expired::incrementAndGet : () -> {};
                    Watch.Entry entry = entry(expiry);
                    watch.watch(
                            entry,
                            HoldfastRuntime.system().nanoTime()
                                    + Duration.ofMillis(100).toNanos());
                    if (!lasts) {
                        entry.done();
                    }
                }
            }));
        }
        CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0])).get(30, TimeUnit.SECONDS);
        Awaitility.await().untilAsserted(() -> assertThat(expired).hasValue(400));
        Awaitility.await().untilAsserted(() -> assertThat(watch.kept()).isZero());
        assertThat(expired).hasValue(400);
    }

    @Test
    void goesByTheMachinesClockUnlessToldOtherwise() {
        ChatModel hanging = Deadlines.of(Duration.ofMillis(20)).around(call -> new Hanging(false));
        assertThatThrownBy(() -> hanging.chat(HELLO, ANN))
                .isInstanceOf(DeadlineException.class)
                .hasMessageContaining("20 ms");
    }

    @Test
    void wantsATimeLongerThanZero() {
        assertThatThrownBy(() -> Deadlines.of(Duration.ZERO, runtime))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("duration");
    }
}
