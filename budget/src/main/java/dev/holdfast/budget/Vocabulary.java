package dev.holdfast.budget;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A family of models that count alike: the vocabulary of their text, and what their wire format adds around it, as
 * recorded exchanges of the family were charged beyond their text.
 *
 * <p>JTokkit's own map of model names is not used: version 1.1.0 takes gpt-4.1 for gpt-4 and knows neither gpt-5 nor
 * o3-mini.
 */
enum Vocabulary {
    /** GPT-4o and everything of OpenAI's after it. The costliest image is 2,048 by 768: 8 tiles of 170, and 85. */
    O200K(EncodingType.O200K_BASE, 3, 24, 8, 96, 765, 4_000),
    /** The same, but an image is made to cost as much as with the large model: tiles of 5,667, and 2,833. */
    O200K_MINI(EncodingType.O200K_BASE, 3, 24, 8, 96, 25_501, 48_169),
    /** OpenAI's open models, whose chat format begins with some 65 tokens of its own. */
    GPT_OSS(EncodingType.O200K_BASE, 68, 128, 32, 160, 765, 4_000),
    /** GPT-4 and GPT-3.5. */
    CL100K(EncodingType.CL100K_BASE, 3, 24, 8, 96, 765, 1_445),
    /** Anthropic's, with hidden instructions for tools. An image is about 1,600 tokens, 4,784 with the newest. */
    CLAUDE(null, 12, 64, 450, 900, 1_600, 5_000),
    /** Everybody else. Some begin with hidden instructions of about 200 tokens. */
    UNKNOWN(null, 12, 256, 64, 512, 1_600, 5_000);

    /** Names that were read, each at the slot of its hash: an application knows a few, and asks for them at every call. */
    private static final AtomicReferenceArray<@Nullable Named> NAMED = new AtomicReferenceArray<>(64);

    private record Named(String model, Vocabulary vocabulary) {}

    private static final int MESSAGE = 4;
    private static final int TOOL = 8;

    private final @Nullable EncodingType type;
    private final int request;
    private final int requestBound;
    private final int tools;
    private final int toolsBound;
    private final int image;
    private final int imageBound;

    /** Takes pairs, mostly and at the most: what stands around a request, what the first tool adds, and an image. */
    Vocabulary(
            @Nullable EncodingType type,
            int request,
            int requestBound,
            int tools,
            int toolsBound,
            int image,
            int imageBound) {
        this.type = type;
        this.request = request;
        this.requestBound = requestBound;
        this.tools = tools;
        this.toolsBound = toolsBound;
        this.image = image;
        this.imageBound = imageBound;
    }

    /** The family of a model's name, with or without a gateway's prefix. */
    static Vocabulary of(String model) {
        int slot = model.hashCode() & (NAMED.length() - 1);
        Named named = NAMED.getPlain(slot);
        if (named == null || !named.model.equals(model)) {
            named = new Named(model, read(model));
            NAMED.setPlain(slot, named);
        }
        return named.vocabulary;
    }

    private static Vocabulary read(String model) {
        String name = model.substring(model.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        if (name.startsWith("ft:")) { // a fine-tuned model counts as the one that it was made from
            name = name.substring("ft:".length());
        }
        if (name.startsWith("gpt-4o-mini")) {
            return O200K_MINI;
        }
        if (name.startsWith("gpt-oss")) {
            return GPT_OSS;
        }
        if (name.contains("claude")) { // also as in anthropic.claude-sonnet-4-20250514-v1:0
            return CLAUDE;
        }
        if (name.startsWith("gpt-4o")
                || name.startsWith("chatgpt-4o")
                || name.startsWith("gpt-4.1")
                || name.startsWith("gpt-4.5")
                || name.startsWith("gpt-5")
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
        } else if (type == EncodingType.O200K_BASE) {
            tally.add(SplitO200k.PIECES.count(text));
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
    void request(boolean withTools, Tally tally) {
        tally.add(request, requestBound);
        if (withTools) {
            tally.add(tools, toolsBound);
        }
    }

    /** Adds what tells the model to answer in a form, beside the schema; 200 to 300 tokens with Anthropic. */
    void outputFormat(Tally tally) {
        tally.add(2 * TOOL, type == null ? 40 * TOOL : 8 * TOOL);
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

    /** Read, like all of them, when the first model needs it. */
    private static final class SplitO200k {
        static final Pieces PIECES = new Pieces(Loaded.of(EncodingType.O200K_BASE));
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
