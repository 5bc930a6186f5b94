package dev.holdfast.openai;

import dev.holdfast.budget.ImportsSiblingFixture;

/** Breaks a rule of the house on purpose. */
public final class ImportsRoomFixture {
    ImportsSiblingFixture room;
}
