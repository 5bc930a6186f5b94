package dev.holdfast.memory;

/** Breaks a rule of the house on purpose. */
public final class SynchronizedFixture {
    synchronized void waitsInAMonitor() {}
}
