package dev.holdfast.budget;

import dev.holdfast.memory.SynchronizedFixture;

/** Breaks a rule of the house on purpose. */
public final class ImportsSiblingFixture {
    SynchronizedFixture sibling;
}
