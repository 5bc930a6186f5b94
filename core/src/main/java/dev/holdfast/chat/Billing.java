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
    BILLED
}
