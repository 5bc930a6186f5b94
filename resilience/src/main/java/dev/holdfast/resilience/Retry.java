package dev.holdfast.resilience;

import dev.failsafe.Failsafe;
import dev.failsafe.RetryPolicy;
import dev.holdfast.chat.Attempt;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Work;
import dev.holdfast.context.AttemptKind;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Deadline;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.Classification;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Problems;
import dev.holdfast.error.Remedy;
import dev.holdfast.event.Events;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries the same target again after failures that pass.
 *
 * <pre>{@code
 * ChatModel patient = Retry.builder().maxAttempts(3).build().around(model);
 * }</pre>
 *
 * <p><b>What is retried.</b> Failures whose classification allows {@link Remedy#RETRY}, and, once a call,
 * {@link Remedy#RETRY_ONCE}; of those that nobody classified, failures of transport, and of the application's own
 * exceptions {@link java.io.IOException}, {@link java.io.UncheckedIOException} and
 * {@link java.util.concurrent.TimeoutException}: a database's are none of these, see {@link Builder#retryOn}. A refusal of a limit, a
 * budget or a breaker is not waited for here, and an answer that was delivered and billed is not asked for again unless
 * {@link Builder#retryOn} says so. Never retried: what the caller gave up, an answer of which a part was handed up, and
 * what a retry further in has retried already: retries of two layers do not multiply.
 *
 * <p><b>Waits.</b> Full jitter: a random time between zero and {@code base * 2^(n-1)} after the n-th attempt, at most
 * {@code max} (Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog 2015). Where the failure says when to
 * come back, that is obeyed, with a jitter of up to {@code base} on top. No wait is longer than {@code maxWait}, and no
 * wait ends after the deadline of the call: where more would be needed, the call fails at once, so that a fallback may
 * take over.
 *
 * <p><b>Errors.</b> The last failure is thrown; it carries all attempts when there was more than one, and what they used
 * together. The failures before it are suppressed in it.
 *
 * <p><b>Threading.</b> Safe for use by many threads. Attempts and waits happen in the consumer's thread; a close by any
 * thread and an interrupt end a wait at once.
 */
public final class Retry implements ModelLayer {
    private static final Logger log = LoggerFactory.getLogger(Retry.class);
    private static final String WORK = "the guarded work";

    private final int maxAttempts;
    private final Duration base;
    private final Duration max;
    private final Duration maxWait;
    private final Predicate<? super HoldfastException> retryOn;
    private final HoldfastRuntime runtime;
    private final Events events;
    private final RetryPolicy<Object> policy;

    private Retry(Builder builder) {
        this.maxAttempts = builder.maxAttempts;
        this.base = builder.base;
        this.max = builder.max;
        this.maxWait = builder.maxWait;
        this.retryOn = builder.retryOn;
        this.runtime = builder.runtime;
        this.events = builder.events;
        this.policy = RetryPolicy.builder()
                .handle(Again.class)
                .withMaxAttempts(maxAttempts)
                .withDelayFnOn(context -> ((Again) context.getLastException()).delay, Again.class)
                .build();
    }

    /**
     * Starts a retry.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Tells whether a failure is retried by default; for predicates that widen the default.
     *
     * @param error the failure
     * @return true when trying the same target again may help
     */
    public static boolean isRetryable(HoldfastException error) {
        return Failures.mayRetry(error);
    }

    @Override
    public ChatModel around(ChatModel next) {
        if (maxAttempts == 1) {
            return next;
        }
        String target = next instanceof EndpointModel named ? named.endpoint().id() : WORK;
        return call -> new RetryReply(next, target, call);
    }

    @Override
    public <T> T call(CallContext context, Work<? extends T> work) throws Exception {
        if (maxAttempts == 1) {
            return work.call(context);
        }
        long started = runtime.nanoTime();
        try {
            return work.call(context);
        } catch (Exception first) {
            return callAgain(new Tries.Try(context, WORK, started), work, first);
        }
    }

    private <T> T callAgain(Tries.Try made, Work<? extends T> work, Exception first) throws Exception {
        AtomicReference<Exception> last = new AtomicReference<>(first);
        Retrying<T> again = new Retrying<>(
                made,
                context -> {
                    try {
                        return work.call(context);
                    } catch (Exception e) {
                        last.set(e);
                        throw Work.errorOf(e, context);
                    }
                },
                () -> false,
                runtime.newSignal());
        try {
            return again.after(Work.errorOf(first, made.context()));
        } catch (HoldfastException e) {
            throw Work.thrown(e, last.get());
        }
    }

    /** Tells Failsafe that an attempt failed, and how long to wait. Never leaves this class. */
    private static final class Again extends Exception {
        private static final long serialVersionUID = 1L;

        final transient Duration delay;

        Again(Duration delay) {
            super(null, null, false, false);
            this.delay = delay;
        }
    }

    private final class RetryReply extends FirstChunkReply {
        private final ChatModel next;
        private final String target;
        private final ChatCall call;
        private @Nullable Retrying<ChatReply> retrying;
        private volatile @Nullable Signal closing;

        RetryReply(ChatModel next, String target, ChatCall call) {
            this.next = next;
            this.target = target;
            this.call = call;
        }

        @Override
        protected ChatReply open() {
            long started = runtime.nanoTime();
            try {
                return begin(next, call);
            } catch (HoldfastException first) {
                return again(first, started);
            }
        }

        private ChatReply again(HoldfastException first, long started) {
            Signal signal = runtime.newSignal();
            closing = signal;
            Retrying<ChatReply> again = new Retrying<>(
                    new Tries.Try(call.context(), target, started),
                    context -> begin(next, call.with(context)),
                    this::isClosed,
                    signal);
            ChatReply begun = again.after(first);
            retrying = again;
            return begun;
        }

        @Override
        protected Outcome onOutcome(Outcome outcome) {
            Retrying<ChatReply> succeeded = retrying;
            return succeeded == null ? outcome : succeeded.told(outcome);
        }

        @Override
        protected void onCloseWhileOpening() {
            Signal signal = closing;
            if (signal != null) {
                signal.fire();
            }
            super.onCloseWhileOpening();
        }
    }

    /** The part of a call that begins with its first failure. */
    private final class Retrying<T> {
        private final Function<CallContext, T> attempts;
        private final BooleanSupplier givenUp;
        private final Signal closing;
        private final Deadline deadline;
        private final Tries tries = new Tries();
        private Tries.Try attempt;
        private int made = 1;
        private boolean retriedOnce;
        private @Nullable Again firstFailure;
        private @Nullable InterruptedException interrupt;

        /**
         * What is tried again.
         *
         * @param first the attempt that failed
         * @param attempts makes another one in the given context, or throws one of our errors
         * @param givenUp whether there is no use in going on
         * @param closing fired when there is none any more
         */
        Retrying(Tries.Try first, Function<CallContext, T> attempts, BooleanSupplier givenUp, Signal closing) {
            this.attempt = first;
            this.attempts = attempts;
            this.givenUp = givenUp;
            this.closing = closing;
            this.deadline = first.context().deadline();
        }

        T after(HoldfastException first) {
            firstFailure = failed(first);
            try {
                return Failsafe.with(policy)
                        .with(new CallingThreadScheduler(this::pause))
                        .getAsync(this::next)
                        .join();
            } catch (CompletionException e) {
                throw unwrapped(e);
            }
        }

        Outcome told(Outcome outcome) {
            return tries.told(outcome, attempt, runtime.nanoTime());
        }

        private T next() throws Again {
            Again first = firstFailure;
            if (first != null) { // Failsafe is told of the attempt that was made before it was asked
                firstFailure = null;
                throw first;
            }
            if (interrupt != null || givenUp.getAsBoolean()) {
                throw FirstChunkReply.givenUp(tries.told(tries.lastError()), interrupt);
            }
            made++;
            attempt = new Tries.Try(
                    attempt.context().toBuilder()
                            .attempt(tries.nextNumber(), AttemptKind.RETRY)
                            .build(),
                    attempt.target(),
                    runtime.nanoTime());
            try {
                return attempts.apply(attempt.context());
            } catch (HoldfastException error) {
                throw failed(error);
            }
        }

        /** Notes a failure, and throws it unless another attempt is to be made. */
        private Again failed(HoldfastException error) {
            tries.failed(attempt, runtime.nanoTime(), error);
            Duration wait = made < maxAttempts && !givenUp.getAsBoolean() && isRetried(error) ? waitAfter(error) : null;
            if (wait == null || wait.toNanos() >= deadline.nanosLeft(runtime)) {
                throw made == 1 ? error : tries.told(error);
            }
            if (events.isHeard()) {
                events.emit(new ResilienceEvent.Retrying(attempt.context(), runtime.now(), wait, error));
            }
            return new Again(wait);
        }

        private boolean isRetried(HoldfastException error) {
            if (error instanceof CancelledException || wasRetriedBelow(error) || !isWanted(error)) {
                return false;
            }
            Classification classification = error.classification();
            if (classification.allows(Remedy.RETRY_ONCE) && !classification.allows(Remedy.RETRY)) {
                boolean again = !retriedOnce;
                retriedOnce = true;
                return again;
            }
            return true;
        }

        /** By the predicate; where that throws, as by default: the failure itself is what the caller has to hear of. */
        private boolean isWanted(HoldfastException error) {
            try {
                return retryOn.test(error);
            } catch (RuntimeException e) {
                log.error("the predicate of the retry threw; it is decided as by default", e);
                return isRetryable(error);
            }
        }

        /** Null when it is not worth waiting for. */
        private @Nullable Duration waitAfter(HoldfastException error) {
            Duration told = error.retryAfter().orElse(null);
            if (told != null) {
                return told.compareTo(maxWait) > 0 ? null : shorter(maxWait, told.plus(jitter(base)));
            }
            // From the 32nd attempt on the power would overflow, and has long been above any maximum.
            long factor = 1L << Math.min(made - 1, 31);
            boolean grown = max.dividedBy(factor).compareTo(base) <= 0;
            return shorter(maxWait, jitter(grown ? max : base.multipliedBy(factor)));
        }

        private void pause(Duration delay) {
            try {
                closing.await(delay);
            } catch (InterruptedException e) {
                interrupt = e;
                Thread.currentThread().interrupt();
            }
        }

        private RuntimeException unwrapped(CompletionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof Error error) {
                throw error;
            }
            return cause instanceof HoldfastException ours ? ours : e;
        }
    }

    private static boolean wasRetriedBelow(HoldfastException error) {
        for (Attempt attempt : error.attempts()) {
            if (attempt.kind() == AttemptKind.RETRY) {
                return true;
            }
        }
        return false;
    }

    private Duration jitter(Duration upTo) {
        return Duration.ofNanos(runtime.random().nextLong(upTo.toNanos() + 1));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Builds a {@link Retry}. Not safe for use by several threads. */
    public static final class Builder {
        private int maxAttempts = 3;
        private Duration base = Duration.ofMillis(200);
        private Duration max = Duration.ofSeconds(10);
        private Duration maxWait = Duration.ofSeconds(30);
        private Predicate<? super HoldfastException> retryOn = Retry::isRetryable;
        private HoldfastRuntime runtime = HoldfastRuntime.system();
        private Events events = Events.none();

        private Builder() {}

        /**
         * Sets how often a target is tried at the most, the first time included.
         *
         * @param attempts at least 1, at most 100; 1 means no retry; 3 by default
         * @return this builder
         */
        public Builder maxAttempts(int attempts) {
            this.maxAttempts = attempts;
            return this;
        }

        /**
         * Sets how long to wait between attempts where the failure does not say.
         *
         * @param base the upper bound of the first wait; it doubles with every attempt; 200 ms by default
         * @param max the upper bound of every wait; 10 s by default
         * @return this builder
         */
        public Builder backoff(Duration base, Duration max) {
            this.base = base;
            this.max = max;
            return this;
        }

        /**
         * Sets the longest wait, also where the failure says when to come back. Who asks for more patience than this is
         * not tried again.
         *
         * @param wait 30 s by default
         * @return this builder
         */
        public Builder maxWait(Duration wait) {
            this.maxWait = wait;
            return this;
        }

        /**
         * Decides what is retried, instead of the default. To widen it, ask {@link Retry#isRetryable} as well. What work
         * of the application threw is the cause of a {@link dev.holdfast.error.TaskException} here:
         *
         * <pre>{@code
         * Retry.builder()
         *         .retryOn(error -> Retry.isRetryable(error) || error.getCause() instanceof SQLTransientException)
         * }</pre>
         *
         * @param predicate true for what may help to try again; called in the consumer's thread
         * @return this builder
         */
        public Builder retryOn(Predicate<? super HoldfastException> predicate) {
            this.retryOn = Objects.requireNonNull(predicate, "predicate");
            return this;
        }

        /**
         * Sets where time, waits and jitter come from.
         *
         * @param runtime the system's by default
         * @return this builder
         */
        public Builder runtime(HoldfastRuntime runtime) {
            this.runtime = Objects.requireNonNull(runtime, "runtime");
            return this;
        }

        /**
         * Sets who is told of retries.
         *
         * @param events nobody by default
         * @return this builder
         */
        public Builder events(Events events) {
            this.events = Objects.requireNonNull(events, "events");
            return this;
        }

        /**
         * Builds the layer.
         *
         * @return an immutable layer
         * @throws InvalidConfigurationException naming everything that is wrong
         */
        public Retry build() {
            Problems problems = new Problems()
                    .require(
                            maxAttempts >= 1 && maxAttempts <= 100,
                            "maxAttempts",
                            "is " + maxAttempts + "; give a number from 1 (no retry) to 100")
                    .requirePositive(base, "backoff.base")
                    .requirePositive(max, "backoff.max")
                    .requirePositive(maxWait, "maxWait");
            if (base != null && max != null) {
                problems.require(
                        base.compareTo(max) <= 0,
                        "backoff.max",
                        "is " + max + ", shorter than the base of " + base + "; give at least the base");
            }
            problems.throwIfAny("retry");
            return new Retry(this);
        }
    }
}
