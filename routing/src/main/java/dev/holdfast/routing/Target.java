package dev.holdfast.routing;

import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/** Where a router can send a call. Immutable. */
public final class Target {
    private final EndpointModel model;
    private final Strength strength;
    private final BooleanSupplier available;

    /** What a target is for. */
    public enum Strength {
        /** Costs little, and is good enough for much. */
        CHEAP,
        /** For what the cheap one would get wrong. */
        STRONG
    }

    private Target(EndpointModel model, Strength strength, BooleanSupplier available) {
        this.model = Objects.requireNonNull(model, "model");
        this.strength = strength;
        this.available = Objects.requireNonNull(available, "available");
    }

    /**
     * A target for easy calls.
     *
     * @param model the endpoint with all that stands in front of it
     * @return a target that is always available
     */
    public static Target cheap(EndpointModel model) {
        return new Target(model, Strength.CHEAP, () -> true);
    }

    /**
     * A target for hard calls.
     *
     * @param model the endpoint with all that stands in front of it
     * @return a target that is always available
     */
    public static Target strong(EndpointModel model) {
        return new Target(model, Strength.STRONG, () -> true);
    }

    /**
     * Says when the target may be chosen: usually while its circuit breaker lets calls pass.
     *
     * @param available asked at every call, by many threads; quick, and changes nothing
     * @return a copy
     */
    public Target availableWhen(BooleanSupplier available) {
        return new Target(model, strength, available);
    }

    /**
     * Who answers.
     *
     * @return the endpoint
     */
    public Endpoint endpoint() {
        return model.endpoint();
    }

    /**
     * What it is for.
     *
     * @return cheap or strong
     */
    public Strength strength() {
        return strength;
    }

    EndpointModel model() {
        return model;
    }

    boolean isAvailable() {
        return available.getAsBoolean();
    }

    @Override
    public String toString() {
        return strength + " " + endpoint();
    }
}
