package dev.holdfast.context;

/** Why an attempt was made; every kind is admitted and paid for like any other. */
public enum AttemptKind {
    /** The first try at the target that was chosen for the call. */
    FIRST,
    /** Another try at the same target after a failure. */
    RETRY,
    /** A try at another target after the ones before it failed. */
    FALLBACK,
    /** A second try that runs beside a slow first one. */
    HEDGE,
    /** A try whose answer nobody sees. */
    SHADOW,
    /** A model that judges another model's input or output. */
    GUARD,
    /** A further round that asks for output of the right form. */
    REPAIR
}
