package dev.holdfast.testkit;

/** Keeps the package exportable until its first class is here: delete this then. */
final class Placeholder {
    private Placeholder() {}
}
