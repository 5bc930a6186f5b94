package dev.holdfast.testkit;

import dev.holdfast.runtime.HoldfastRuntime;
import org.junit.jupiter.api.AfterEach;

final class VirtualRuntimeKitTest extends RuntimeKit {
    private final VirtualRuntime time = VirtualRuntime.seeded(42);

    @Override
    protected HoldfastRuntime runtime() {
        return time;
    }

    @AfterEach
    void nothingIsLeftBehind() {
        time.takeFailures(); // some tests of the kit throw on purpose
        time.assertQuiet();
        time.close();
    }
}
