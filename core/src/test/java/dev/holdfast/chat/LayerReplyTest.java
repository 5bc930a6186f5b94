package dev.holdfast.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.context.AttemptKind;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.error.TaskException;
import dev.holdfast.error.TransportException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The laws of a reply, kept for every layer. */
@Timeout(20)
class LayerReplyTest {
    private static final ChatResponse ANSWER = ChatResponse.builder(
                    Endpoint.of("test", "model"), Message.assistant("hello"))
            .usage(Usage.of(10, 5))
            .finishReason(FinishReason.STOP)
            .build();
    private static final TransportException BROKEN = new TransportException(
            "broken",
            ErrorDetails.builder().usage(Usage.of(10, 2), Billing.BILLED).build(),
            null);

    @Test
    void anErrorInTheEndOfALayerTakesNoAnswerAway() {
        ChatReply reply = new LayerReply() {
            @Override
            protected ChatReply open() {
                return ChatReply.completed(ANSWER);
            }

            @Override
            protected void onEnd(Outcome outcome) {
                throw new AssertionError("a layer's own");
            }
        };

        assertThat(reply.await()).isSameAs(ANSWER);
    }

    @Test
    void aLayersOwnFailureTellsOfTheAttemptsBelow() {
        Attempt first = new Attempt(1, AttemptKind.FIRST, "test/model", Duration.ofMillis(5), "status 503");
        Attempt second = new Attempt(2, AttemptKind.RETRY, "test/model", Duration.ofMillis(5), null);
        ChatResponse retried =
                ANSWER.toBuilder().attempts(List.of(first, second)).build();
        ChatReply reply = new LayerReply() {
            @Override
            protected ChatReply open() {
                return ChatReply.completed(retried);
            }

            @Override
            protected void onChunk(Chunk chunk) {
                throw new IllegalStateException("a layer's own");
            }
        };

        assertThatThrownBy(reply::next).isInstanceOfSatisfying(TaskException.class, error -> {
            assertThat(error.usage()).isEqualTo(ANSWER.usage());
            assertThat(error.billing()).isEqualTo(Billing.BILLED);
            assertThat(error.attempts()).containsExactly(first, second);
        });
    }

    private static HoldfastException failing(HoldfastException error, CallContext context) {
        ChatReply reply = new LayerReply() {
            @Override
            protected ChatReply open() {
                return ChatReply.failed(error);
            }

            @Override
            protected CallContext context() {
                return context;
            }
        };
        return catchThrowableOfType(HoldfastException.class, reply::next);
    }

    @Test
    void anErrorOfARunWithoutACallIsToldAsThatOfItsRun() {
        CallContext run = CallContext.of(Caller.of("acme", "ann")).withRun("run-1", "desk", "");

        assertThat(failing(BROKEN, run).runId()).isEqualTo("run-1");
        assertThat(failing(BROKEN, run.withCallId("call-1")).details()).satisfies(details -> {
            assertThat(details.callId()).isEqualTo("call-1");
            assertThat(details.runId()).isEqualTo("run-1");
        });
    }

    @Test
    void anErrorThatSaysWhoseItIsKeepsThat() {
        CallContext ann = CallContext.of(Caller.of("acme", "ann"));
        HoldfastException inner = BROKEN.with(BROKEN.details().toBuilder()
                .context(ann.withRun("inner", "desk", ""))
                .build());

        assertThat(failing(inner, ann.withRun("outer", "desk", "v1").withCallId("call-1")))
                .isSameAs(inner);
        assertThat(inner.with(inner.details().toBuilder().build()).runId()).isEqualTo("inner");
        assertThat(failing(BROKEN, ann)).isSameAs(BROKEN);
    }

    @Test
    void aLayerThatCannotSayWhoseCallItIsEndsAllTheSame() {
        AtomicInteger ends = new AtomicInteger();
        ChatReply reply = new LayerReply() {
            @Override
            protected ChatReply open() {
                return ChatReply.failed(BROKEN);
            }

            @Override
            protected dev.holdfast.context.CallContext context() {
                throw new IllegalStateException("lost");
            }

            @Override
            protected void onEnd(Outcome outcome) {
                ends.incrementAndGet();
            }
        };

        assertThatThrownBy(reply::next).isSameAs(BROKEN);
        assertThat(ends).hasValue(1);
    }

    /** Counts what it acquires in {@code open} and gives back in {@code onEnd}. */
    private static class Counting extends LayerReply {
        final List<Outcome> ends = Collections.synchronizedList(new ArrayList<>());
        final AtomicInteger held = new AtomicInteger();
        final List<Chunk> seen = new ArrayList<>();
        private final Supplier<ChatReply> below;

        Counting(Supplier<ChatReply> below) {
            this.below = below;
        }

        @Override
        protected ChatReply open() {
            held.incrementAndGet();
            return below.get();
        }

        @Override
        protected void onChunk(Chunk chunk) {
            seen.add(chunk);
        }

        @Override
        protected void onEnd(Outcome outcome) {
            ends.add(outcome);
            held.decrementAndGet();
        }

