package dev.holdfast.budget;

import dev.holdfast.runtime.HoldfastRuntime;
import java.util.random.RandomGenerator;

/**
 * The name of one reservation; what makes settling it twice do nothing the second time. 128 random bits.
 *
 * @param high half of the bits
 * @param low the other half
 */
public record ReservationId(long high, long low) {

    /**
     * A new name.
     *
     * @param runtime whose randomness
     * @return an id that no other reservation has
     */
    public static ReservationId random(HoldfastRuntime runtime) {
        RandomGenerator random = runtime.random();
        return new ReservationId(random.nextLong(), random.nextLong());
    }

    @Override
    public int hashCode() {
        return Long.hashCode(low); // random already
    }

    @Override
    public String toString() {
        java.util.HexFormat hex = java.util.HexFormat.of();
        return hex.toHexDigits(high) + hex.toHexDigits(low);
    }
}
