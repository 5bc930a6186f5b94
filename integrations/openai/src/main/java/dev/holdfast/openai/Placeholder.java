package dev.holdfast.openai;

/** Keeps the package exportable until its first class is here: delete this then. */
final class Placeholder {
    private Placeholder() {}
}
