package dev.holdfast.testkit;

import dev.holdfast.runtime.HoldfastRuntime;

final class SystemRuntimeKitTest extends RuntimeKit {
    @Override
    protected HoldfastRuntime runtime() {
        return HoldfastRuntime.system();
    }
}
