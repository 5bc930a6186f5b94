package dev.holdfast.error;

import java.util.Objects;

/**
 * A rule refused the call before it was sent. Expected under load, and therefore cheap: it has no stack trace; what
 * there is to know is in the {@link #refusal()}. What the run had used before it, in earlier rounds of tools, is in the
 * details.
 */
public final class RejectedException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    /**
     * Creates the error.
     *
     * @param refusal why
     * @param details what is known of the call
     */
    public RejectedException(Refusal refusal, ErrorDetails details) {
        super(refusal.toString(), withWait(refusal, details), null, false);
        this.refusal = Objects.requireNonNull(refusal, "refusal");
    }

    private static ErrorDetails withWait(Refusal refusal, ErrorDetails details) {
        return refusal.retryAfter().isEmpty() || details.retryAfter().isPresent()
                ? details
                : details.toBuilder().retryAfter(refusal.retryAfter().get()).build();
    }

    /**
     * Why.
     *
     * @return the refusal
     */
    public Refusal refusal() {
        return refusal;
    }

    @Override
    HoldfastException copy(ErrorDetails details) {
        return new RejectedException(refusal, details);
    }
}
