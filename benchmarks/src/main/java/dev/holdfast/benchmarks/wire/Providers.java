package dev.holdfast.benchmarks.wire;

import dev.holdfast.anthropic.AnthropicModel;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.http.HttpTransport;
import dev.holdfast.openai.OpenAiModel;
import java.time.Duration;
import java.util.Locale;

/** The library's own models, as a user would build them for whoever answered in the recording. */
final class Providers {
    /** Nothing on loopback takes this long; what does hangs. */
    static final Duration LONGEST = Duration.ofSeconds(20);

    private static final String KEY = "k-7f3a91c2e8";

    private final HttpTransport transport = HttpTransport.builder()
            .firstByteTimeout(LONGEST)
            .silenceTimeout(LONGEST)
            .callTimeout(LONGEST)
            .build();

    ChatModel model(Exchange exchange, String baseUrl) {
        String name = exchange.model.isBlank() ? "unnamed" : exchange.model;
        return isAnthropic(exchange)
                ? AnthropicModel.builder(name)
                        .provider(providerOf(exchange))
                        .baseUrl(baseUrl)
                        .apiKey(KEY)
                        .transport(transport)
                        .build()
                : OpenAiModel.builder(name)
                        .provider(providerOf(exchange))
                        .baseUrl(baseUrl)
                        .apiKey(KEY)
                        .transport(transport)
                        .build();
    }

    static boolean isAnthropic(Exchange exchange) {
        return exchange.api.equals(Corpus.ANTHROPIC);
    }

    /** The library's names are those that the providers go by; one that it has never heard of keeps its own. */
    static String providerOf(Exchange exchange) {
        String name = exchange.provider.strip().toLowerCase(Locale.ROOT);
        if (name.isEmpty()) {
            return isAnthropic(exchange) ? "anthropic" : "unknown";
        }
        return name;
    }
}
