package dev.holdfast.openai;

import dev.holdfast.chat.ChatModel;
import dev.holdfast.http.HttpTransport;
import dev.holdfast.testkit.ProviderLaws;
import dev.holdfast.testkit.WireFormat;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

class OpenAiLawsTest extends ProviderLaws {
    @Override
    protected WireFormat format() {
        return WireFormat.OPENAI;
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

    private static OpenAiModel.Builder builder(URI baseUrl) {
        return OpenAiModel.builder(MODEL).baseUrl(baseUrl.toString()).apiKey(KEY);
    }
}
