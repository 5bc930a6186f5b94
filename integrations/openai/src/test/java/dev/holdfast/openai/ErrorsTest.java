package dev.holdfast.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.chat.Part;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.Remedy;
import dev.holdfast.error.StreamInterruptedException;
import dev.holdfast.error.TransportException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorsTest extends ProviderTestBase {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | {'error':{'message':'too long','type':'bad','code':'context_length_exceeded'}} | context_length_exceeded | bad | too long",
                "404 | {'error':{'message':'gone','code':404,'metadata':{'raw':'upstream said'}}} | 404 | '' | gone: upstream said",
                "401 | {'detail':'Invalid API Key'} | '' | '' | Invalid API Key",
                "400 | {'code':'c','error':'wrong key'} | c | '' | wrong key",
                "422 | {'detail':[{'msg':'extra field'}]} | '' | '' | extra field",
                "400 | {'object':'error','message':'maximum context length','type':'BadRequestError','code':400} | 400 | BadRequestError | maximum context length",
                "400 | [{'error':{'message':'in a list','code':400}}] | 400 | '' | in a list",
                "503 | upstream connect error | '' | '' | upstream connect error"
            })
    void everyShapeOfAnError(int status, String body, String code, String type, String message) {
        serve(status, body.replace('\'', '"'));

        ProviderException error = catchThrowableOfType(ProviderException.class, () -> ask("openai"));
        assertThat(error.status()).isEqualTo(status);
        assertThat(error.code()).isEqualTo(code);
        assertThat(error.type()).isEqualTo(type);
        assertThat(error).hasMessageContaining(message).hasMessageContaining("openai/mini");
    }

    @Test
    void anAnswerThatFailedKeepsWhatCameOfIt() {
        serveJson("{'choices':[{'index':0,'finish_reason':'error','error':{'code':502,'message':'lost it'},"
                + "'message':{'role':'assistant','content':'half of','reasoning':'a thought','tool_calls':[{'id':'c',"
                + "'type':'function','function':{'name':'look','arguments':'{}{'}}]}}],"
                + "'usage':{'prompt_tokens':7,'completion_tokens':3,'total_tokens':10}}");

        ProviderException error = catchThrowableOfType(ProviderException.class, () -> ask("openrouter"));
        assertThat(error).hasMessageContaining("lost it");
        assertThat(error.partial().text()).isEqualTo("half of");
        assertThat(error.partial().parts()).hasSize(2).hasAtLeastOneElementOfType(Part.Reasoning.class);
        assertThat(error.usage()).isEqualTo(Usage.of(7, 3));
    }

    @Test
    void aPieceThatReportsAnErrorKeepsWhatCameWithIt() {
        serveEvents(
                "{'choices':[{'index':0,'delta':{'content':'half '}}]}",
                "{'choices':[{'index':0,'delta':{'content':'of'},'error':{'code':502,'message':'lost it'}}]}");

        StreamInterruptedException error =
                catchThrowableOfType(StreamInterruptedException.class, () -> askStreaming("openrouter"));
        assertThat(error).hasMessageContaining("lost it");
        assertThat(error.partial().text()).isEqualTo("half of");
    }

    @ParameterizedTest
    @CsvSource({"48s, PT48S", "0.939935699s, PT0.939935699S", "0s,", "-3s,", "soon,", "9e9s,"})
    void googleSaysInTheBodyWhenToComeBack(String delay, Duration wait) {
        serve(
                429,
                "[{\"error\":{\"code\":429,\"message\":\"Quota exceeded\",\"status\":\"RESOURCE_EXHAUSTED\",\"details\":["
                        + "{\"@type\":\"type.googleapis.com/google.rpc.Help\"},"
                        + "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"" + delay
                        + "\"}]}}]");

        ProviderException error = catchThrowableOfType(ProviderException.class, () -> ask("google"));
        assertThat(error.retryAfter()).isEqualTo(Optional.ofNullable(wait));
    }

    @Test
    void aNumberThatNobodyCanHoldIsAMalformedAnswer() {
        serveJson("{'id':'x','model':'m','usage':{'cost':1e9999999999}}");

        TransportException error = catchThrowableOfType(TransportException.class, () -> ask("openai"));

        assertThat(error).hasMessageContaining("not JSON");
        assertThat(error.classification().isRetryable()).isTrue();
        assertThat(error.classification().allows(Remedy.FALLBACK)).isTrue();
    }

    @Test
    void whatWasAskedIsInNoErrorAlthoughTheProviderRepeatsIt() {
        serve(
                422,
                "{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"messages\",0,\"seed\"],\"msg\":\"Extra inputs are"
                        + " not permitted\",\"input\":{\"content\":\"my secret question\"},\"ctx\":{\"x\":\"secret\"}}]}");

        ProviderException error = catchThrowableOfType(ProviderException.class, () -> ask("mistral"));
        assertThat(error)
                .hasMessageContaining("body.messages.0.seed: Extra inputs are not permitted")
                .hasMessageNotContaining("secret");
    }

    @Test
    void theKeyIsInNoErrorAndInNoText() {
        serve(401, "{\"error\":{\"message\":\"Incorrect API key provided: sk-test-1.\",\"code\":\"sk-test-1\"}}");

        ProviderException error = catchThrowableOfType(ProviderException.class, () -> ask("openai"));
        assertThat(error).hasMessageContaining("provided: ***.");
        assertThat(error.code()).isEqualTo("***");
        assertThat(model("openai").toString()).isEqualTo("openai/mini");
    }

    @Test
    void aBuilderNamesEveryWrongFieldAtOnce() {
        assertThatThrownBy(() -> OpenAiModel.builder(" ")
                        .provider("")
                        .baseUrl("ftp://x")
                        .apiKey("two\nlines sk-secret")
                        .header("bad name", "x")
                        .header("x-team", "ß")
                        .bodyField("plugins", "[")
                        .bodyField("model", "\"dearer\"")
                        .maxTokensField("tokens")
                        .contextWindow(-1)
                        .build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContainingAll(
                        "model:",
                        "provider:",
                        "baseUrl:",
                        "apiKey:",
                        "header.bad name: has a name",
                        "header.x-team: has a value",
                        "bodyField.plugins: is not JSON",
                        "bodyField.model: is decided",
                        "maxTokensField:",
                        "contextWindow:")
                .message()
                .doesNotContain("sk-secret");
    }

    @Test
    void aMissingKeyIsNoticedWhereOneIsNeeded() {
        assertThatThrownBy(() -> OpenAiModel.builder("mini").build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("apiKey: is missing or blank");
        assertThatThrownBy(
                        () -> OpenAiModel.builder("mini").apiKey((String) null).build())
                .isInstanceOf(InvalidConfigurationException.class);
        assertThat(OpenAiModel.builder("mini")
                        .provider("ollama")
                        .build()
                        .endpoint()
                        .id())
                .isEqualTo("ollama/mini");
    }

    /** What follows the address would end up behind the question mark, and a key there in every log. */
    @ParameterizedTest
    @ValueSource(strings = {"https://x.example/v1?key=sk-secret", "https://x.example/v1#top"})
    void anAddressEndsWithItsPath(String url) {
        assertThatThrownBy(() -> OpenAiModel.builder("mini").baseUrl(url).build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("baseUrl")
                .hasMessageNotContaining("secret");
    }

    @Test
    void anUnknownProviderNeedsAnAddress() {
        assertThatThrownBy(
                        () -> OpenAiModel.builder("mini").provider("somebody").build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("baseUrl");
        assertThatThrownBy(() -> OpenAiModel.builder("mini")
                        .provider("azure")
                        .apiKey("k")
                        .build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("azure(url, version)");
    }
}
