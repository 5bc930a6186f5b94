package dev.holdfast.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.JsonSchema;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.OutputFormat;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.ToolChoice;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.error.InvalidConfigurationException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTest extends ProviderTestBase {
    private static final ToolSpec LOOKUP = new ToolSpec(
            "lookup",
            "finds an order",
            JsonSchema.of("{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"}}}"));

    @BeforeEach
    void answer() {
        serveJson("{'choices':[{'message':{'content':'ok'},'finish_reason':'stop'}]}");
    }

    private static void send(String provider, ChatRequest request) {
        send(model(provider), request).await();
    }

    @Test
    void aPlainRequest() {
        send("openai", ChatRequest.of(List.of(Message.system("Be brief."), Message.user("say \"hi\" ✓"))));

        assertThat(lastRequest().getUrl()).isEqualTo("/v1/chat/completions");
        assertThat(lastRequest().getHeader("authorization")).isEqualTo("Bearer sk-test-1");
        assertThat(lastRequest().getHeader("content-type")).startsWith("application/json");
        assertThat(sent())
                .isEqualTo(json("{\"model\":\"mini\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                        + "{\"role\":\"user\",\"content\":\"say \\\"hi\\\" ✓\"}]}"));
    }

    @Test
    void everythingThatCanBeSet() {
        send(
                "openai",
                ChatRequest.of("hi").toBuilder()
                        .tools(List.of(LOOKUP))
                        .toolChoice(new ToolChoice.Tool("lookup"))
                        .outputFormat(new OutputFormat.Json("answer", JsonSchema.emptyObject()))
                        .maxOutputTokens(50)
                        .temperature(0.5)
                        .topP(0.9)
                        .stop(List.of("END"))
                        .option("openai", "reasoning_effort", "\"low\"")
                        .option("mistral", "safe_prompt", "true")
                        .build());

        assertThat(sent())
                .isEqualTo(json("{'model':'mini','messages':[{'role':'user','content':'hi'}],"
                        + "'tools':[{'type':'function','function':{'name':'lookup','description':'finds an order',"
                        + "'parameters':{'type':'object','properties':{'id':{'type':'string'}}}}}],"
                        + "'tool_choice':{'type':'function','function':{'name':'lookup'}},"
                        + "'response_format':{'type':'json_schema','json_schema':{'name':'answer',"
                        + "'schema':{'type':'object','properties':{}}}},"
                        + "'max_completion_tokens':50,'temperature':0.5,'top_p':0.9,'stop':['END'],"
                        + "'reasoning_effort':'low'}"));
    }

    @Test
    void choicesOfTools() {
        ChatRequest tools =
                ChatRequest.of("hi").toBuilder().tools(List.of(LOOKUP)).build();
        send("openai", tools);
        assertThat(sent().has("tool_choice")).isFalse();
        send("openai", tools.toBuilder().toolChoice(ToolChoice.REQUIRED).build());
        assertThat(sent().path("tool_choice").asText()).isEqualTo("required");
        send("openai", tools.toBuilder().toolChoice(ToolChoice.NONE).build());
        assertThat(sent().path("tool_choice").asText()).isEqualTo("none");
    }

    @Test
    void imagesByAddressAndByContent() {
        send(
                "openai",
                ChatRequest.of(List.of(Message.of(
                        Role.USER,
                        List.of(
                                new Part.Text("what is it?"),
                                new Part.ImageUrl("https://example.com/a.png"),
                                new Part.ImageBytes("image/png", new byte[] {1, 2, 3}))))));

        assertThat(sent().at("/messages/0/content"))
                .isEqualTo(json("{'c':[{'type':'text','text':'what is it?'},"
                                + "{'type':'image_url','image_url':{'url':'https://example.com/a.png'}},"
                                + "{'type':'image_url','image_url':{'url':'data:image/png;base64,AQID'}}]}")
                        .get("c"));
    }

    @Test
    void callsAndTheirResults() {
        send(
                "openai",
                ChatRequest.of(List.of(
                        Message.user("two orders"),
                        Message.of(
                                Role.ASSISTANT,
                                List.of(
                                        new Part.ToolCall("c1", "lookup", "{\"id\":\"1\"}"),
                                        new Part.ToolCall("c2", "lookup", ""))),
                        Message.tools(List.of(
                                new Part.ToolResult("c1", "lookup", "sent", false),
                                new Part.ToolResult("c2", "lookup", "no id given", true))))));

        assertThat(sent().get("messages"))
                .isEqualTo(json("{\"m\":[{\"role\":\"user\",\"content\":\"two orders\"},"
                                + "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":["
                                + "{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"lookup\",\"arguments\":\"{\\\"id\\\":\\\"1\\\"}\"}},"
                                + "{\"id\":\"c2\",\"type\":\"function\",\"function\":{\"name\":\"lookup\",\"arguments\":\"{}\"}}]},"
                                + "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"sent\"},"
                                + "{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":\"no id given\"}]}")
                        .get("m"));
    }

    /** Several servers read the arguments before the model does, and refuse the whole conversation for them. */
    @ParameterizedTest
    @ValueSource(strings = {"{\"order\":", "[1]", "{} {}", "nonsense", "NaN"})
    void argumentsThatAreNoObjectGoBackWithinOne(String arguments) {
        send(
                "vllm",
                ChatRequest.of(List.of(
                        Message.user("Go"),
                        Message.of(Role.ASSISTANT, List.of(new Part.ToolCall("c1", "lookup", arguments))),
                        Message.tools(List.of(new Part.ToolResult("c1", "lookup", "cannot be read", true))))));

        String sent = sent().at("/messages/1/tool_calls/0/function/arguments").asText();
        assertThat(json(sent).path("unreadable").asText()).isEqualTo(arguments);
    }

    @Test
    void aTextThatWasCutWithinACharacter() {
        send("openai", ChatRequest.of("tea \ud83c\udf75 and \ud83c"));

        assertThat(sent().at("/messages/0/content").asText()).isEqualTo("tea \ud83c\udf75 and ?");
    }

    @Test
    void thoughtsGoBackToWhoThoughtThemAndToNobodyElse() {
        Message thoughtful = Message.of(
                Role.ASSISTANT,
                List.of(
                        new Part.Reasoning("deepseek", "hm", "{\"reasoning_content\":\"hm\"}"),
                        new Part.Reasoning("anthropic", "oh", "{\"type\":\"thinking\",\"signature\":\"s\"}"),
                        new Part.Opaque("google", "{\"extra_content\":{\"x\":1}}"),
                        new Part.ToolCall("c1", "lookup", "{}")));
        ChatRequest request = ChatRequest.of(List.of(Message.user("hi"), thoughtful));

        send("deepseek", request);
        assertThat(sent().at("/messages/1/reasoning_content").asText()).isEqualTo("hm");
        assertThat(sent().toString()).doesNotContain("signature", "extra_content");
        send("groq", request);
        assertThat(sent().toString()).doesNotContain("reasoning", "signature", "extra_content");
    }

    @Test
    void bareThoughtsDoNotGoBackWithAPlainAnswer() {
        Message answer = Message.of(
                Role.ASSISTANT,
                List.of(
                        new Part.Reasoning("deepseek", "hm", "{\"reasoning_content\":\"hm\"}"),
                        new Part.Text("hello")));
        send("deepseek", ChatRequest.of(List.of(Message.user("hi"), answer, Message.user("and?"))));

        assertThat(sent().at("/messages/1")).isEqualTo(json("{'role':'assistant','content':'hello'}"));
    }

    @Test
    void aStreamAsksForItsUsageWhereThatIsUnderstood() {
        ChatRequest request = ChatRequest.of("hi").toBuilder().streaming(true).build();
        send("openai", request);
        assertThat(sent().get("stream").asBoolean()).isTrue();
        assertThat(sent().at("/stream_options/include_usage").asBoolean()).isTrue();
        send("mistral", request);
        assertThat(sent().get("stream").asBoolean()).isTrue();
        assertThat(sent().has("stream_options")).isFalse();
    }

    @Test
    void theLimitHasTheNameThatTheProviderKnows() {
        ChatRequest request =
                ChatRequest.of("hi").toBuilder().maxOutputTokens(9).build();
        send("mistral", request);
        assertThat(sent().get("max_tokens").asInt()).isEqualTo(9);
        send(
                        OpenAiModel.builder("mini")
                                .provider("mistral")
                                .baseUrl(baseUrl())
                                .maxTokensField("max_completion_tokens")
                                .build(),
                        request)
                .await();
        assertThat(sent().get("max_completion_tokens").asInt()).isEqualTo(9);
    }

    @Test
    void aProviderWithoutSchemasIsToldInWords() {
        send(
                "deepseek",
                ChatRequest.of("hi").toBuilder()
                        .outputFormat(new OutputFormat.Json("answer", JsonSchema.emptyObject()))
                        .build());

        assertThat(sent().get("response_format")).isEqualTo(json("{'type':'json_object'}"));
        assertThat(sent().at("/messages/1/role").asText()).isEqualTo("system");
        assertThat(sent().at("/messages/1/content").asText()).contains("JSON", "\"properties\":{}");
    }

    @Test
    void azureHasItsOwnAddressAndHeader() {
        OpenAiModel azure = OpenAiModel.builder("my deployment")
                .azure(baseUrl() + "/", "2024-10-21")
                .apiKey("az-key")
                .header("x-team", "desk")
                .build();
        send(azure, ChatRequest.of("hi")).await();

        assertThat(lastRequest().getUrl())
                .isEqualTo("/openai/deployments/my%20deployment/chat/completions?api-version=2024-10-21");
        assertThat(lastRequest().getHeader("api-key")).isEqualTo("az-key");
        assertThat(lastRequest().containsHeader("authorization")).isFalse();
        assertThat(lastRequest().getHeader("x-team")).isEqualTo("desk");
        assertThat(azure.endpoint().id()).isEqualTo("azure/my deployment");
    }

    @Test
    void aKeyForEachCall() {
        OpenAiModel model = OpenAiModel.builder("mini")
                .baseUrl(baseUrl())
                .apiKey(context -> "key-of-" + context.caller().tenant())
                .build();
        send(model, ChatRequest.of("hi")).await();

        assertThat(lastRequest().getHeader("authorization")).isEqualTo("Bearer key-of-acme");
    }

    @Test
    void anOptionReplacesAFieldButNotWhatWasDecidedAbove() {
        send(
                "openai",
                ChatRequest.of("hi").toBuilder()
                        .temperature(0.1)
                        .option("openai", "temperature", "0.7")
                        .build());
        assertThat(lastRequest().getBodyAsString())
                .containsOnlyOnce("temperature")
                .contains("0.7");

        ChatRequest wrong = ChatRequest.of("hi").toBuilder()
                .option("openai", "model", "\"dearer\"")
                .option("openai", "max_tokens", "100000")
                .option("openai", "preset", "\"dearer\"")
                .option("openai", "best_of", "5")
                .option("openai", "N", "5") // servers written in Go take either case
                .option("openai", "me\u017f\u017fages", "[]") // and a long s for an s
                .option("openai", "metadata", "{not json")
                .build();
        assertThatThrownBy(() -> send("openai", wrong))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContainingAll(
                        "options.openai.model",
                        "options.openai.max_tokens",
                        "options.openai.preset",
                        "options.openai.best_of",
                        "options.openai.N",
                        "options.openai.me\u017f\u017fages",
                        "options.openai.metadata: is not JSON");
    }

    @Test
    void theModelsOwnFieldsStandInEveryBodyWhereTheRequestSaysNothingElse() {
        OpenAiModel model = OpenAiModel.builder("mini")
                .baseUrl(URI.create(baseUrl()))
                .bodyField("service_tier", "\"flex\"")
                .bodyField("temperature", "0.2")
                .bodyField("top_p", "0.5")
                .build();
        send(
                        model,
                        ChatRequest.of("hi").toBuilder()
                                .temperature(0.9)
                                .option("openai", "top_p", "0.7")
                                .build())
                .await();

        assertThat(sent().get("service_tier").asText()).isEqualTo("flex");
        assertThat(sent().get("temperature").asDouble()).isEqualTo(0.9);
        assertThat(sent().get("top_p").asDouble()).isEqualTo(0.7);
        assertThat(lastRequest().getBodyAsString())
                .containsOnlyOnce("temperature")
                .containsOnlyOnce("top_p");
    }

    /** Each use of them is charged, and none passes our own rules. */
    @ParameterizedTest
    @ValueSource(strings = {"web_search_options", "plugins", "search_parameters", "Plugins"})
    void aRequestDoesNotGiveTheModelToolsOfTheProvider(String field) {
        ChatRequest request =
                ChatRequest.of("hi").toBuilder().option("openai", field, "{}").build();

        assertThatThrownBy(() -> send("openai", request))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("options.openai." + field)
                .hasMessageContaining("bodyField");
    }
}
