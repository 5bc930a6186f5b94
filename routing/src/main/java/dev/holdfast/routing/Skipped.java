package dev.holdfast.routing;

import dev.holdfast.chat.Endpoint;
import java.util.Objects;

/**
 * A target that could not take a call.
 *
 * @param endpoint which
 * @param reason why, for people
 */
public record Skipped(Endpoint endpoint, String reason) {
    /** Checks the fields. */
    public Skipped {
        Objects.requireNonNull(endpoint, "endpoint");
        Objects.requireNonNull(reason, "reason");
    }

    @Override
    public String toString() {
        return endpoint + " " + reason;
    }
}
