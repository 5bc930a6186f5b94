package dev.holdfast.testkit;

/** Keeps the rules: a virtual runtime may ask the system. */
public final class VirtualFixture {
    static final class Worker {
        Thread start() {
            return new Thread(() -> {});
        }
    }
}
