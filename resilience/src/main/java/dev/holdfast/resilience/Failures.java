package dev.holdfast.resilience;

import dev.holdfast.chat.Billing;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.Classification;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.error.Remedy;
import dev.holdfast.error.StreamInterruptedException;
import dev.holdfast.error.TaskException;
import dev.holdfast.error.TransportException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What this room makes of a failure: the classification that it carries, and a default for those without one. */
final class Failures {
    private static final Classification PASSING =
            Classification.of("unclassified, but of a kind that passes", Remedy.RETRY, Remedy.FALLBACK);
    private static final Classification ELSEWHERE =
            Classification.of("refused here, may be admitted elsewhere", Remedy.FALLBACK);
    private static final Classification SOMEBODY_ELSES =
            Classification.of("unclassified, thrown by the application's own code", Remedy.FALLBACK);

    /** What Azure, OpenAI and gateways in front of them answer when the content, not the target, is the trouble. */
    private static final Set<String> CONTENT_REFUSED = Set.of("content_filter", "content_policy_violation");

    /** What a driver throws when the same work may succeed, on a new connection in the second case. */
    private static final Set<String> PASSING_IN_SQL =
            Set.of("java.sql.SQLTransientException", "java.sql.SQLRecoverableException");

    private Failures() {}

    /** What may help. A classification that somebody gave always wins. */
    static Classification classify(HoldfastException error) {
        Classification given = error.classification();
        if (!given.equals(Classification.none())) {
            return given;
        }
        if (error instanceof RejectedException rejected) {
            return rejected.refusal().kind() == Refusal.Kind.PERMISSION ? given : ELSEWHERE;
        }
        if (error instanceof TaskException) {
            return thrownBy(error.getCause());
        }
        return error instanceof TransportException || error instanceof StreamInterruptedException ? PASSING : given;
    }

    /**
     * What the application's code threw. Of what does not say that it passes nobody knows whether it would be thrown
     * again, so the same code is not run again; other code may do better. An {@link Error} is never covered up.
     */
    private static Classification thrownBy(@Nullable Throwable cause) {
        if (cause instanceof Error) {
            return Classification.none();
        }
        return isTransfer(cause) || isPassingInSql(cause) ? PASSING : SOMEBODY_ELSES;
    }

    static boolean mayRetry(HoldfastException error) {
        return classify(error).isRetryable() && !isDelivered(error);
    }

    /** What nobody else may be asked after, whatever a predicate says: what was forbidden, refused or given up. */
    static boolean isFinal(HoldfastException error) {
        return error instanceof CancelledException
                || isContentRefusal(error)
                || (error instanceof RejectedException rejected
                        && rejected.refusal().kind() == Refusal.Kind.PERMISSION);
    }

    /** Whether it is the caller who may have no more, not the target that may give no more. */
    static boolean isLimitOfTheCaller(HoldfastException error) {
        return error instanceof RejectedException rejected
                && rejected.refusal().scope().isPresent();
    }

    static boolean mayFallBack(HoldfastException error) {
        if (isFinal(error)) {
            return false;
        }
        if (error instanceof RejectedException rejected
                && rejected.refusal().kind() == Refusal.Kind.RATE_LIMIT
                && isLimitOfTheCaller(error)) {
            return false; // it counts the caller's calls wherever they go; a budget may still afford a cheaper target
        }
        Classification classification = classify(error);
        // Who may be asked again may be replaced as well. A failure after which less must be sent goes on, too: but to
        // targets with more room only, see Fallback.
        return classification.isRetryable()
                || classification.allows(Remedy.FALLBACK)
                || classification.allows(Remedy.SHRINK);
    }

    /** Whether the request is too large for the target, and nothing but more room helps. */
    static boolean needsRoom(HoldfastException error) {
        Classification classification = classify(error);
        return classification.allows(Remedy.SHRINK)
                && !classification.isRetryable()
                && !classification.allows(Remedy.FALLBACK);
    }

    /** Whether it tells that the target is in trouble. */
    static boolean blamesTarget(HoldfastException error) {
        if (error instanceof RejectedException || error instanceof CancelledException || isContentRefusal(error)) {
            return false;
        }
        if (error instanceof TaskException || error instanceof StreamInterruptedException) {
            return true;
        }
        if (error instanceof DeadlineException) {
            return error.billing() != Billing.NOT_SENT;
        }
        Classification classification = classify(error);
        return classification.isRetryable() || classification.allows(Remedy.FALLBACK);
    }

    /** Asking again would be paid for twice, and there is something to show already. */
    private static boolean isDelivered(HoldfastException error) {
        return error.billing() == Billing.BILLED && !error.partial().parts().isEmpty();
    }

    private static boolean isContentRefusal(HoldfastException error) {
        return error instanceof ProviderException provider
                && (CONTENT_REFUSED.contains(provider.code()) || CONTENT_REFUSED.contains(provider.type()));
    }

    private static boolean isTransfer(@Nullable Throwable cause) {
        return cause instanceof IOException
                || cause instanceof UncheckedIOException
                || cause instanceof TimeoutException;
    }

    /** By name: who has no {@code java.sql} need not have it for this. */
    private static boolean isPassingInSql(@Nullable Throwable cause) {
        Class<?> type = cause == null ? null : cause.getClass();
        while (type != null && !PASSING_IN_SQL.contains(type.getName())) {
            type = type.getSuperclass();
        }
        return type != null;
    }
}
