package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.LayerReply;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.CancelledException;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The kit passes what keeps the laws, and catches what breaks them. */
class LayerLawsTest {

    @Nested
    class OfALayerThatDoesNothing extends LayerLaws {
        @Override
        protected ModelLayer layer(HoldfastRuntime runtime) {
            return next -> call -> new LayerReply() {
                @Override
                protected ChatReply open() {
                    return next.send(call);
                }
            };
        }
    }

    @Nested
    class OfTwoLayers extends LayerLaws {
        @Override
        protected ModelLayer layer(HoldfastRuntime runtime) {
            ModelLayer one = Faults.on(runtime).build();
            return one.over(
                    Faults.on(runtime).always().latency(Duration.ofMillis(1)).build());
        }
    }

    @Nested
    class OfFaultsThatTrickle extends LayerLaws {
        @Override
        protected ModelLayer layer(HoldfastRuntime runtime) {
            return Faults.on(runtime).trickle(Duration.ofNanos(1)).build();
        }
    }

    /** A layer of the kind that people write: it forwards, and gets one thing wrong. */
    private abstract static class Forwarding implements ChatReply {
        final ChatReply reply;

        Forwarding(ChatReply reply) {
            this.reply = reply;
        }

        @Override
        public @Nullable Chunk next() {
            return reply.next();
        }

        @Override
        public Outcome outcome() {
            return reply.outcome();
        }

        @Override
        public void close() {
            reply.close();
        }
    }

    private static LayerLaws lawsOf(ModelLayer layer) {
        return new LayerLaws() {
            @Override
            protected ModelLayer layer(HoldfastRuntime runtime) {
                return layer;
            }
        };
    }

    @Test
    void catchesALayerThatSwallowsACut() {
        LayerLaws laws = lawsOf(next -> call -> new Forwarding(next.send(call)) {
            @Override
            public @Nullable Chunk next() {
                try {
                    return reply.next();
                } catch (RuntimeException e) {
                    return null;
                }
            }
        });

        assertThatThrownBy(laws::neverPassesACutStreamOffAsComplete).isInstanceOf(AssertionError.class);
    }

    @Test
    void catchesALayerThatForgetsToClose() {
        LayerLaws laws = lawsOf(next -> call -> new Forwarding(next.send(call)) {
            @Override
            public void close() {}
        });

        assertThatThrownBy(laws::closingMidwayCancelsAndKeepsWhatCame).isInstanceOf(Throwable.class);
        Leftovers.clear(); // what the broken layer left open is the point
    }

    @Test
    void catchesALayerThatLeaksAPermitWhenACallFails() {
        AtomicInteger permits = new AtomicInteger(20);
        LayerLaws laws = lawsOf(next -> call -> {
            if (permits.decrementAndGet() < 0) {
                return ChatReply.failed(Fault.rateLimited(null));
            }
            return new Forwarding(next.send(call)) {
                @Override
                public @Nullable Chunk next() {
                    Chunk chunk = reply.next();
                    if (chunk == null) {
                        permits.incrementAndGet();
                    }
                    return chunk;
                }
            };
        });

        assertThatThrownBy(laws::givesBackWhateverItTookHoweverACallEnds).isInstanceOf(Throwable.class);
    }

    @Test
    void saysHowToMendALambdaThatLetsABugThrough() {
        ModelLayer lambda = next -> call ->
                next.send(call.with(call.request().toBuilder().temperature(0.0).build()));

        assertThatThrownBy(lawsOf(lambda)::aModelThatThrowsSomethingElseEndsInAnError)
                .hasMessageContaining("extend GuardLayer");
        assertThatThrownBy(lawsOf(lambda)::givesBackWhateverItTookHoweverACallEnds)
                .hasMessageContaining("extend GuardLayer");
    }

    @Test
    void catchesALayerThatSendsAtOnce() {
        LayerLaws laws = lawsOf(next -> call -> {
            ChatReply reply = next.send(call);
            Chunk first = reply.next();
            return new Forwarding(reply) {
                private @Nullable Chunk held = first;

                @Override
                public @Nullable Chunk next() {
                    Chunk chunk = held;
                    held = null;
                    return chunk != null ? chunk : reply.next();
                }
            };
        });

        assertThatThrownBy(laws::sendsNothingBeforeTheFirstNext).isInstanceOf(AssertionError.class);
        Leftovers.clear(); // what the broken layer left open is the point
    }

    @Test
    void catchesALayerThatMakesACancelledCallFree() {
        LayerLaws laws = lawsOf(next -> call -> new Forwarding(next.send(call)) {
            @Override
            public Outcome outcome() {
                Outcome outcome = reply.outcome();
                return outcome.error() instanceof CancelledException cancelled
                        ? Outcome.of(cancelled.with(cancelled.details().toBuilder()
                                .usage(Usage.none(), Billing.NOT_SENT)
                                .build()))
                        : outcome;
            }
        });

        assertThatThrownBy(laws::closingMidwayCancelsAndKeepsWhatCame).hasMessageContaining("costs what was streamed");
    }

    @Test
    void catchesALayerThatKeepsOneReplyForAll() {
        AtomicReference<@Nullable ChatReply> current = new AtomicReference<>();
        LayerLaws laws = lawsOf(next -> call -> {
            current.set(next.send(call));
            return new Forwarding(Objects.requireNonNull(current.get())) {
                @Override
                public @Nullable Chunk next() {
                    return Objects.requireNonNull(current.get()).next();
                }
            };
        });

        assertThatThrownBy(laws::twoCallsAtOnceDoNotMix).isInstanceOf(Throwable.class);
        Leftovers.clear(); // what the broken layer left open is the point
    }

    @Test
    void catchesALayerThatForgetsErrors() {
        LayerLaws laws = lawsOf(next -> call -> new Forwarding(next.send(call)) {
            private @Nullable Outcome ended;

            @Override
            public @Nullable Chunk next() {
                try {
                    return reply.next();
                } catch (RuntimeException e) {
                    ended = Outcome.of(e);
                    throw e;
                }
            }

            @Override
            public Outcome outcome() {
                if (ended == null) {
                    throw new IllegalStateException("not ended");
                }
                return ended;
            }
        });

        assertThatThrownBy(laws::anErrorBelowEndsTheReplyAsWell).isInstanceOf(Throwable.class);
    }

    @Test
    void catchesALayerThatLosesTheContext() {
        LayerLaws laws = lawsOf(next -> call -> next.send(
                new ChatCall(call.request(), CallContext.of(call.context().caller()))));

        assertThatThrownBy(laws::theContextReachesTheModelBelow).isInstanceOf(AssertionError.class);
    }

    @Test
    void catchesALayerThatRetriesAfterTheFirstChunk() {
        LayerLaws laws = lawsOf(next -> call -> new Forwarding(next.send(call)) {
            private @Nullable ChatReply second;

            @Override
            public @Nullable Chunk next() {
                if (second != null) {
                    return second.next();
                }
                try {
                    return reply.next();
                } catch (RuntimeException e) {
                    second = next.send(call);
                    return second.next();
                }
            }
        });

        assertThatThrownBy(laws::neverPassesACutStreamOffAsComplete).isInstanceOf(Throwable.class);
    }
}
