package dev.holdfast.error;

/** What may help after a failure. A failure without any remedy should not be tried again as it is. */
public enum Remedy {
    /** Try the same target again, after a while. */
    RETRY,
    /** Try the same target again, once. */
    RETRY_ONCE,
    /** Try another target. */
    FALLBACK,
    /** Send less: the request is too large, now and for ever. */
    SHRINK,
    /** Tell a person: a key, a bill or a permission is wrong, and no program can mend it. */
    ESCALATE
}
