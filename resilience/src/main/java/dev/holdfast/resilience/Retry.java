package dev.holdfast.resilience;

import dev.failsafe.RetryPolicy;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.chat.Opening;
import dev.holdfast.chat.TryingModel;
import dev.holdfast.chat.Work;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Problems;
import dev.holdfast.error.Remedy;
import dev.holdfast.event.Events;
import dev.holdfast.internal.words.Durations;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/**
 * Tries the same target again after failures that pass.
 *
 * <pre>{@code
 * ChatModel patient = Retry.builder().maxAttempts(3).build().around(model);
 * }</pre>
 *
 * <p><b>What is retried.</b> Failures whose classification allows {@link Remedy#RETRY}, and, once a call,
 * {@link Remedy#RETRY_ONCE}; what an error means that nobody classified says
 * {@link dev.holdfast.error.FailureTable#classify(Throwable)}: failures of transport are retried, and of what the
 * application's own code throws that of I/O, timeouts, and what a database says that it passes; for others see
 * {@link Builder#retryOn}. Work with a database is to take its connection and to begin its transaction itself, so that
 * the next attempt gets new ones. A refusal of a limit, a
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
    private static final String WORK = "the guarded work";

    final int maxAttempts;
    final Duration base;
    final Duration max;
    final Duration maxWait;
    final Predicate<? super HoldfastException> retryOn;
    final HoldfastRuntime runtime;
    final Events events;
    final RetryPolicy<Object> policy;

    private Retry(Builder builder) {
        this.maxAttempts = builder.maxAttempts;
        this.base = builder.base;
        this.max = builder.max;
        this.maxWait = builder.maxWait;
        this.retryOn = builder.retryOn;
        this.runtime = builder.runtime;
        this.events = builder.events;
        this.policy = RetryPolicy.builder()
                .handle(Retrying.Again.class)
                .withMaxAttempts(maxAttempts)
                .withDelayFnOn(context -> ((Retrying.Again) context.getLastException()).delay, Retrying.Again.class)
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
        return maxAttempts == 1 ? next : EndpointModel.keepName(next, new Retried(next));
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
                this,
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
                runtime.newSignal()::await);
        try {
            return again.after(Work.errorOf(first, made.context()));
        } catch (HoldfastException e) {
            throw Work.thrown(e, last.get());
        }
    }

    /** A model behind this retry. */
    private final class Retried extends TryingModel {
        private final ChatModel next;
        private final String target;

        Retried(ChatModel next) {
            this.next = next;
            this.target = next instanceof EndpointModel named ? named.endpoint().id() : WORK;
        }

        @Override
        protected ChatReply begin(ChatCall call, Opening opening) {
            long started = opening.nanoTime(runtime);
            try {
                return opening.begin(next, call);
            } catch (HoldfastException first) {
                return again(first, new Tries.Try(call.context(), target, started), call, opening);
            }
        }

        private ChatReply again(HoldfastException first, Tries.Try made, ChatCall call, Opening opening) {
            Signal closing = runtime.newSignal();
            Retrying<ChatReply> again = new Retrying<>(
                    Retry.this, made, context -> opening.begin(next, call.with(context)), opening::isGivenUp, delay -> {
                        opening.onClose(closing); // each time: a retry further in has given its own meanwhile
                        closing.await(delay);
                    });
            ChatReply begun = again.after(first);
            opening.onOutcome(again::told);
            return begun;
        }
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
         *         .retryOn(error -> Retry.isRetryable(error) || error.getCause() instanceof BusyException)
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
                        "is " + Durations.exactly(max) + ", shorter than the base of " + Durations.exactly(base)
                                + "; give at least the base");
            }
            problems.throwIfAny("retry");
            return new Retry(this);
        }
    }
}