        void hasEndedOnceWith(Class<? extends Outcome> kind) {
            assertThat(outcome()).isInstanceOf(kind);
            assertThat(ends).containsExactly(outcome());
            assertThat(held).hasValue(0);
            close();
            assertThat(ends).hasSize(1);
        }
    }

    /** Delivers chunks, then fails. Once closed it is cancelled, and has cost what it cost. */
    private static final class FailingReply implements ChatReply {
        private final AtomicReference<@Nullable Outcome> outcome = new AtomicReference<>();
        private int chunks;

        FailingReply(int chunks) {
            this.chunks = chunks;
        }

        @Override
        public Chunk next() {
            if (outcome.get() == null && chunks-- > 0) {
                return new Chunk.Text("x");
            }
            outcome.compareAndSet(null, Outcome.of(BROKEN));
            throw outcome().error();
        }

        @Override
        public Outcome outcome() {
            Outcome end = outcome.get();
            if (end == null) {
                throw new IllegalStateException("not ended");
            }
            return end;
        }

        @Override
        public void close() {
            ErrorDetails details = ErrorDetails.builder()
                    .usage(Usage.of(10, 1), Billing.BILLED)
                    .partial(Message.assistant("x"))
                    .build();
            outcome.compareAndSet(null, new Outcome.Cancelled(new CancelledException("closed", details, null)));
        }
    }

    @Test
    void completes() {
        Counting reply = new Counting(() -> ChatReply.completed(ANSWER));

        assertThatThrownBy(reply::outcome).isInstanceOf(IllegalStateException.class);
        assertThat(reply.await()).isSameAs(ANSWER);

        assertThat(reply.seen).containsExactly(new Chunk.Whole(ANSWER.message()));
        assertThat(reply.next()).isNull();
        reply.hasEndedOnceWith(Outcome.Completed.class);
    }

    @Test
    void failsWhenOpeningFails() {
        RejectedException refused = new RejectedException(
                Refusal.of(Refusal.Kind.OVERLOAD, "test", "too much"), ErrorDetails.nothingSent());
        Counting reply = new Counting(() -> {
            throw refused;
        });

        assertThatThrownBy(reply::next).isSameAs(refused);
        assertThatThrownBy(reply::next).isSameAs(refused);
        reply.hasEndedOnceWith(Outcome.Failed.class);
    }

    @Test
    void givesBackThoughAnErrorIsThrownAndLetsItPass() {
        Counting reply = new Counting(() -> {
            throw new AssertionError("a bug");
        });

        assertThatThrownBy(reply::next).isExactlyInstanceOf(AssertionError.class);
        reply.hasEndedOnceWith(Outcome.Failed.class);
    }

    @Test
    void takesAModelThatReturnsNothingForAFailure() {
        Counting reply = new Counting(() -> null);

        assertThatThrownBy(reply::next).isInstanceOf(TaskException.class);
        reply.hasEndedOnceWith(Outcome.Failed.class);
    }

    @Test
    void failsMidwayWithTheErrorFromBelow() {
        Counting reply = new Counting(() -> new FailingReply(2));

        assertThat(reply.next()).isNotNull();
        assertThat(reply.next()).isNotNull();
        assertThatThrownBy(reply::next).isSameAs(BROKEN);
        assertThatThrownBy(reply::next).isSameAs(BROKEN);
        reply.hasEndedOnceWith(Outcome.Failed.class);
    }

    @Test
    void aLayerThatThrowsAtAChunkStillOwesWhatCame() {
        FailingReply below = new FailingReply(2);
        Counting reply = new Counting(() -> below) {
            @Override
            protected void onChunk(Chunk chunk) {
                throw new IllegalStateException("a bug");
            }
        };

        TaskException error = catchThrowableOfType(TaskException.class, reply::next);

        assertThat(error.usage()).isEqualTo(Usage.of(10, 1));
        assertThat(error.billing()).isEqualTo(Billing.BILLED);
        assertThat(error.partial()).isEqualTo(Message.assistant("x"));
        assertThat(below.outcome()).isInstanceOf(Outcome.Cancelled.class);
        reply.hasEndedOnceWith(Outcome.Failed.class);
    }

    @Test
    void aReplyThatThrowsAfterItHasCompletedStillOwesItsUsage() {
        Counting reply = new Counting(() -> new ChatReply() {
            @Override
            public Chunk next() {
                throw new IllegalStateException("breaks the law");
            }

            @Override
            public Outcome outcome() {
                return new Outcome.Completed(ANSWER);
            }

            @Override
            public void close() {}
        });

        TaskException error = catchThrowableOfType(TaskException.class, reply::next);

        assertThat(error.usage()).isEqualTo(ANSWER.usage());
        assertThat(error.billing()).isEqualTo(Billing.BILLED);
        reply.hasEndedOnceWith(Outcome.Failed.class);
    }

