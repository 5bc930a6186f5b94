package dev.holdfast.event;

import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.GuardLayer;
import dev.holdfast.chat.GuardedCall;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Permit;
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
        if (!events.isHeard()) {
            return new CallIds(runtime);
        }
        return new Observing(events, runtime, true, new Pair() {
            @Override
            public Event start(CallContext context, Instant at) {
                return new CoreEvent.CallStarted(context, at);
            }

            @Override
            public Event end(CallContext context, Instant at, Duration took, Outcome outcome) {
                return new CoreEvent.CallEnded(context, at, took, outcome);
            }
        });
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
        return events.isHeard() ? new Observing(events, runtime, false, pair) : next -> next;
    }

    private static final class Observing extends GuardLayer {
        private final Events events;
        private final HoldfastRuntime runtime;
        private final boolean givesIds;
        private final Pair pair;

        Observing(Events events, HoldfastRuntime runtime, boolean givesIds, Pair pair) {
            this.events = events;
            this.runtime = runtime;
            this.givesIds = givesIds;
            this.pair = pair;
        }

        @Override
        protected boolean actsAtOnce() {
            return true;
        }

        @Override
        protected Permit admit(GuardedCall call) {
            if (givesIds) {
                giveId(call, runtime);
            }
            Started started = new Started(this, call.context(), call.now(runtime), call.nanoTime(runtime));
            events.emit(pair.start(started.context, started.at));
            return started;
        }
    }

    private record Started(Observing layer, CallContext context, Instant at, long nanoTime) implements Permit {
        /** Ends as long after the start as it took: one clock less to read, and a step of the other shows in no pair. */
        @Override
        public void end(Outcome outcome, GuardedCall call) {
            Duration took = Duration.ofNanos(call.nanoTime(layer.runtime) - nanoTime);
            layer.events.emit(layer.pair.end(context, at.plus(took), took, outcome));
        }
    }

    private static final class CallIds extends GuardLayer {
        private final HoldfastRuntime runtime;

        CallIds(HoldfastRuntime runtime) {
            this.runtime = runtime;
        }

        @Override
        protected boolean actsAtOnce() {
            return true;
        }

        @Override
        protected Permit admit(GuardedCall call) {
            giveId(call, runtime);
            return Permit.none();
        }
    }

    private static void giveId(GuardedCall call, HoldfastRuntime runtime) {
        call.forward(call.call().with(call.context().withCallId(runtime.newId())));
    }
}
