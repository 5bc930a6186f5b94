package dev.holdfast.chat;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a provider said of its own limits in the headers of an answer. Immutable.
 *
 * @param windows by what is counted: {@code requests}, {@code tokens}, {@code input-tokens}, {@code output-tokens}, or
 *     the provider's own word
 */
public record ProviderLimits(Map<String, Window> windows) {
    private static final ProviderLimits NONE = new ProviderLimits(Map.of());

    /** Copies the windows. */
    public ProviderLimits {
        // In their order: Map.copyOf has another in every process, and what is printed would differ from run to run.
        windows = windows.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(windows));
    }

    /**
     * Nothing was said.
     *
     * @return the shared instance
     */
    public static ProviderLimits none() {
        return NONE;
    }

    /**
     * One limit. What the provider did not say, or said in a way that means nothing (a limit of −1), is absent.
     *
     * @param limit how much there is in all
     * @param remaining how much is left
     * @param reset when it is full again, from the moment of the answer; null when not said
     */
    public record Window(
            OptionalLong limit,
            OptionalLong remaining,
            @Nullable Duration reset) {
        /** Checks the fields. */
        public Window {
            Objects.requireNonNull(limit, "limit");
            Objects.requireNonNull(remaining, "remaining");
        }
    }
}
