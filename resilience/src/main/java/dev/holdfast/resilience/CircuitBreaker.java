package dev.holdfast.resilience;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.GuardLayer;
import dev.holdfast.chat.GuardedCall;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Permit;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.Classification;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Problems;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.error.Remedy;
import dev.holdfast.event.CoreEvent;
import dev.holdfast.event.Events;
import dev.holdfast.runtime.HoldfastRuntime;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves a target alone for a while after it has failed several times in a row.
 *
 * <p>Closed, it lets all calls through. After {@code failures} failures without a success between them it opens and
 * refuses; {@code openFor} later it is half open and lets {@code probes} calls through. When as many have succeeded it
 * closes; when one fails it opens again. When the probes have not ended {@code openFor} later, because nobody reads them
 * to their end, another one is let through, and so on: a reply that was forgotten does not keep the breaker half open.
 *
 * <p><b>What counts.</b> A call that completes is a success; a stream counts when it has ended, by how it ended. Failures
 * of the target count (see {@link Builder#countsAsFailure}), and so does a call that the deadline of its context ended
 * while it ran. What says nothing of the target does not count either way: a request that was wrong, refusals of layers
 * below, cancellations by the caller; as a probe, such a call gives its place to another one. A call that began before
 * the last change of state does not count any more.
 *
 * <p><b>State.</b> It is in this object: one breaker around several models counts them together.
 *
 * <p><b>Threading.</b> Safe for use by many threads; lock-free.
 */
public final class CircuitBreaker extends GuardLayer {
    private static final Logger log = LoggerFactory.getLogger(CircuitBreaker.class);
    private static final CallContext OPERATOR = CallContext.of(Caller.of("operator"));
    private static final Classification ELSEWHERE = Classification.of("breaker open", Remedy.FALLBACK);

    private static final long REFUSED = -1;
    private static final VarHandle CURRENT;

    static {
        try {
            CURRENT = MethodHandles.lookup().findVarHandle(CircuitBreaker.class, "current", BreakerState.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String name;
    private final int failures;
    private final long openNanos;
    private final int probes;
    private final Predicate<? super HoldfastException> countsAsFailure;
    private final HoldfastRuntime runtime;
    private final Events events;
    private volatile BreakerState current = BreakerState.first();
    private Admitted admitted = new Admitted(this, current.era()); // whoever races makes an equal one

    /** What a breaker does with calls. */
    public enum State {
        /** Lets all calls through. */
        CLOSED,
        /** Refuses all calls; once its time is over, the next call is a probe. */
        OPEN,
        /** Lets a few calls through, to see how they end. */
        HALF_OPEN,
        /** Refuses all calls until somebody says otherwise. */
        FORCED_OPEN,
        /** Lets all calls through and counts none until somebody says otherwise. */
        FORCED_CLOSED
    }

    private CircuitBreaker(Builder builder) {
        this.name = builder.name;
        this.failures = builder.failures;
        this.openNanos = builder.openFor.toNanos();
        this.probes = builder.probes;
        this.countsAsFailure = builder.countsAsFailure;
        this.runtime = builder.runtime;
        this.events = builder.events;
    }

    /**
     * Starts a breaker.
     *
     * @param name what refusals and events call it: the id of the endpoint, the name of the tool
     * @return a builder
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * Tells whether a failure counts by default; for predicates that change the default.
     *
     * @param error the failure
     * @return true when it tells that the target is in trouble
     */
    public static boolean isFailure(HoldfastException error) {
        return Failures.blamesTarget(error);
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
     * The state. An open breaker says so until the call comes that is its probe, also after its time is over.
     *
     * @return the state now
     */
    public State state() {
        return current.state();
    }

    /**
     * Tells whether a call would be let through now; takes nothing, so that whoever chooses among targets may ask.
     *
     * @return true when it would
     */
    public boolean isCallPermitted() {
        return admitted(current) != null;
    }

    /** Refuses all calls from now on, until {@link #reset} or {@link #forceClose}. Calls that run are left alone. */
    public void forceOpen() {
        force(State.FORCED_OPEN);
    }

    /** Lets all calls through from now on, until {@link #reset} or {@link #forceOpen}. */
    public void forceClose() {
        force(State.FORCED_CLOSED);
    }

    /** Closes, and forgets what was counted. */
    public void reset() {
        force(State.CLOSED);
    }

    @Override
    protected boolean actsAtOnce() {
        return true;
    }

    @Override
    protected Permit admit(GuardedCall call) {
        Admitted latest = admitted; // as long as it stays closed, all calls get one and the same
        long era = admit(call.context());
        if (era == REFUSED) {
            throw refused(call.context());
        }
        if (latest.era != era) {
            latest = new Admitted(this, era);
            admitted = latest;
        }
        return latest;
    }

    private void force(State state) {
        BreakerState now;
        do {
            now = current;
        } while (!move(OPERATOR, now, now.next(state)));
    }

    /** Takes a step, if nobody else did; tells of it when the state is another one then. */
    private boolean move(CallContext context, BreakerState from, BreakerState to) {
        if (!CURRENT.compareAndSet(this, from, to)) {
            return false;
        }
        if (from.state() != to.state() && events.isHeard()) {
            events.emit(new ResilienceEvent.BreakerChanged(context, runtime.now(), name, from.state(), to.state()));
        }
        return true;
    }

    /** The state that another call is in when it has been let through; null when it is refused. */
    private @Nullable BreakerState admitted(BreakerState now) {
        return switch (now.state()) {
            case CLOSED, FORCED_CLOSED -> now;
            case FORCED_OPEN -> null;
            case OPEN ->
                now.openUntil() - runtime.nanoTime() > 0
                        ? null
                        : now.next(State.HALF_OPEN).probing(runtime.nanoTime() + openNanos);
            case HALF_OPEN -> {
                if (now.running() + now.count() < probes) {
                    yield now.running(now.running() + 1);
                }
                long time = runtime.nanoTime();
                yield now.openUntil() - time > 0 ? null : now.probing(time + openNanos);
            }
        };
    }

    /** The era that a call was let through in, or {@link #REFUSED}. */
    private long admit(CallContext context) {
        while (true) {
            BreakerState now = current;
            BreakerState then = admitted(now);
            if (then == null) {
                return REFUSED;
            }
            if (then.equals(now) || move(context, now, then)) {
                return then.era();
            }
        }
    }

    private void ended(CallContext context, long era, Outcome outcome) {
        boolean success = outcome instanceof Outcome.Completed;
        boolean failure = !success && isFailureOf(context, outcome);
        BreakerState now;
        BreakerState then;
        do {
            now = current;
            if (now.era() != era) {
                return;
            }
            then = success ? afterSuccess(now) : failure ? afterFailure(now) : afterNothing(now);
        } while (!then.equals(now) && !move(context, now, then));
    }

    private BreakerState afterSuccess(BreakerState now) {
        return switch (now.state()) {
            case CLOSED -> now.count() == 0 ? now : now.counted(0);
            case HALF_OPEN ->
                now.count() + 1 >= probes
                        ? now.next(State.CLOSED)
                        : now.counted(now.count() + 1).running(now.running() - 1);
            default -> now;
        };
    }

    private BreakerState afterFailure(BreakerState now) {
        return switch (now.state()) {
            case CLOSED ->
                now.count() + 1 < failures
                        ? now.counted(now.count() + 1)
                        : now.openUntil(runtime.nanoTime() + openNanos);
            case HALF_OPEN -> now.openUntil(runtime.nanoTime() + openNanos);
            default -> now;
        };
    }

    private static BreakerState afterNothing(BreakerState now) {
        return now.state() == State.HALF_OPEN ? now.running(now.running() - 1) : now;
    }

    private boolean isFailureOf(CallContext context, Outcome outcome) {
        if (outcome instanceof Outcome.Failed failed) {
            return counts(failed.error());
        }
        // Whoever watches the deadline further out closes what is below: here that looks like a cancellation.
        return outcome.billing() != Billing.NOT_SENT && context.deadline().hasPassed(runtime);
    }

    /** By the predicate; where that throws, as by default: the place of a probe must be given back. */
    private boolean counts(HoldfastException error) {
        try {
            return countsAsFailure.test(error);
        } catch (RuntimeException e) {
            log.error("the predicate of the breaker {} threw; the failure counts as by default", name, e);
            return isFailure(error);
        }
    }

    private RejectedException refused(CallContext context) {
        BreakerState now = current;
        Refusal refusal =
                Refusal.of(Refusal.Kind.BREAKER_OPEN, name, "The breaker '" + name + "' " + reason(now.state()));
        long left = now.openUntil() - runtime.nanoTime();
        if (now.state() == State.OPEN && left > 0) {
            refusal = refusal.retryAfter(Duration.ofNanos(left));
        }
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

    private static String reason(State state) {
        return switch (state) {
            case FORCED_OPEN -> "was opened by hand, and stays so until it is reset";
            case HALF_OPEN ->
                "is half open: its target failed repeatedly, and a first call is finding out whether it has recovered";
            default -> "is open: its target failed repeatedly, and is left alone for a while";
        };
    }

    /** Let through in an era. */
    private record Admitted(CircuitBreaker breaker, long era) implements Permit {
        @Override
        public void end(Outcome outcome, GuardedCall call) {
            breaker.ended(call.context(), era, outcome);
        }
    }

    /** Builds a {@link CircuitBreaker}. Not safe for use by several threads. */
    public static final class Builder {
        private final String name;
        private int failures = 5;
        private Duration openFor = Duration.ofSeconds(60);
        private int probes = 1;
        private Predicate<? super HoldfastException> countsAsFailure = CircuitBreaker::isFailure;
        private HoldfastRuntime runtime = HoldfastRuntime.system();
        private Events events = Events.none();

        private Builder(String name) {
            this.name = Objects.requireNonNull(name, "name");
        }

        /**
         * Sets after how many failures in a row it opens.
         *
         * @param count 5 by default
         * @return this builder
         */
        public Builder failures(int count) {
            this.failures = count;
            return this;
        }

        /**
         * Sets how long it refuses all calls before the first probe.
         *
         * @param duration 60 s by default
         * @return this builder
         */
        public Builder openFor(Duration duration) {
            this.openFor = duration;
            return this;
        }

        /**
         * Sets how many calls go through while it is half open, at once and in all; so many successes close it.
         *
         * @param count 1 by default
         * @return this builder
         */
        public Builder probes(int count) {
            this.probes = count;
            return this;
        }

        /**
         * Decides which failures count, instead of the default: those of the provider, of transport, of a stream that
         * broke, of the application's own code below, and of a deadline that passed while the call ran, as far as they
         * pass or another target may not have them. Of the application's own code everything counts that it throws; it is
         * the cause of a {@link dev.holdfast.error.TaskException} here.
         *
         * @param predicate true for what tells that the target is in trouble
         * @return this builder
         */
        public Builder countsAsFailure(Predicate<? super HoldfastException> predicate) {
            this.countsAsFailure = Objects.requireNonNull(predicate, "predicate");
            return this;
        }

        /**
         * Sets where time comes from.
         *
         * @param runtime the system's by default
         * @return this builder
         */
        public Builder runtime(HoldfastRuntime runtime) {
            this.runtime = Objects.requireNonNull(runtime, "runtime");
            return this;
        }

        /**
         * Sets who is told of refusals and changes.
         *
         * @param events nobody by default
         * @return this builder
         */
        public Builder events(Events events) {
            this.events = Objects.requireNonNull(events, "events");
            return this;
        }

        /**
         * Builds the breaker, closed.
         *
         * @return a new breaker
         * @throws InvalidConfigurationException naming everything that is wrong
         */
        public CircuitBreaker build() {
            new Problems()
                    .requireText(name, "name")
                    .requirePositive(failures, "failures")
                    .requirePositive(openFor, "openFor")
                    .requirePositive(probes, "probes")
                    .throwIfAny("breaker '" + name + "'");
            return new CircuitBreaker(this);
        }
    }
}
