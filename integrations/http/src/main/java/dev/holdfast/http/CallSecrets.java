package dev.holdfast.http;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.Classification;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.Remedy;
import dev.holdfast.error.TaskException;
import java.util.ArrayList;
import java.util.List;

/** The keys of one call: got when it is sent, and kept to take them out of whatever is said about it. */
final class CallSecrets {
    private static final String MASK = "***";

    /**
     * What is shorter guards nothing, and stands in any text by chance: local servers are given a key such as {@code x},
     * {@code none} or {@code ollama}. GitLab masks no variable of fewer characters either.
     */
    private static final int SHORTEST_MASKED = 8;

    private final CallContext context;
    private final List<String> keys = new ArrayList<>(1);

    CallSecrets(CallContext context) {
        this.context = context;
    }

    String get(ApiKey source) {
        String key;
        try {
            key = source.of(context);
        } catch (HoldfastException e) {
            throw e;
        } catch (RuntimeException e) {
            // Its message and its cause are left out: they may hold the key, or the vault's own secrets.
            throw failed("threw " + e.getClass().getName());
        }
        String problem = ApiKey.problemWith(key);
        if (problem != null || key == null) {
            throw failed("gave a key that " + problem);
        }
        String stripped = key.strip();
        if (stripped.length() >= SHORTEST_MASKED) {
            keys.add(stripped);
        }
        return stripped;
    }

    String mask(String text) {
        String masked = text;
        for (String key : keys) {
            masked = masked.replace(key, MASK);
        }
        return masked;
    }

    private TaskException failed(String what) {
        return new TaskException(
                "the source of the API key " + what,
                ErrorDetails.builder()
                        .context(context)
                        .usage(Usage.none(), Billing.NOT_SENT)
                        .classification(Classification.of("no key", Remedy.ESCALATE, Remedy.FALLBACK))
                        .build(),
                null);
    }
}
