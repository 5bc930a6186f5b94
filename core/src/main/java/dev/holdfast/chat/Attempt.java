package dev.holdfast.chat;

import dev.holdfast.context.AttemptKind;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One try at one endpoint, as it is told afterwards.
 *
 * @param number which try of the call, from 1
 * @param kind why it was made
 * @param endpoint the endpoint's id, or the name of what was tried
 * @param took how long it took
 * @param failure what it failed with, in words; null when it succeeded
 */
public record Attempt(
        int number,
        AttemptKind kind,
        String endpoint,
        Duration took,
        @Nullable String failure) {
    /** Checks the fields. */
    public Attempt {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(endpoint, "endpoint");
        Objects.requireNonNull(took, "took");
    }

    /**
     * Tells whether it succeeded.
     *
     * @return true when it gave the answer
     */
    public boolean succeeded() {
        return failure == null;
    }
}
