package dev.holdfast.testkit;

import org.jspecify.annotations.Nullable;

/** The wire formats that a {@link ProviderSimulator} speaks. It tells them apart by the end of a request's path. */
public enum WireFormat {
    /** OpenAI Chat Completions, at {@code /v1/chat/completions}. */
    OPENAI("/v1", "/chat/completions"),
    /** Anthropic Messages, at {@code /v1/messages}. */
    ANTHROPIC("", "/messages");

    private final String basePath;
    private final String pathEnd;

    WireFormat(String basePath, String pathEnd) {
        this.basePath = basePath;
        this.pathEnd = pathEnd;
    }

    /** The format of a request, whatever prefix or query its URL has; null for any other path. */
    static @Nullable WireFormat ofPath(String path) {
        int query = path.indexOf('?');
        String plain = query < 0 ? path : path.substring(0, query);
        for (WireFormat format : values()) {
            if (plain.endsWith(format.pathEnd)) {
                return format;
            }
        }
        return null;
    }

    /** What the base URL of this format's clients ends with. */
    String basePath() {
        return basePath;
    }

    Wire wire() {
        return switch (this) {
            case OPENAI -> OpenAiWire.INSTANCE;
            case ANTHROPIC -> AnthropicWire.INSTANCE;
        };
    }
}
