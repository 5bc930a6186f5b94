package dev.holdfast.testkit;

import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A JUnit extension that fails a test which leaves something behind: an open reply, a permit, whatever
 * {@link Leftovers} watches. What a test left behind is not held against the tests after it.
 *
 * <p>It is on in every test of a project that sets {@code junit.jupiter.extensions.autodetection.enabled=true}, or in
 * the tests that name it in {@code @ExtendWith}.
 */
public final class NothingLeftBehind implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {

    /** For JUnit. */
    public NothingLeftBehind() {}

    @Override
    public void beforeAll(ExtensionContext context) {
        Leftovers.classBegins();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        List<String> found = Leftovers.testEnds();
        if (!found.isEmpty() && context.getExecutionException().isEmpty()) {
            throw new AssertionError("the test left behind: " + String.join("; ", found));
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        boolean nested =
                context.getParent().flatMap(ExtensionContext::getTestClass).isPresent();
        if (!nested) { // the class around goes on, and what its tests share with it
            Leftovers.classEnds();
        }
    }
}
