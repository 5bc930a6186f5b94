package dev.holdfast.context;

/** How urgent a call is when there is not enough for all; earlier constants go first. */
public enum Priority {
    /** A person waits for the answer. */
    INTERACTIVE,
    /** Nobody waits this second. */
    NORMAL,
    /** May wait until there is room. */
    BATCH
}
