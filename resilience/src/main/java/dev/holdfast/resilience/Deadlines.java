package dev.holdfast.resilience;

import dev.holdfast.chat.ChatReply;
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
public final class Deadlines extends GuardLayer {
    private static final Classification TOO_SLOW =
            Classification.of("the answer took too long", Remedy.RETRY, Remedy.FALLBACK);

    private static final Duration FARTHEST = Duration.ofDays(100 * 365);

    private final Duration duration;
    private final long nanos;
    private final HoldfastRuntime runtime;
    private final Watch watch;

    private Deadlines(Duration duration, HoldfastRuntime runtime) {
        this.duration = duration;
        this.nanos = nanos(duration);
        this.runtime = runtime;
        this.watch = new Watch(runtime);
    }

    /**
     * A deadline for every call, by the clock of the machine.
     *
     * @param duration how long a call may take, from its first {@link ChatReply#next} to its end
     * @return a new layer
     * @throws InvalidConfigurationException when the duration is not longer than zero
     */
    public static Deadlines of(Duration duration) {
        return of(duration, HoldfastRuntime.system());
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
    protected boolean mayClose() {
        return true;
    }

    @Override
    protected boolean actsAtOnce() {
        return true;
    }

    @Override
    protected Permit admit(GuardedCall call) {
        CallContext context = call.context();
        Deadline given = context.deadline();
        long now = call.nanoTime(runtime);
        long left = given.nanosLeft(now);
        if (left <= 0) {
            throw passed(context, false, ErrorDetails.nothingSent());
        }
        Running running = new Running(this, call, context, left > nanos);
        if (left > nanos) {
            long until = now + nanos;
            watch.watch(running, until);
            call.forward(call.call().with(context.withDeadline(Deadline.at(until))));
        } else { // rare, and in no order with the others
            watch.watchAlone(running, now + left);
        }
        return running;
    }

    /** A time that can be added to that of a clock. */
    static long nanos(Duration duration) {
        return (duration.compareTo(FARTHEST) < 0 ? duration : FARTHEST).toNanos();
    }

    private DeadlineException passed(CallContext context, boolean ours, ErrorDetails details) {
        String whose = ours
                ? "the call took longer than " + Durations.exactly(duration)
                : "the deadline of the call has passed";
        ErrorDetails.Builder told = details.toBuilder().context(context);
        return new DeadlineException(whose, ours ? told.classification(TOO_SLOW).build() : told.build(), null);
    }

    /** A call whose time runs. */
    private static final class Running extends Watch.Entry implements Permit {
        private final Deadlines layer;
        private final CallContext context;
        private final boolean ours; // whether the deadline is that of this layer, and not an earlier one of the context
        private @Nullable GuardedCall call; // null when it has ended
        private volatile boolean expired;

        Running(Deadlines layer, GuardedCall call, CallContext context, boolean ours) {
            this.layer = layer;
            this.call = call;
            this.context = context;
            this.ours = ours;
        }

        @Override
        void expire() {
            GuardedCall running = call;
            expired = true;
            if (running != null) {
                running.close();
            }
        }

        @Override
        public Outcome onOutcome(Outcome outcome) {
            return expired && outcome instanceof Outcome.Cancelled cancelled
                    ? new Outcome.Failed(
                            layer.passed(context, ours, cancelled.error().details()))
                    : outcome;
        }

        @Override
        public void end(Outcome outcome, GuardedCall ended) {
            done();
            call = null;
        }
    }
}
