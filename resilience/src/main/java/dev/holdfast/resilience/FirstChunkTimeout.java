package dev.holdfast.resilience;

import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.GuardLayer;
import dev.holdfast.chat.GuardedCall;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Permit;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Deadline;
import dev.holdfast.error.Classification;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Problems;
import dev.holdfast.error.Remedy;
import dev.holdfast.internal.words.Durations;
import dev.holdfast.runtime.HoldfastRuntime;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
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
public final class FirstChunkTimeout extends GuardLayer {
    private static final Classification SILENT =
            Classification.of("the answer did not begin in time", Remedy.RETRY, Remedy.FALLBACK);

    /** Another try at the same target would take half of the time that was kept for the others. */
    private static final Classification SILENT_FOR_HALF =
            Classification.of("the answer did not begin in half of the time that was left", Remedy.FALLBACK);

    private final @Nullable Duration timeout;
    private final long nanos;
    private final HoldfastRuntime runtime;
    private final Watch watch;

    private FirstChunkTimeout(@Nullable Duration timeout, HoldfastRuntime runtime) {
        this.timeout = timeout;
        this.nanos = timeout == null ? 0 : Deadlines.nanos(timeout);
        this.runtime = Objects.requireNonNull(runtime, "runtime");
        this.watch = new Watch(runtime);
    }

    /**
     * The same time for every call, by the clock of the machine.
     *
     * @param timeout how long a call may take from its first {@link ChatReply#next} to its first chunk
     * @return a new layer
     * @throws InvalidConfigurationException when the timeout is not longer than zero
     */
    public static FirstChunkTimeout of(Duration timeout) {
        return of(timeout, HoldfastRuntime.system());
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
     * call without a deadline is not bounded. For targets behind a {@link Fallback}. By the clock of the machine.
     *
     * @return a new layer
     */
    public static FirstChunkTimeout halfOfTimeLeft() {
        return halfOfTimeLeft(HoldfastRuntime.system());
    }

    /**
     * Half of the time that each call has left; see {@link #halfOfTimeLeft()}.
     *
     * @param runtime where time and timers come from
     * @return a new layer
     */
    public static FirstChunkTimeout halfOfTimeLeft(HoldfastRuntime runtime) {
        return new FirstChunkTimeout(null, runtime);
    }

    @Override
    protected boolean mayClose() {
        return true;
    }

    @Override
    protected boolean seesChunks() {
        return true;
    }

    @Override
    protected boolean actsAtOnce() {
        return true;
    }

    @Override
    protected Permit admit(GuardedCall call) {
        long now = call.nanoTime(runtime);
        Deadline deadline = call.context().deadline();
        if (timeout == null && !deadline.isBounded()) {
            return Permit.none();
        }
        long granted = timeout == null ? deadline.nanosLeft(now) / 2 : nanos;
        if (granted < 0) { // its deadline has passed, which others watch
            return Permit.none();
        }
        Silence silence = new Silence(this, call, granted);
        watch.watch(silence, now + granted);
        return silence;
    }

    @Override
    public String toString() {
        return "first chunk within " + (timeout == null ? "half of the time left" : Durations.exactly(timeout));
    }

    /** A call whose answer has not begun, or not yet when it was asked last. */
    private static final class Silence extends Watch.Entry implements Permit {
        private static final int WAITING = 0;
        private static final int BEGUN = 1;
        private static final int EXPIRED = 2;
        private static final VarHandle STATE;

        static {
            try {
                STATE = MethodHandles.lookup().findVarHandle(Silence.class, "state", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private final FirstChunkTimeout layer;
        private final CallContext context;
        private final long granted;
        private volatile int state; // WAITING
        private @Nullable GuardedCall call; // null when nobody waits for its answer to begin

        Silence(FirstChunkTimeout layer, GuardedCall call, long granted) {
            this.layer = layer;
            this.call = call;
            this.context = call.context();
            this.granted = granted;
        }

        @Override
        void expire() {
            GuardedCall waiting = call;
            if (waiting != null && STATE.compareAndSet(this, WAITING, EXPIRED)) {
                waiting.close();
            }
        }

        @Override
        public void onChunk(Chunk chunk) {
            if (state == BEGUN) {
                return;
            }
            if (!STATE.compareAndSet(this, WAITING, BEGUN)) { // handed up, it would keep others from being asked
                throw silent(ErrorDetails.nothingSent(context));
            }
            stopWatching();
        }

        @Override
        public Outcome onOutcome(Outcome outcome) {
            return state == EXPIRED && outcome instanceof Outcome.Cancelled cancelled
                    ? new Outcome.Failed(silent(cancelled.error().details()))
                    : outcome;
        }

        private DeadlineException silent(ErrorDetails details) {
            return new DeadlineException(
                    "the answer did not begin within "
                            + (layer.timeout == null
                                    ? Durations.inWords(Duration.ofNanos(granted))
                                    : Durations.exactly(layer.timeout)),
                    details.toBuilder()
                            .context(context)
                            .classification(layer.timeout == null ? SILENT_FOR_HALF : SILENT)
                            .build(),
                    null);
        }

        @Override
        public void end(Outcome outcome, GuardedCall ended) {
            stopWatching();
        }

        private void stopWatching() {
            done();
            call = null;
        }
    }
}
