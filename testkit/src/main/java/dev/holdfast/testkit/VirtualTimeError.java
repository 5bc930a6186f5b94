package dev.holdfast.testkit;

import org.jspecify.annotations.Nullable;

/**
 * Virtual time cannot go on, or a thread that ran in it failed. The message names the threads and what they wait for.
 *
 * <p>It is an error and not an exception, so that code under test that retries or falls back on exceptions does not take
 * it for one of the failures that it is made to survive; and an assertion error, so that test frameworks report a
 * failed test.
 */
public final class VirtualTimeError extends AssertionError {
    private static final long serialVersionUID = 1L;

    VirtualTimeError(String message) {
        this(message, null);
    }

    VirtualTimeError(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
