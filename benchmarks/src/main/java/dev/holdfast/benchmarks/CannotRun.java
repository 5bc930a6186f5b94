package dev.holdfast.benchmarks;

/** The benchmark could not start: something that it needs is missing. Its message is all that the user sees. */
public final class CannotRun extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Creates one.
     *
     * @param message what is missing, and how to mend it
     */
    public CannotRun(String message) {
        super(message);
    }
}
