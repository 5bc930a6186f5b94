package dev.holdfast.resilience;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.LayerReply;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.chat.Outcome;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Deadline;
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
import org.jspecify.annotations.Nullable;

/**
 * Gives every call a time by which its whole answer must be there.
 *
 * <p>The deadline goes down with the context of the call, shortened where the context has a longer one or none. When it
 * passes, everything below is closed, also while nobody reads: the call then fails with a {@link DeadlineException} that
 * carries what had come and what it used. A call whose deadline has passed before it begins is not sent.
 *
 * <p><b>Errors.</b> When the time of this layer was up, another try or another target may help, and the classification
 * says so; when the deadline of the context was the earlier one, nothing helps.
 *
 * <p><b>Threading.</b> Safe for use by many threads. A deadline that passes closes the reply from a thread of the
 * runtime. All calls of one layer share a timer.
 */
public final class Deadlines implements ModelLayer {
    private static final Classification TOO_SLOW =
            Classification.of("the answer took too long", Remedy.RETRY, Remedy.FALLBACK);

    private final Duration duration;
    private final HoldfastRuntime runtime;
    private final Watch watch;

    private Deadlines(Duration duration, HoldfastRuntime runtime) {
        this.duration = duration;
        this.runtime = runtime;
        this.watch = new Watch(runtime);
    }

    /**
     * A deadline for every call.
     *
     * @param duration how long a call may take, from its first {@link ChatReply#next} to its end
     * @param runtime where time and timers come from
     * @return a new layer
     * @throws InvalidConfigurationException when the duration is not longer than zero
     */
    public static Deadlines of(Duration duration, HoldfastRuntime runtime) {
        new Problems().requirePositive(duration, "duration").throwIfAny("deadlines");
        return new Deadlines(duration, Objects.requireNonNull(runtime, "runtime"));
    }

    @Override
    public ChatModel around(ChatModel next) {
        return call -> new DeadlineReply(this, next, call);
    }

    private DeadlineException passed(CallContext context, boolean ours, ErrorDetails details) {
        String whose = ours ? "the call took longer than " + duration : "the deadline of the call has passed";
        ErrorDetails.Builder told = details.toBuilder().context(context);
        return new DeadlineException(whose, ours ? told.classification(TOO_SLOW).build() : told.build(), null);
    }

    private static final class DeadlineReply extends LayerReply implements Runnable {
        private final Deadlines layer;
        private final ChatModel next;
        private final ChatCall call;
        private boolean ours; // whether the deadline is that of this layer, and not an earlier one of the context
        private Watch.@Nullable Entry watched;
        private @Nullable Cancellable timer;
        private volatile boolean expired;

        DeadlineReply(Deadlines layer, ChatModel next, ChatCall call) {
            this.layer = layer;
            this.next = next;
            this.call = call;
        }

        @Override
        protected ChatReply open() {
            HoldfastRuntime runtime = layer.runtime;
            CallContext context = call.context();
            Deadline given = context.deadline();
            long left = given.nanosLeft(runtime);
            if (left <= 0) {
                throw layer.passed(context, false, ErrorDetails.nothingSent());
            }
            long own = layer.duration.toNanos();
            ours = left > own;
            if (!ours) { // rare, and in no order with the others
                timer = runtime.schedule(Duration.ofNanos(left), this);
                return next.send(call);
            }
            watched = layer.watch.watch(own, this);
            Deadline shorter = Deadline.in(layer.duration, runtime);
            return next.send(call.with(context.withDeadline(shorter)));
        }

        /** The time is up. */
        @Override
        public void run() {
            expired = true;
            close();
        }

        @Override
        protected Outcome onOutcome(Outcome outcome) {
            return expired && outcome instanceof Outcome.Cancelled cancelled
                    ? new Outcome.Failed(
                            layer.passed(call.context(), ours, cancelled.error().details()))
                    : outcome;
        }

        @Override
        protected CallContext context() {
            return call.context();
        }

        @Override
        protected void onEnd(Outcome outcome) {
            if (watched != null) {
                watched.done();
            }
            if (timer != null) {
                timer.cancel();
            }
        }
    }
}
