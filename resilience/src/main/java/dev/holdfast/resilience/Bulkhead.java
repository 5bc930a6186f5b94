package dev.holdfast.resilience;

import dev.holdfast.chat.GuardLayer;
import dev.holdfast.chat.GuardedCall;
import dev.holdfast.chat.Permit;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.Classification;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Problems;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.error.Remedy;
import dev.holdfast.event.CoreEvent;
import dev.holdfast.event.Events;
import dev.holdfast.internal.words.Durations;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Lets so many calls run at once and no more. A permit is held until the answer has ended, streams included.
 *
 * <p>Who finds no permit is refused at once, or waits up to {@code maxWait} in a bounded queue: the more urgent
 * {@linkplain CallContext#priority() priority} first, within one priority who came first. No wait is longer than the
 * deadline of the call allows.
 *
 * <p><b>Errors.</b> {@link RejectedException} of the kind {@link Refusal.Kind#OVERLOAD} when there is no room, or none in
 * time; {@link DeadlineException} when the deadline passed first; {@link CancelledException} when the waiting reply was
 * closed or its thread interrupted.
 *
 * <p><b>State.</b> It is in this object: one bulkhead around several models counts them together.
 *
 * <p><b>Threading.</b> Safe for use by many threads; without a lock as long as there are permits.
 */
public final class Bulkhead extends GuardLayer {
    private static final Classification ELSEWHERE = Classification.of("bulkhead full", Remedy.FALLBACK);

    private final String name;
    private final Duration maxWait;
    private final HoldfastRuntime runtime;
    private final Events events;
    private final Permits permits;
    private final Permit taken; // one for all: they are all alike

    private Bulkhead(Builder builder) {
        this.name = builder.name;
        this.maxWait = builder.maxWait;
        this.runtime = builder.runtime;
        this.events = builder.events;
        this.permits = new Permits(builder.maxConcurrent, builder.queueSize());
        this.taken = (outcome, call) -> permits.giveBack();
    }

    /**
     * Starts a bulkhead.
     *
     * @param name what refusals and events call it
     * @return a builder
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * The name.
     *
     * @return as it was given
     */
    public String name() {
        return name;
    }

    /**
     * How many calls run.
     *
     * @return the number of permits that are taken now
     */
    public int running() {
        return permits.taken();
    }

    /**
     * How many calls wait.
     *
     * @return the length of the queue now
     */
    public int waiting() {
        return permits.waiting();
    }

    @Override
    protected boolean actsAtOnce() {
        return true;
    }

    @Override
    protected Permit admit(GuardedCall call) {
        if (!permits.tryTake()) {
            queueUp(call);
        }
        return taken;
    }

    /** Returns with a permit, or throws without one. */
    private void queueUp(GuardedCall call) {
        CallContext context = call.context();
        if (maxWait.isZero()) {
            throw refused(context, "As many calls as may run at once are running");
        }
        Permits.Waiter waiter = permits.enqueue(context.priority(), runtime.newSignal());
        if (waiter == null) {
            throw refused(
                    context,
                    "As many calls as may run at once are running, and the queue of " + permits.maxQueue()
                            + " is full");
        }
        try {
            call.await(waiter.signal(), context.deadline().cap(maxWait, runtime), "a permit of " + name);
        } catch (RuntimeException | Error e) { // given up, or a runtime that ends with calls that wait in it
            if (permits.leave(waiter)) {
                permits.giveBack();
            }
            throw e;
        }
        if (!permits.leave(waiter)) {
            throw tooLate(context);
        }
    }

    private HoldfastException tooLate(CallContext context) {
        return context.deadline().hasPassed(runtime)
                ? new DeadlineException(
                        "the deadline passed while the call waited for a permit of " + name,
                        ErrorDetails.nothingSent(context),
                        null)
                : refused(
                        context,
                        "As many calls as may run at once are running, and none ended within "
                                + Durations.inWords(maxWait));
    }

    private RejectedException refused(CallContext context, String reason) {
        Refusal refusal = Refusal.of(Refusal.Kind.OVERLOAD, name, reason)
                .quantity(permits.taken(), 1, permits.size(), "calls at once");
        if (events.isHeard()) {
            events.emit(new CoreEvent.Refused(context, runtime.now(), refusal));
        }
        return new RejectedException(
                refusal,
                ErrorDetails.builder()
                        .context(context)
                        .classification(ELSEWHERE)
                        .build());
    }

    /** Builds a {@link Bulkhead}. Not safe for use by several threads. */
    public static final class Builder {
        private final String name;
        private int maxConcurrent = 25;
        private Duration maxWait = Duration.ZERO;
        private @Nullable Integer maxQueue;
        private HoldfastRuntime runtime = HoldfastRuntime.system();
        private Events events = Events.none();

        private Builder(String name) {
            this.name = Objects.requireNonNull(name, "name");
        }

        /**
         * Sets how many calls run at once.
         *
         * @param calls 25 by default
         * @return this builder
         */
        public Builder maxConcurrent(int calls) {
            this.maxConcurrent = calls;
            return this;
        }

        /**
         * Sets how long a call waits for a permit.
         *
         * @param wait zero, which refuses at once, by default
         * @return this builder
         */
        public Builder maxWait(Duration wait) {
            this.maxWait = wait;
            return this;
        }

        /**
         * Sets how many calls wait at the most.
         *
         * @param calls as many as may run, by default
         * @return this builder
         */
        public Builder maxQueue(int calls) {
            this.maxQueue = calls;
            return this;
        }

        /**
         * Sets where waits come from.
         *
         * @param runtime the system's by default
         * @return this builder
         */
        public Builder runtime(HoldfastRuntime runtime) {
            this.runtime = Objects.requireNonNull(runtime, "runtime");
            return this;
        }

        /**
         * Sets who is told of refusals.
         *
         * @param events nobody by default
         * @return this builder
         */
        public Builder events(Events events) {
            this.events = Objects.requireNonNull(events, "events");
            return this;
        }

        private int queueSize() {
            return maxQueue == null ? maxConcurrent : maxQueue;
        }

        /**
         * Builds the bulkhead, with all permits free.
         *
         * @return a new bulkhead
         * @throws InvalidConfigurationException naming everything that is wrong
         */
        public Bulkhead build() {
            new Problems()
                    .requireText(name, "name")
                    .requirePositive(maxConcurrent, "maxConcurrent")
                    .require(
                            maxWait != null && !maxWait.isNegative(),
                            "maxWait",
                            "is " + Durations.exactly(maxWait) + "; give zero to refuse at once, or a duration")
                    .require(
                            maxQueue == null || maxQueue > 0,
                            "maxQueue",
                            "is " + maxQueue + "; give at least 1, or leave it out and set no maxWait to have no queue")
                    .require(
                            maxQueue == null || (maxWait != null && !maxWait.isZero()),
                            "maxQueue",
                            "is of no use while maxWait is zero; set how long a call may wait")
                    .throwIfAny("bulkhead '" + name + "'");
            return new Bulkhead(this);
        }
    }
}
