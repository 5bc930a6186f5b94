package dev.holdfast.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.Remedy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnthropicModelTest {
    private static final String KEY = "sk-ant-secret-0123456789";
    private static final String HELLO = """
            {"id":"msg_1","type":"message","role":"assistant","model":"claude-test-20990101",
            "content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","stop_sequence":null,
            "usage":{"input_tokens":3,"output_tokens":1}}""";

    private final FakeAnthropic server = new FakeAnthropic();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void asksAnthropicAsItsDocumentationSays() {
        AnthropicModel model = AnthropicModel.builder("claude-test")
                .baseUrl(server.url() + "/")
                .apiKey(KEY)
                .beta("feature-a")
                .beta("feature-b")
                .header("X-Team", "support")
                .build();
        server.json(200, HELLO);

        assertThat(model.chat("Hi")).isEqualTo("Hello");

        FakeAnthropic.Received sent = server.received();
        assertThat(sent.path()).isEqualTo("/v1/messages");
        assertThat(sent.headers())
                .containsEntry("x-api-key", KEY)
                .containsEntry("anthropic-version", "2023-06-01")
                .containsEntry("anthropic-beta", "feature-a,feature-b")
                .containsEntry("x-team", "support")
                .doesNotContainKey("authorization");
        assertThat(sent.headers().get("content-type")).startsWith("application/json");
        assertThat(sent.body().path("model").asText()).isEqualTo("claude-test");
        assertThat(sent.body().has("stream")).isFalse();
    }

    @Test
    void asksACloudThatRunsTheModel() {
        AnthropicModel model = AnthropicModel.builder("claude-test@1")
                .provider("vertex")
                .region("us-east5")
                .baseUrl(server.url())
                .path("/models/claude-test@1:rawPredict", "/models/claude-test@1:streamRawPredict")
                .modelInBody(false)
                .bodyField("anthropic_version", "\"vertex-2023-10-16\"")
                .apiKey(context -> "token-of-" + context.caller().tenant())
                .keyHeader("authorization", "Bearer ")
                .build();
        server.json(200, HELLO).stream("event: message_start\ndata: {\"type\":\"message_start\",\"message\":{}}\n\n"
                + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");

        model.chat("Hi");
        FakeAnthropic.Received whole = server.received();
        model.chat(ChatRequest.of("Hi").toBuilder().streaming(true).build());

        assertThat(whole.path()).isEqualTo("/models/claude-test@1:rawPredict");
        assertThat(whole.headers().get("authorization")).startsWith("Bearer token-of-");
        assertThat(whole.headers()).doesNotContainKey("x-api-key");
        assertThat(whole.body().has("model")).isFalse();
        assertThat(whole.body().path("anthropic_version").asText()).isEqualTo("vertex-2023-10-16");
        assertThat(server.received().path()).isEqualTo("/models/claude-test@1:streamRawPredict");
        assertThat(model.endpoint())
                .isEqualTo(Endpoint.builder("vertex", "claude-test@1")
                        .region("us-east5")
                        .build());
    }

    @Test
    void sendsNoKeyWhereAGatewayAddsIt() {
        server.json(200, HELLO);

        AnthropicModel.builder("claude-test").baseUrl(server.url()).build().chat("Hi");

        assertThat(server.received().headers()).doesNotContainKeys("x-api-key", "authorization");
    }

    @Test
    void keepsTheKeyToItself() {
        AnthropicModel model = AnthropicModel.builder("claude-test")
                .baseUrl(server.url())
                .apiKey(KEY)
                .build();
        server.json(
                401,
                "{\"type\":\"error\",\"error\":{\"type\":\"authentication_error\",\"message\":\"invalid x-api-key: "
                        + KEY + "\"}}");

        assertThatThrownBy(() -> model.chat("Hi")).isInstanceOfSatisfying(ProviderException.class, error -> {
            assertThat(error.getMessage()).contains("invalid x-api-key").doesNotContain(KEY);
            assertThat(error.classification().remedies()).containsExactly(Remedy.ESCALATE);
        });
        assertThat(model.toString()).isEqualTo("anthropic/claude-test");
        assertThat(AnthropicModel.builder("x").apiKey(KEY).toString()).doesNotContain(KEY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "claude-in-my-cloud", "vertex", "bedrock", "openrouter"})
    void readsAFailureInAnthropicsWordsWhoeverRunsTheModel(String provider) {
        AnthropicModel model = AnthropicModel.builder("claude-test")
                .provider(provider)
                .baseUrl(server.url())
                .build();
        server.json(500, "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"Internal\"}}");

        assertThatThrownBy(() -> model.chat("Hi")).isInstanceOfSatisfying(ProviderException.class, error -> {
            assertThat(error.classification().rule()).startsWith("anthropic 500 type=api_error");
            assertThat(error.classification().remedies()).containsExactly(Remedy.RETRY);
        });
    }

    @Test
    void doesNotShowABrokenKeyEither() {
        assertThatThrownBy(() -> AnthropicModel.builder("claude-test")
                        .apiKey("sk-ant-\u00e9")
                        .build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("apiKey")
                .hasMessageNotContaining("sk-ant");
    }

    @Test
    void namesEveryWrongFieldAtOnce() {
        assertThatThrownBy(() -> AnthropicModel.builder(" ")
                        .provider("")
                        .baseUrl("anthropic.example")
                        .path("v1/messages", "")
                        .header("X-Api-Key", "key")
                        .apiKey("")
                        .providerTool("web_search")
                        .header("x-note", "caf\u00e9")
                        .beta("")
                        .bodyField("thinking", "{")
                        .bodyField("max_tokens", "9")
                        .defaultMaxOutputTokens(0)
                        .maxOutputTokens(-1)
                        .contextWindow(0)
                        .build())
                .isInstanceOfSatisfying(
                        InvalidConfigurationException.class,
                        error -> assertThat(error.problems())
                                .extracting(InvalidConfigurationException.Problem::path)
                                .containsExactlyInAnyOrder(
                                        "model",
                                        "provider",
                                        "baseUrl",
                                        "path",
                                        "streamingPath",
                                        "apiKey",
                                        "header.x-api-key",
                                        "providerTool",
                                        "header.x-note",
                                        "beta",
                                        "bodyField.thinking",
                                        "bodyField.max_tokens",
                                        "defaultMaxOutputTokens",
                                        "maxOutputTokens",
                                        "contextWindow"));
    }

    @Test
    void asksForAKeyWhereAnthropicDoes() {
        assertThatThrownBy(() -> AnthropicModel.builder("claude-test").build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("apiKey");
        assertThatThrownBy(() -> AnthropicModel.builder("claude-test")
                        .apiKey((String) null)
                        .build())
                .hasMessageContaining("apiKey");
    }

    @Test
    void noticesAVersionThatWouldBeThereTwice() {
        assertThatThrownBy(() -> AnthropicModel.builder("claude-test")
                        .apiKey(KEY)
                        .baseUrl("https://api.example.com/v1")
                        .build())
                .hasMessageContaining("baseUrl")
                .hasMessageContaining("leave it out");
    }
}
