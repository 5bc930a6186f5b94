package dev.holdfast.resilience;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.LayerReply;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.chat.Outcome;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.Classification;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Problems;
import dev.holdfast.error.Remedy;
import dev.holdfast.runtime.Cancellable;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how long a call may be silent before its answer begins: the time to the first token, or, of an answer that does
 * not stream, to the whole of it.
 *
 * <p>After the first chunk nobody else can be asked any more, and an answer that has begun may take all the time that its
 * caller gives it. {@link Deadlines} bound whole answers. When the time is up, everything below is closed, and the call
 * fails with a {@link DeadlineException}.
 *
 * <p><b>Errors.</b> Another target may help, and the classification says so; after a fixed time another try as well.
 *
 * <p><b>Threading.</b> Safe for use by many threads. A time that is up closes the reply from a thread of the runtime.
 */
public final class FirstChunkTimeout implements ModelLayer {
    private static final Classification SILENT =
            Classification.of("the answer did not begin in time", Remedy.RETRY, Remedy.FALLBACK);

    /** Another try at the same target would take half of the time that was kept for the others. */
    private static final Classification SILENT_FOR_HALF =
            Classification.of("the answer did not begin in half of the time that was left", Remedy.FALLBACK);

    private static final int WAITING = 0;
    private static final int BEGUN = 1;
    private static final int EXPIRED = 2;

    private final @Nullable Duration timeout;
    private final HoldfastRuntime runtime;

    private FirstChunkTimeout(@Nullable Duration timeout, HoldfastRuntime runtime) {
        this.timeout = timeout;
        this.runtime = Objects.requireNonNull(runtime, "runtime");
    }

    /**
     * The same time for every call.
     *
     * @param timeout how long a call may take from its first {@link ChatReply#next} to its first chunk
     * @param runtime where time and timers come from
     * @return a new layer
     * @throws InvalidConfigurationException when the timeout is not longer than zero
     */
    public static FirstChunkTimeout of(Duration timeout, HoldfastRuntime runtime) {
        new Problems().requirePositive(timeout, "firstChunkTimeout").throwIfAny("first chunk timeout");
        return new FirstChunkTimeout(timeout, runtime);
    }

    /**
     * Half of the time that each call has left until its deadline, so that there is always time to ask somebody else. A
     * call without a deadline is not bounded. For targets behind a {@link Fallback}.
     *
     * @param runtime where time and timers come from
     * @return a new layer
     */
    public static FirstChunkTimeout halfOfTimeLeft(HoldfastRuntime runtime) {
        return new FirstChunkTimeout(null, runtime);
    }

    @Override
    public ChatModel around(ChatModel next) {
        Objects.requireNonNull(next, "next");
        return call -> timeout == null && !call.context().deadline().isBounded()
                ? next.send(call)
                : new FirstChunkTimeoutReply(this, next, call);
    }

    @Override
    public String toString() {
        return "first chunk within " + (timeout == null ? "half of the time left" : timeout);
    }

    /** How long this call may be silent, from now on. */
    private Duration granted(CallContext context) {
        return timeout != null ? timeout : Duration.ofNanos(context.deadline().nanosLeft(runtime) / 2);
    }

    private static final class FirstChunkTimeoutReply extends LayerReply implements Runnable {
        private final FirstChunkTimeout layer;
        private final ChatModel next;
        private final ChatCall call;
        private final AtomicInteger state = new AtomicInteger(WAITING);
        private Duration granted = Duration.ZERO;
        private @Nullable Cancellable timer;

        FirstChunkTimeoutReply(FirstChunkTimeout layer, ChatModel next, ChatCall call) {
            this.layer = layer;
            this.next = next;
            this.call = call;
        }

        @Override
        protected ChatReply open() {
            granted = layer.granted(call.context());
            if (!granted.isNegative()) { // else its deadline has passed, which others watch
                timer = layer.runtime.schedule(granted, this);
            }
            return next.send(call);
        }

        /** The time is up. */
        @Override
        public void run() {
            if (state.compareAndSet(WAITING, EXPIRED)) {
                close();
            }
        }

        @Override
        protected void onChunk(Chunk chunk) {
            if (state.get() == BEGUN) {
                return;
            }
            if (!state.compareAndSet(WAITING, BEGUN)) {
                throw silent(
                        ErrorDetails.nothingSent(call.context())); // handed up, it would keep others from being asked
            }
            stopTimer();
        }

        @Override
        protected Outcome onOutcome(Outcome outcome) {
            return state.get() == EXPIRED && outcome instanceof Outcome.Cancelled cancelled
                    ? new Outcome.Failed(silent(cancelled.error().details()))
                    : outcome;
        }

        private DeadlineException silent(ErrorDetails details) {
            return new DeadlineException(
                    "the answer did not begin within " + granted,
                    details.toBuilder()
                            .context(call.context())
                            .classification(layer.timeout == null ? SILENT_FOR_HALF : SILENT)
                            .build(),
                    null);
        }

        @Override
        protected CallContext context() {
            return call.context();
        }

        @Override
        protected void onEnd(Outcome outcome) {
            stopTimer();
        }

        private void stopTimer() {
            if (timer != null) {
                timer.cancel();
            }
        }
    }
}
