package dev.holdfast.event;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.LayerReply;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.chat.Outcome;
import dev.holdfast.context.CallContext;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Layers that tell the listeners when a run, a call or an attempt starts and how it ended, always in pairs.
 */
public final class Observed {
    private Observed() {}

    /**
     * Tells of runs.
     *
     * @param events who is told
     * @param runtime clocks
     * @return a layer for the outside of an agent
     */
    public static ModelLayer runs(Events events, HoldfastRuntime runtime) {
        return layer(events, runtime, new Pair() {
            @Override
            public Event start(CallContext context, Instant at) {
                return new CoreEvent.RunStarted(context, at);
            }

            @Override
            public Event end(CallContext context, Instant at, Duration took, Outcome outcome) {
                return new CoreEvent.RunEnded(context, at, took, outcome);
            }
        });
    }

    /**
     * Gives every call an id of its own and tells of calls.
     *
     * @param events who is told
     * @param runtime clocks and ids
     * @return a layer for the outside of the stack of a model call
     */
    public static ModelLayer calls(Events events, HoldfastRuntime runtime) {
        ModelLayer told = layer(events, runtime, new Pair() {
            @Override
            public Event start(CallContext context, Instant at) {
                return new CoreEvent.CallStarted(context, at);
            }

            @Override
            public Event end(CallContext context, Instant at, Duration took, Outcome outcome) {
                return new CoreEvent.CallEnded(context, at, took, outcome);
            }
        });
        return next -> {
            ChatModel below = told.around(next);
            return call -> below.send(call.with(call.context().withCallId(runtime.newId())));
        };
    }

    /**
     * Tells of attempts.
     *
     * @param endpoint who is tried
     * @param events who is told
     * @param runtime clocks
     * @return a layer for the stack of one endpoint, inside retries
     */
    public static ModelLayer attempts(Endpoint endpoint, Events events, HoldfastRuntime runtime) {
        return layer(events, runtime, new Pair() {
            @Override
            public Event start(CallContext context, Instant at) {
                return new CoreEvent.AttemptStarted(context, at, endpoint);
            }

            @Override
            public Event end(CallContext context, Instant at, Duration took, Outcome outcome) {
                return new CoreEvent.AttemptEnded(context, at, endpoint, took, outcome);
            }
        });
    }

    /** Makes the two events of a pair. */
    private interface Pair {
        Event start(CallContext context, Instant at);

        Event end(CallContext context, Instant at, Duration took, Outcome outcome);
    }

    private static ModelLayer layer(Events events, HoldfastRuntime runtime, Pair pair) {
        return events.isHeard() ? new Observing(events, runtime, pair) : next -> next;
    }

    private record Observing(Events events, HoldfastRuntime runtime, Pair pair) implements ModelLayer {
        @Override
        public ChatModel around(ChatModel next) {
            return call -> new ObservedReply(this, next, call);
        }
    }

    private static final class ObservedReply extends LayerReply {
        private final Observing layer;
        private final ChatModel next;
        private final ChatCall call;
        private @Nullable Instant startedAt;
        private long started;

        ObservedReply(Observing layer, ChatModel next, ChatCall call) {
            this.layer = layer;
            this.next = next;
            this.call = call;
        }

        @Override
        protected ChatReply open() {
            Instant now = layer.runtime.now();
            startedAt = now;
            started = layer.runtime.nanoTime();
            layer.events.emit(layer.pair.start(call.context(), now));
            return next.send(call);
        }

        /** Ends as long after the start as it took: one clock less to read, and a step of the other shows in no pair. */
        @Override
        protected CallContext context() {
            return call.context();
        }

        @Override
        protected void onEnd(Outcome outcome) {
            Instant at = startedAt;
            if (at == null) { // the clock itself threw
                return;
            }
            Duration took = Duration.ofNanos(layer.runtime.nanoTime() - started);
            layer.events.emit(layer.pair.end(call.context(), at.plus(took), took, outcome));
        }
    }
}
