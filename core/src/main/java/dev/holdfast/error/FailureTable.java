package dev.holdfast.error;

/** What failures mean, as data: provider, status and code to remedies. Immutable. */
public final class FailureTable {
    private static final FailureTable STANDARD = new FailureTable();

    private FailureTable() {}

    /**
     * The table that the library ships.
     *
     * @return the shared instance
     */
    public static FailureTable standard() {
        return STANDARD;
    }

    /**
     * Classifies a failure that a provider reported.
     *
     * @param failure what it reported
     * @return what it means
     */
    public Classification classify(ProviderFailure failure) {
        int status = failure.status();
        return status == 408 || status == 409 || status == 429 || status >= 500
                ? Classification.of("status " + status, Remedy.RETRY)
                : Classification.none();
    }
}
