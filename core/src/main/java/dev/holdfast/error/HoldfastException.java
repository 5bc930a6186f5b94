package dev.holdfast.error;

import dev.holdfast.chat.Attempt;
import dev.holdfast.chat.Billing;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The root of everything that a call can fail with. Catch a branch by what it means:
 *
 * <ul>
 *   <li>{@link RejectedException}: a rule refused it (rate, budget, permission, open breaker, overload);
 *   <li>{@link ProviderException}: the provider answered with an error;
 *   <li>{@link TransportException}: the provider could not be reached, or the answer could not be read;
 *   <li>{@link StreamInterruptedException}: an answer broke off after a part of it had been delivered;
 *   <li>{@link DeadlineException}: it took too long;
 *   <li>{@link CancelledException}: the caller gave up;
 *   <li>{@link InvalidOutputException}: the model answered, but not in the form that was asked for;
 *   <li>{@link TaskException}: code of the application threw;
 *   <li>{@link InvalidConfigurationException}: a builder was given something that cannot work.
 * </ul>
 *
 * <p>The message never holds a key, a prompt or an answer.
 *
 * <p><b>Serialization.</b> The details stay behind: an error that comes back from another JVM knows nothing of its call
 * but its message, and says of the bill that there may be one.
 */
public abstract sealed class HoldfastException extends RuntimeException
        permits RejectedException,
                ProviderException,
                TransportException,
                StreamInterruptedException,
                DeadlineException,
                CancelledException,
                InvalidOutputException,
                TaskException,
                InvalidConfigurationException {
    private static final long serialVersionUID = 1L;

    /** What is known where the details stayed behind: not that nothing was sent. */
    private static final ErrorDetails UNKNOWN =
            ErrorDetails.builder().usage(Usage.unknown(), Billing.MAYBE_BILLED).build();

    private final transient @Nullable ErrorDetails details;

    HoldfastException(String message, ErrorDetails details, @Nullable Throwable cause, boolean stackTrace) {
        super(message, cause, true, stackTrace);
        this.details = Objects.requireNonNull(details, "details");
    }

    /**
     * What is known of the call.
     *
     * @return the details
     */
    public final ErrorDetails details() {
        ErrorDetails known = details;
        return known == null ? UNKNOWN : known;
    }

    /**
     * The same error with other details; cause, stack trace and suppressed errors are kept.
     *
     * @param details what is known now
     * @return a copy
     */
    public final HoldfastException with(ErrorDetails details) {
        HoldfastException copy = copy(details);
        copy.setStackTrace(getStackTrace());
        for (Throwable suppressed : getSuppressed()) {
            copy.addSuppressed(suppressed);
        }
        return copy;
    }

    abstract HoldfastException copy(ErrorDetails details);

    final String text() {
        return Objects.requireNonNullElse(getMessage(), "");
    }

    /**
     * The call, one of those of its run.
     *
     * @return its id, as in the contexts of the call's events; empty where it has none
     */
    public final String callId() {
        return details().callId();
    }

    /**
     * The run of an agent that the call is part of.
     *
     * @return its id, as in the contexts of the run's events; empty outside a run
     */
    public final String runId() {
        return details().runId();
    }

    /**
     * What was tried.
     *
     * @return the attempts in order; empty when there was one only, or none
     */
    public final List<Attempt> attempts() {
        return details().attempts();
    }

    /**
     * When it makes sense to try again.
     *
     * @return the wait from now, where somebody said so
     */
    public final Optional<Duration> retryAfter() {
        return details().retryAfter();
    }

    /**
     * What was received before it failed.
     *
     * @return a message, without parts when nothing was
     */
    public final Message partial() {
        return details().partial();
    }

    /**
     * What was used before it failed.
     *
     * @return the usage
     */
    public final Usage usage() {
        return details().usage();
    }

    /**
     * Whether the provider charges for it.
     *
     * @return what is known
     */
    public final Billing billing() {
        return details().billing();
    }

    /**
     * What may help: what somebody has said of this error, or else what {@link FailureTable#standard()} says of its kind.
     *
     * @return the classification
     */
    public final Classification classification() {
        return FailureTable.standard().classify(this);
    }
}
