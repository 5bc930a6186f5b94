package dev.holdfast.budget;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A family of models that count alike: the vocabulary of their text, and what their wire format adds around it.
 *
 * <p>JTokkit's own map of model names is not used: version 1.1.0 takes gpt-4.1 for gpt-4 and knows neither gpt-5 nor
 * o3-mini.
 */
enum Vocabulary {
    /** GPT-4o and everything of OpenAI's after it. The costliest image is 2,048 by 768: 8 tiles of 170, and 85. */
    O200K(EncodingType.O200K_BASE, 765, 4_000),
    /** The same, but an image is made to cost as much as with the large model: tiles of 5,667, and 2,833. */
    O200K_MINI(EncodingType.O200K_BASE, 25_501, 48_169),
    /** GPT-4 and GPT-3.5. */
    CL100K(EncodingType.CL100K_BASE, 765, 1_445),
    /** Everybody else. Anthropic bounds an image at about 1,600 tokens, and 4,784 for its newest models. */
    UNKNOWN(null, 1_600, 5_000);

    private static final int MESSAGE = 4;
    private static final int REPLY = 3;
    private static final int TOOL = 8;

    /** Anthropic's hidden instructions for tools: 313 to 530 tokens, by model and choice. */
    private static final int TOOLS_OF_UNKNOWN = 346;

    private static final int TOOLS_OF_UNKNOWN_BOUND = 600;

    private final @Nullable EncodingType type;
    private final int image;
    private final int imageBound;

    Vocabulary(@Nullable EncodingType type, int image, int imageBound) {
        this.type = type;
        this.image = image;
        this.imageBound = imageBound;
    }

    /** The family of a model's name, with or without a gateway's prefix. */
    static Vocabulary of(String model) {
        String name = model.substring(model.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        if (name.startsWith("ft:")) { // a fine-tuned model counts as the one that it was made from
            name = name.substring("ft:".length());
        }
        if (name.startsWith("gpt-4o-mini")) {
            return O200K_MINI;
        }
        if (name.startsWith("gpt-4o")
                || name.startsWith("chatgpt-4o")
                || name.startsWith("gpt-4.1")
                || name.startsWith("gpt-4.5")
                || name.startsWith("gpt-5")
                || name.startsWith("gpt-oss")
                || isReasoning(name)) {
            return O200K;
        }
        return name.startsWith("gpt-4") || name.startsWith("gpt-3.5") || name.startsWith("gpt-35") ? CL100K : UNKNOWN;
    }

    /** {@code o1}, {@code o3-mini}, {@code o4-mini-2025-04-16}; not {@code o1000}. */
    private static boolean isReasoning(String name) {
        return (name.startsWith("o1") || name.startsWith("o3") || name.startsWith("o4"))
                && (name.length() == 2 || name.charAt(2) == '-');
    }

    /** Adds a text. */
    void text(String text, Tally tally) {
        if (text.isEmpty()) {
            return;
        }
        if (type == null) {
            CharacterEstimate.add(text, tally);
        } else {
            // "Ordinary": a text that spells a control token is text, not an error.
            tally.add(Loaded.of(type).countTokensOrdinary(text));
        }
    }

    void image(Tally tally) {
        tally.add(image, imageBound);
    }

    /** Adds what stands around one message. */
    void message(Tally tally) {
        tally.add(MESSAGE, type == null ? 2 * MESSAGE : MESSAGE + 1);
    }

    /** Adds what stands around one tool, one call or one result. */
    void tool(Tally tally) {
        tally.add(TOOL, 2 * TOOL);
    }

    /** Adds what stands around a request. */
    void request(boolean tools, Tally tally) {
        tally.add(REPLY, 4 * REPLY);
        if (tools) {
            tally.add(type == null ? TOOLS_OF_UNKNOWN : TOOL, type == null ? TOOLS_OF_UNKNOWN_BOUND : 4 * TOOL);
        }
    }

    /** OpenAI rewrites a schema before the model reads it, mostly shorter; a quarter more bounds it. */
    long schemaBound(long bound) {
        return type == null ? bound : bound + bound / 4;
    }

    /** Vocabularies of some megabytes, read when the first model needs them. */
    private static final class Loaded {
        private static final EncodingRegistry REGISTRY = Encodings.newLazyEncodingRegistry();

        static Encoding of(EncodingType type) {
            return REGISTRY.getEncoding(type);
        }
    }

    /** Two running sums. */
    static final class Tally {
        long estimate;
        long bound;

        void add(long exact) {
            add(exact, exact);
        }

        void add(long estimate, long bound) {
            this.estimate += estimate;
            this.bound += bound;
        }

        TokenCount count() {
            return new TokenCount(estimate, bound);
        }
    }
}
