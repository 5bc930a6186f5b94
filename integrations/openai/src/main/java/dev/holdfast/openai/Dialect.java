package dev.holdfast.openai;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where providers that speak Chat Completions truly differ in what they accept. Who is not in the table is spoken to in
 * the common words.
 *
 * @param baseUrl where it is; null when only the user knows
 * @param maxTokensField what it calls the limit on output tokens
 * @param streamUsage whether it must be asked for the usage of a stream, and can be
 * @param jsonSchema whether it enforces a schema; else it is asked for a JSON object, and told the schema in words
 * @param needsKey whether it answers nobody without a key
 */
record Dialect(
        @Nullable String baseUrl, String maxTokensField, boolean streamUsage, boolean jsonSchema, boolean needsKey) {
    private static final String OLD = "max_tokens";
    private static final String NEW = "max_completion_tokens"; // the old name is refused by OpenAI's reasoning models

    private static final Dialect COMMON = new Dialect(null, OLD, true, true, false);

    private static final Map<String, Dialect> KNOWN = Map.of(
            "openai", new Dialect("https://api.openai.com/v1", NEW, true, true, true),
            "azure", new Dialect(null, NEW, true, true, true),
            "groq", new Dialect("https://api.groq.com/openai/v1", NEW, true, true, true),
            "xai", new Dialect("https://api.x.ai/v1", NEW, true, true, true),
            "cerebras", new Dialect("https://api.cerebras.ai/v1", NEW, true, true, true),
            "openrouter", new Dialect("https://openrouter.ai/api/v1", OLD, true, true, true),
            // Refuses fields that it does not know, and sends the usage unasked.
            "mistral", new Dialect("https://api.mistral.ai/v1", OLD, false, true, true),
            "deepseek", new Dialect("https://api.deepseek.com/v1", OLD, true, false, true),
            "ollama", new Dialect("http://localhost:11434/v1", OLD, true, true, false),
            "vllm", new Dialect("http://localhost:8000/v1", OLD, true, true, false));

    static Dialect of(String provider) {
        return KNOWN.getOrDefault(provider, COMMON);
    }
}
