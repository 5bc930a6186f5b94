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

    private interface Pair {
        Event start(CallContext context, Instant at);

        Event end(CallContext context, Instant at, Duration took, Outcome outcome);
    }

    private static ModelLayer layer(Events events, HoldfastRuntime runtime, Pair pair) {
        if (!events.isHeard()) {
            return next -> next;
        }
        return next -> call -> new ObservedReply(next, call, events, runtime, pair);
    }

    private static final class ObservedReply extends LayerReply {
        private final ChatModel next;
        private final ChatCall call;
        private final Events events;
        private final HoldfastRuntime runtime;
        private final Pair pair;
        private long started;

        ObservedReply(ChatModel next, ChatCall call, Events events, HoldfastRuntime runtime, Pair pair) {
            this.next = next;
            this.call = call;
            this.events = events;
            this.runtime = runtime;
            this.pair = pair;
        }

        @Override
        protected ChatReply open() {
            started = runtime.nanoTime();
            events.emit(pair.start(call.context(), runtime.now()));
            return next.send(call);
        }

        @Override
        protected void onEnd(Outcome outcome) {
            Instant now = runtime.now();
            Duration took = Duration.ofNanos(runtime.nanoTime() - started);
            events.emit(pair.end(call.context(), now, took, outcome));
        }
    }
}
