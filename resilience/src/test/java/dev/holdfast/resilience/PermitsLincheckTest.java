package dev.holdfast.resilience;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Permits behave under threads as they do one step after the other. */
@Tag("heavy")
public class PermitsLincheckTest {
    private final Permits permits = new Permits(2, 2);

    @Operation
    public boolean tryTake() {
        return permits.tryTake();
    }

    @Operation
    public void giveBack() {
        permits.giveBack();
    }

    @Operation
    public int taken() {
        return permits.taken();
    }

    @Test
    void linearizable() {
        new StressOptions()
                .threads(3)
                .actorsPerThread(4)
                .iterations(40)
                .invocationsPerIteration(2_000)
                .check(getClass());
    }
}
