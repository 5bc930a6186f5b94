package dev.holdfast.chat;

/** What is known of whether the provider charges for a call. */
public enum Billing {
    /** The request was provably not sent: it costs nothing. */
    NOT_SENT,
    /** The provider refused the request before it did any work, and charges nothing. */
    NOT_BILLED,
    /** The request, or a part of it, may have reached the provider. Whoever settles assumes that it costs the most. */
    MAYBE_BILLED,
    /** The provider answered and charges for it. */
    BILLED;

    /**
     * What an answer with an error status says of the bill. What was refused before any work was done is not charged; a
     * timeout, a conflict or a crash may come after it.
     *
     * @param status the HTTP status; that of an error, or 200 for an error within an answer
     * @return {@link #NOT_BILLED} for 503 and 529 (overloaded) and for 3xx and 4xx but 408, 409 and 499, else {@link
     *     #MAYBE_BILLED}
     */
    public static Billing ofError(int status) {
        boolean overloaded = status == 503 || status == 529;
        boolean refused = status >= 300 && status < 500 && status != 408 && status != 409 && status != 499;
        return overloaded || refused ? NOT_BILLED : MAYBE_BILLED;
    }
}
