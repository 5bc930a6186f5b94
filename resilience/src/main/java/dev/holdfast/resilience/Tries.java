package dev.holdfast.resilience;

import dev.holdfast.chat.Attempt;
import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.AttemptKind;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.RejectedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was tried and in vain, made when the first try of a call has failed. Used by the consumer's thread. */
final class Tries {
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<HoldfastException> errors = new ArrayList<>();

    /** A try at a target. Where a layer below has counted its own tries, those count. */
    record Try(CallContext context, String target, long startNanos) {
        int number() {
            return context.attempt();
        }

        AttemptKind kind() {
            return context.attemptKind();
        }

        private Attempt failed(HoldfastException error, Duration took) {
            String endpoint = error.details().endpoint().map(Endpoint::id).orElse(target);
            return new Attempt(number(), kind(), endpoint, took, wordsOf(error));
        }
    }

    void failed(Try attempt, long now, HoldfastException error) {
        attempts.addAll(attemptsOf(attempt, now, error));
        errors.add(error);
    }

    /** The number that the next try has. */
    int nextNumber() {
        return attempts.get(attempts.size() - 1).number() + 1;
    }

    HoldfastException lastError() {
        return errors.get(errors.size() - 1);
    }

    List<HoldfastException> errors() {
        return errors;
    }

    /** How the whole ends when its last try ended so. Changes nothing here: it may be asked twice. */
    Outcome told(Outcome outcome, Try last, long now) {
        HoldfastException error = outcome.error();
        if (error == null) {
            return new Outcome.Completed(answered(((Outcome.Completed) outcome).response(), last, now));
        }
        List<Attempt> all = new ArrayList<>(attempts);
        all.addAll(attemptsOf(last, now, error));
        HoldfastException told = told(error, all, errors);
        return told instanceof CancelledException cancelled
                ? new Outcome.Cancelled(cancelled)
                : new Outcome.Failed(told);
    }

    /**
     * The error when there is nothing left to try: the last one that is not a refusal, since a refusal on the way says
     * nothing of what is broken, or else the last one. With the shortest of the waits that they asked for.
     */
    HoldfastException allFailed() {
        if (errors.size() == 1) {
            return errors.get(0);
        }
        HoldfastException chosen = lastError();
        for (int i = errors.size() - 1; i >= 0; i--) {
            if (!(errors.get(i) instanceof RejectedException)) {
                chosen = errors.get(i);
                break;
            }
        }
        HoldfastException told = told(chosen);
        return told.with(told.details().toBuilder().retryAfter(shortestWait()).build());
    }

    private @Nullable Duration shortestWait() {
        Duration shortest = null;
        for (HoldfastException error : errors) {
            Duration wait = error.retryAfter().orElse(null);
            if (wait != null && (shortest == null || wait.compareTo(shortest) < 0)) {
                shortest = wait;
            }
        }
        return shortest;
    }

    /** One error for all of them: it says what the chosen one says, and what all together were and spent. */
    HoldfastException told(HoldfastException chosen) {
        List<HoldfastException> others = new ArrayList<>(errors);
        others.remove(others.lastIndexOf(chosen)); // a model may throw one and the same error several times
        return told(chosen, attempts, others);
    }

    private static HoldfastException told(
            HoldfastException chosen, List<Attempt> attempts, List<HoldfastException> others) {
        Usage usage = Usage.none();
        Billing billing = Billing.NOT_SENT;
        Money cost = null;
        for (int i = 0; i <= others.size(); i++) {
            HoldfastException error = i < others.size() ? others.get(i) : chosen;
            usage = usage.plus(error.usage());
            billing = error.billing().compareTo(billing) > 0 ? error.billing() : billing;
            cost = sum(cost, error.details().cost().orElse(null));
        }
        ErrorDetails details = chosen.details();
        HoldfastException told = chosen.with(details.toBuilder()
                .attempts(attempts)
                .usage(usage, billing)
                .cost(cost)
                .build());
        for (HoldfastException other : others) {
            told.addSuppressed(other);
        }
        return told;
    }

    private ChatResponse answered(ChatResponse response, Try last, long now) {
        List<Attempt> all = new ArrayList<>(attempts);
        if (response.attempts().isEmpty()) {
            String endpoint = response.endpoint().id();
            Duration took = Duration.ofNanos(now - last.startNanos());
            all.add(new Attempt(last.number(), last.kind(), endpoint, took, null));
        } else {
            all.addAll(response.attempts());
        }
        Usage usage = response.usage();
        Money cost = response.cost().orElse(null);
        for (HoldfastException error : errors) {
            // What a failed try used is part of the answer's price as far as it is known; an unknown part of it would
            // make the known one of the answer useless.
            usage = error.usage().isKnown() ? usage.plus(error.usage()) : usage;
            cost = cost == null ? null : sum(cost, error.details().cost().orElse(null));
        }
        return response.toBuilder().attempts(all).usage(usage).cost(cost).build();
    }

    /** The caller gave up between two tries; what the tries before have spent goes with it. */
    static CancelledException givenUp(HoldfastException last, @Nullable InterruptedException interrupt) {
        ErrorDetails details = last.details();
        String why = interrupt == null ? "closed" : "interrupted";
        CancelledException cancelled = new CancelledException(why + " between two attempts", details, interrupt);
        cancelled.addSuppressed(last);
        return cancelled;
    }

    private static List<Attempt> attemptsOf(Try attempt, long now, HoldfastException error) {
        return error.attempts().isEmpty()
                ? List.of(attempt.failed(error, Duration.ofNanos(now - attempt.startNanos())))
                : error.attempts();
    }

    private static @Nullable Money sum(@Nullable Money one, @Nullable Money other) {
        return one == null ? other : other == null ? one : one.plus(other);
    }

    private static String wordsOf(HoldfastException error) {
        String message = error.getMessage();
        return message == null || message.isEmpty() ? error.getClass().getSimpleName() : message;
    }
}
