package dev.holdfast.anthropic;

import dev.holdfast.chat.ChatModel;
import dev.holdfast.http.HttpTransport;
import dev.holdfast.testkit.ProviderLaws;
import dev.holdfast.testkit.WireFormat;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

class AnthropicLawsTest extends ProviderLaws {
    @Override
    protected WireFormat format() {
        return WireFormat.ANTHROPIC;
    }

    @Override
    protected ChatModel model(URI baseUrl) {
        return builder(baseUrl).build();
    }

    @Override
    protected Optional<ChatModel> impatientModel(URI baseUrl, Duration silence) {
        HttpTransport impatient = HttpTransport.builder()
                .firstByteTimeout(silence)
                .silenceTimeout(silence)
                .build();
        return Optional.of(builder(baseUrl).transport(impatient).build());
    }

    private static AnthropicModel.Builder builder(URI baseUrl) {
        return AnthropicModel.builder(MODEL).baseUrl(baseUrl.toString()).apiKey(KEY);
    }
}