    @Test
    void neverBeginsWhenClosedBefore() {
        Counting reply = new Counting(() -> {
            throw new AssertionError("opened");
        });

        reply.close();

        assertThat(reply.outcome()).isInstanceOf(Outcome.Cancelled.class);
        assertThat(reply.outcome().billing()).isEqualTo(Billing.NOT_SENT);
        assertThatThrownBy(reply::next).isInstanceOf(CancelledException.class);
        assertThat(reply.ends).isEmpty(); // nothing was acquired, so there is nothing to give back
    }

    @Test
    void endsWhenClosedMidway() {
        FailingReply below = new FailingReply(9);
        Counting reply = new Counting(() -> below);
        assertThat(reply.next()).isNotNull();

        reply.close();

        assertThat(below.outcome()).isInstanceOf(Outcome.Cancelled.class);
        assertThat(reply.outcome().usage()).isEqualTo(Usage.of(10, 1));
        assertThatThrownBy(reply::next).isSameAs(reply.outcome().error());
        reply.hasEndedOnceWith(Outcome.Cancelled.class);
    }

    @Test
    void aCloseWakesALayerThatWaitsWhileOpening() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        CountDownLatch woken = new CountDownLatch(1);
        Counting reply =
                new Counting(() -> {
                    waiting.countDown();
                    try {
                        woken.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return ChatReply.completed(ANSWER);
                }) {
                    @Override
                    protected void onCloseWhileOpening() {
                        woken.countDown();
                    }
                };
        Thread closer = new Thread(() -> {
            try {
                waiting.await();
                reply.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        closer.start();

        assertThatThrownBy(reply::next).isInstanceOf(CancelledException.class);
        closer.join();

        assertThat(reply.seen).isEmpty();
        reply.hasEndedOnceWith(Outcome.Cancelled.class);
    }

    @Test
    void whatOpeningThrowsAfterACloseIsACancellation() {
        Counting reply = new Counting(() -> null) {
            @Override
            protected ChatReply open() {
                super.open();
                close();
                throw new IllegalStateException("the connection is gone");
            }
        };

        assertThatThrownBy(reply::next).isInstanceOf(CancelledException.class);
        reply.hasEndedOnceWith(Outcome.Cancelled.class);
    }

    @Test
    void anInterruptSurfacesAsCancelledThroughAllLayers() {
        Counting inner = new Counting(() -> {
            Thread.currentThread().interrupt();
            throw new CancelledException("interrupted", ErrorDetails.nothingSent(), null);
        });
        Counting outer = new Counting(() -> inner);

        assertThatThrownBy(outer::next).isInstanceOf(CancelledException.class);
        assertThat(Thread.interrupted()).isTrue();
        inner.hasEndedOnceWith(Outcome.Cancelled.class);
        outer.hasEndedOnceWith(Outcome.Cancelled.class);
    }

    @Test
    void aLayerThatThrowsAtTheEndTakesNoAnswerAway() {
        Counting reply = new Counting(() -> ChatReply.completed(ANSWER)) {
            @Override
            protected Outcome onOutcome(Outcome outcome) {
                throw new AssertionError("a bug");
            }

            @Override
            protected void onEnd(Outcome outcome) {
                super.onEnd(outcome);
                throw new IllegalStateException("another bug");
            }
        };

        assertThat(reply.await()).isSameAs(ANSWER);
        reply.hasEndedOnceWith(Outcome.Completed.class);
    }

    @Test
    void aLayerMayChangeTheOutcome() {
        Counting reply = new Counting(() -> ChatReply.completed(ANSWER)) {
            @Override
            protected Outcome onOutcome(Outcome outcome) {
                return Outcome.of(BROKEN);
            }
        };

        assertThatThrownBy(reply::await).isSameAs(BROKEN);
        reply.hasEndedOnceWith(Outcome.Failed.class);
    }

    @Test
    void endsOnceWhoeverComesFirst() throws Exception {
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            int chunks = random.nextInt(4);
            boolean fails = random.nextBoolean();
            Counting inner = new Counting(() -> fails ? new FailingReply(chunks) : ChatReply.completed(ANSWER));
            Counting outer = new Counting(() -> inner);
            int spins = random.nextInt(4_000);
            CyclicBarrier start = new CyclicBarrier(2);
            Thread closer = new Thread(() -> {
                await(start);
                for (int spin = 0; spin < spins; spin++) {
                    Thread.onSpinWait();
                }
                outer.close();
            });
            closer.start();
            await(start);
            if (i % 3 == 0) {
                LockSupport.parkNanos(random.nextInt(20_000));
            }

            Throwable thrown = catchThrowable(outer::await);
            closer.join();

            assertThat(outer.outcome().error()).isSameAs(thrown);
            boolean begun = !outer.ends.isEmpty();
            assertThat(outer.ends).hasSize(begun ? 1 : 0);
            assertThat(inner.ends.size()).isLessThanOrEqualTo(1);
            assertThat(inner.seen.isEmpty() || inner.ends.size() == 1).isTrue();
            assertThat(outer.held).hasValue(0);
            assertThat(inner.held).hasValue(0);
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
