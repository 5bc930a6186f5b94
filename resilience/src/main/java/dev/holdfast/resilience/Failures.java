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
import java.util.Set;

/** What this room makes of a failure, by its classification. */
final class Failures {
    /** What Azure, OpenAI and gateways in front of them answer when the content, not the target, is the trouble. */
    private static final Set<String> CONTENT_REFUSED = Set.of("content_filter", "content_policy_violation");

    private Failures() {}

    static boolean mayRetry(HoldfastException error) {
        return error.classification().isRetryable() && !isDelivered(error);
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
        Classification classification = error.classification();
        // Who may be asked again may be replaced as well. A failure after which less must be sent goes on, too: but to
        // targets with more room only, see Fallback.
        return classification.isRetryable()
                || classification.allows(Remedy.FALLBACK)
                || classification.allows(Remedy.SHRINK);
    }

    /** Whether the request is too large for the target, and nothing but more room helps. */
    static boolean needsRoom(HoldfastException error) {
        Classification classification = error.classification();
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
        Classification classification = error.classification();
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
}
