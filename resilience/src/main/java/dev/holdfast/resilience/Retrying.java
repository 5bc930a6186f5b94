package dev.holdfast.resilience;

import dev.failsafe.Failsafe;
import dev.holdfast.chat.Attempt;
import dev.holdfast.chat.Outcome;
import dev.holdfast.context.AttemptKind;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Deadline;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.Classification;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.RejectedException;
import dev.holdfast.error.Remedy;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The part of a call behind a {@link Retry} that begins with its first failure. Used by the consumer's thread. */
final class Retrying<T> {
    private static final Logger log = LoggerFactory.getLogger(Retry.class);

    private final Retry retry;
    private final Function<CallContext, T> attempts;
    private final BooleanSupplier givenUp;
    private final Wait waits;
    private final Deadline deadline;
    private final Tries tries = new Tries();
    private Tries.Try attempt;
    private int made = 1;
    private boolean retriedOnce;
    private @Nullable Again firstFailure;
    private @Nullable InterruptedException interrupt;

    /** How to wait between two attempts. */
    interface Wait {
        void await(Duration delay) throws InterruptedException;
    }

    /**
     * What is tried again.
     *
     * @param retry how
     * @param first the attempt that failed
     * @param attempts makes another one in the given context, or throws one of our errors
     * @param givenUp whether there is no use in going on
     * @param waits until the time is over, or there is none any more
     */
    Retrying(Retry retry, Tries.Try first, Function<CallContext, T> attempts, BooleanSupplier givenUp, Wait waits) {
        this.retry = retry;
        this.attempt = first;
        this.attempts = attempts;
        this.givenUp = givenUp;
        this.waits = waits;
        this.deadline = first.context().deadline();
    }

    T after(HoldfastException first) {
        firstFailure = failed(first);
        try {
            return Failsafe.with(retry.policy)
                    .with(new CallingThreadScheduler(this::pause))
                    .getAsync(this::next)
                    .join();
        } catch (CompletionException e) {
            throw unwrapped(e);
        }
    }

    Outcome told(Outcome outcome) {
        return tries.told(outcome, attempt, retry.runtime.nanoTime());
    }

    private T next() throws Again {
        Again first = firstFailure;
        if (first != null) { // Failsafe is told of the attempt that was made before it was asked
            firstFailure = null;
            throw first;
        }
        if (interrupt != null || givenUp.getAsBoolean()) {
            throw Tries.givenUp(tries.told(tries.lastError()), interrupt);
        }
        made++;
        attempt = new Tries.Try(
                attempt.context().toBuilder()
                        .attempt(tries.nextNumber(), AttemptKind.RETRY)
                        .build(),
                attempt.target(),
                retry.runtime.nanoTime());
        try {
            return attempts.apply(attempt.context());
        } catch (HoldfastException error) {
            throw failed(error);
        }
    }

    /** Notes a failure, and throws it unless another attempt is to be made. */
    private Again failed(HoldfastException error) {
        tries.failed(attempt, retry.runtime.nanoTime(), error);
        Duration wait =
                made < retry.maxAttempts && !givenUp.getAsBoolean() && isRetried(error) ? waitAfter(error) : null;
        if (wait == null || wait.toNanos() >= deadline.nanosLeft(retry.runtime)) {
            throw error instanceof RejectedException ? tries.allFailed() : made == 1 ? error : tries.told(error);
        }
        if (retry.events.isHeard()) {
            retry.events.emit(new ResilienceEvent.Retrying(attempt.context(), retry.runtime.now(), wait, error));
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
            return retry.retryOn.test(error);
        } catch (RuntimeException e) {
            log.error("the predicate of the retry threw; it is decided as by default", e);
            return Retry.isRetryable(error);
        }
    }

    /** Null when it is not worth waiting for. */
    private @Nullable Duration waitAfter(HoldfastException error) {
        Duration told = error.retryAfter().orElse(null);
        if (told != null) {
            return told.compareTo(retry.maxWait) > 0 ? null : shorter(retry.maxWait, told.plus(jitter(retry.base)));
        }
        // From the 32nd attempt on the power would overflow, and has long been above any maximum.
        long factor = 1L << Math.min(made - 1, 31);
        boolean grown = retry.max.dividedBy(factor).compareTo(retry.base) <= 0;
        return shorter(retry.maxWait, jitter(grown ? retry.max : retry.base.multipliedBy(factor)));
    }

    private void pause(Duration delay) {
        try {
            waits.await(delay);
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

    /** Tells Failsafe that an attempt failed, and how long to wait. Never leaves this room. */
    static final class Again extends Exception {
        private static final long serialVersionUID = 1L;

        final transient Duration delay;

        Again(Duration delay) {
            super(null, null, false, false);
            this.delay = delay;
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
        return Duration.ofNanos(retry.runtime.random().nextLong(upTo.toNanos() + 1));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
