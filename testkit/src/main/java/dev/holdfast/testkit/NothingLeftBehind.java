package dev.holdfast.testkit;

import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A JUnit extension that fails a test which leaves something behind: an open reply, a permit, whatever
 * {@link Leftovers} watches.
 *
 * <p>It is on in every test of a project that sets {@code junit.jupiter.extensions.autodetection.enabled=true}, or in
 * the tests that name it in {@code @ExtendWith}.
 */
public final class NothingLeftBehind implements BeforeEachCallback, AfterEachCallback {

    /** For JUnit. */
    public NothingLeftBehind() {}

    @Override
    public void beforeEach(ExtensionContext context) {
        // The instance of the test class is made before this, in the same thread; what its fields watch stays watched.
    }

    @Override
    public void afterEach(ExtensionContext context) {
        List<String> found;
        try {
            found = Leftovers.found();
        } finally {
            Leftovers.clear(); // what cannot be counted must not fail every later test of this thread
        }
        if (!found.isEmpty() && context.getExecutionException().isEmpty()) {
            throw new AssertionError("the test left behind: " + String.join("; ", found));
        }
    }
}
