package dev.holdfast.http;

import dev.holdfast.context.CallContext;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A key, or where to get one for each call. It never shows itself: not in {@link #toString}, and the transport takes it
 * out of whatever a provider echoes, unless it has fewer than eight characters: such a one is no secret, and a part of
 * many words. Immutable.
 */
public final class ApiKey {
    private final Function<CallContext, @Nullable String> source;

    private ApiKey(Function<CallContext, @Nullable String> source) {
        this.source = source;
    }

    /**
     * One key for all calls.
     *
     * @param key the key; whitespace around it, such as the newline of a file, is left out
     * @return the key
     * @throws IllegalArgumentException when it {@linkplain #problemWith cannot be a key}; the message does not hold it
     */
    public static ApiKey of(String key) {
        String problem = problemWith(key);
        if (problem != null) {
            throw new IllegalArgumentException("the API key " + problem);
        }
        String stripped = key.strip();
        return new ApiKey(context -> stripped);
    }

    /**
     * A key for each call, for example one of the call's tenant, or one that is rotated.
     *
     * @param source gives the key in the thread of the call; be quick, and safe for use by many threads
     * @return the key
     */
    public static ApiKey perCall(Function<CallContext, @Nullable String> source) {
        return new ApiKey(Objects.requireNonNull(source, "source"));
    }

    /**
     * Says why a text cannot be a key.
     *
     * @param key the text
     * @return what is wrong and how to mend it, without the text; null when nothing is
     */
    public static @Nullable String problemWith(@Nullable String key) {
        if (key == null || key.isBlank()) {
            return "is missing or blank; set it, for example from an environment variable";
        }
        String stripped = key.strip();
        for (int i = 0; i < stripped.length(); i++) {
            // Anything else is refused by the HTTP client, in an exception that shows the key.
            if (stripped.charAt(i) <= ' ' || stripped.charAt(i) > '~') {
                return "holds a character that no HTTP header can hold, at position " + i + "; check how it was copied";
            }
        }
        return null;
    }

    /** The key of a call; what {@link #problemWith} says of it is for the caller to check. */
    @Nullable
    String of(CallContext context) {
        return source.apply(context);
    }

    @Override
    public String toString() {
        return "ApiKey[***]";
    }
}
