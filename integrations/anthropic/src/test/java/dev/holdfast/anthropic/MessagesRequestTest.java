package dev.holdfast.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.JsonSchema;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.OutputFormat;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.ToolChoice;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.InvalidConfigurationException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessagesRequestTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String ANSWER = """
            {"id":"m","model":"m","content":[],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}""";
    private static final ToolSpec LOOKUP =
            new ToolSpec("lookup", "Looks an order up.", JsonSchema.of("{\"type\":\"object\",\"properties\":{}}"));

    private final FakeAnthropic server = new FakeAnthropic();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void writesAConversationWithTools() {
        JsonNode body = send(ChatRequest.builder()
                .messages(List.of(
                        Message.system("Be kind."),
                        Message.user("Where are my orders 1 and 2?"),
                        Message.of(
                                Role.ASSISTANT,
                                List.of(
                                        new Part.Text("I look."),
                                        new Part.ToolCall("toolu_1", "lookup", "{\"order\":1}"),
                                        new Part.ToolCall("toolu_2", "lookup", ""))),
                        Message.tools(List.of(
                                new Part.ToolResult("toolu_1", "lookup", "on its way", false),
                                new Part.ToolResult("toolu_2", "lookup", "no such order", true))),
                        Message.system("Be brief."),
                        Message.user("And?")))
                .tools(List.of(LOOKUP))
                .temperature(1.5)
                .topP(0.5)
                .stop(List.of("END"))
                .build());

        assertThat(body).isEqualTo(json("""
                        {"model":"claude-test","max_tokens":4096,
                        "system":[{"type":"text","text":"Be kind."},{"type":"text","text":"Be brief."}],
                        "messages":[
                          {"role":"user","content":[{"type":"text","text":"Where are my orders 1 and 2?"}]},
                          {"role":"assistant","content":[{"type":"text","text":"I look."},
                            {"type":"tool_use","id":"toolu_1","name":"lookup","input":{"order":1}},
                            {"type":"tool_use","id":"toolu_2","name":"lookup","input":{}}]},
                          {"role":"user","content":[
                            {"type":"tool_result","tool_use_id":"toolu_1","content":"on its way"},
                            {"type":"tool_result","tool_use_id":"toolu_2","content":"no such order","is_error":true},
                            {"type":"text","text":"And?"}]}],
                        "tools":[{"name":"lookup","description":"Looks an order up.",
                          "input_schema":{"type":"object","properties":{}}}],
                        "temperature":1.0,"top_p":0.5,"stop_sequences":["END"]}"""));
    }

    @Test
    void leavesOutWhatTheProviderRefuses() {
        JsonNode messages = send(ChatRequest.of(List.of(
                        Message.system(" "),
                        Message.user("One"),
                        Message.assistant(""),
                        Message.of(Role.USER, List.of(new Part.Text("\n"), new Part.Text("Two"))),
                        Message.assistant("Three, as I said \n"))))
                .path("messages");

        assertThat(messages).isEqualTo(json("""
                        [{"role":"user","content":[{"type":"text","text":"One"},{"type":"text","text":"Two"}]},
                        {"role":"assistant","content":[{"type":"text","text":"Three, as I said"}]}]"""));
    }

    @Test
    void putsResultsOfToolsBeforeWordsOfTheUser() {
        JsonNode messages = send(ChatRequest.of(List.of(
                        Message.user("Go"),
                        Message.of(Role.ASSISTANT, List.of(new Part.ToolCall("a", "lookup", "{}"))),
                        Message.user("Hurry"),
                        Message.tools(List.of(new Part.ToolResult("a", "lookup", " ", false))))))
                .path("messages");

        assertThat(messages.path(2)).isEqualTo(json("""
                        {"role":"user","content":[{"type":"tool_result","tool_use_id":"a"},
                        {"type":"text","text":"Hurry"}]}"""));
    }

    @Test
    void sendsATextThatWasCutWithinACharacter() {
        String cut = "tea \ud83c\udf75 and \ud83c";

        assertThat(send(ChatRequest.of(cut)).at("/messages/0/content/0/text").asText())
                .isEqualTo("tea \ud83c\udf75 and ?");
    }

    @Test
    void aFieldOfEveryBodyGivesWayToWhatTheRequestSaysOfIt() {
        server.json(200, ANSWER);
        AnthropicModel.builder("claude-test")
                .baseUrl(server.url())
                .apiKey("key")
                .bodyField("temperature", "0.9")
                .bodyField("top_k", "5")
                .bodyField("tool_choice", "{\"type\":\"any\"}")
                .build()
                .chat(
                        ChatRequest.of("hi").toBuilder()
                                .temperature(0.1)
                                .tools(List.of(LOOKUP))
                                .toolChoice(new ToolChoice.None())
                                .build(),
                        CallContext.of(Caller.of("acme", "ann")));

        JsonNode body = server.received().body(); // which a field that stands there twice does not pass
        assertThat(body.path("temperature").asDouble()).isEqualTo(0.1);
        assertThat(body.path("top_k").asInt()).isEqualTo(5);
        assertThat(body.at("/tool_choice/type").asText()).isEqualTo("none");
    }

    @Test
    void sendsImages() {
        JsonNode content = send(ChatRequest.of(List.of(Message.of(
                        Role.USER,
                        List.of(
                                new Part.ImageUrl("https://example.com/a.png"),
                                new Part.ImageUrl("data:image/gif;base64,R0lG"),
                                new Part.ImageBytes("image/png", new byte[] {1, 2, 3}))))))
                .at("/messages/0/content");

        assertThat(content).isEqualTo(json("""
                        [{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}},
                        {"type":"image","source":{"type":"base64","media_type":"image/gif","data":"R0lG"}},
                        {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AQID"}}]"""));
    }

    @Test
    void tellsTheModelWhatItWroteWhenItsArgumentsCannotBeRead() {
        for (String arguments : List.of("{\"order\":", "[1]", "{} {}", "nonsense")) {
            JsonNode input = send(ChatRequest.of(List.of(
                            Message.user("Go"),
                            Message.of(Role.ASSISTANT, List.of(new Part.ToolCall("a", "lookup", arguments))),
                            Message.tools(List.of(new Part.ToolResult("a", "lookup", "cannot be read", true))))))
                    .at("/messages/1/content/0/input");

            assertThat(input.path("unreadable").asText()).isEqualTo(arguments);
        }
    }

    @Test
    void changesIdsOfOtherProvidersAlikeInCallAndResult() {
        JsonNode messages = send(ChatRequest.of(List.of(
                        Message.user("Go"),
                        Message.of(
                                Role.ASSISTANT,
                                List.of(
                                        new Part.ToolCall("", "lookup", "{}"),
                                        new Part.ToolCall("lookup:0", "lookup", "{}"),
                                        new Part.ToolCall("lookup.0", "lookup", "{}"))),
                        Message.tools(List.of(
                                new Part.ToolResult("", "lookup", "x", false),
                                new Part.ToolResult("lookup:0", "lookup", "y", false),
                                new Part.ToolResult("lookup.0", "lookup", "z", false))))))
                .path("messages");

        List<String> calls = messages.at("/1/content").findValuesAsText("id");
        List<String> results = messages.at("/2/content").findValuesAsText("tool_use_id");
        assertThat(calls).isEqualTo(results).doesNotHaveDuplicates().allMatch(id -> id.matches("[a-zA-Z0-9_-]+"));
    }

    static Stream<Arguments> toolChoices() {
        return Stream.of(
                Arguments.of(ToolChoice.NONE, "{\"type\":\"none\"}"),
                Arguments.of(ToolChoice.REQUIRED, "{\"type\":\"any\"}"),
                Arguments.of(new ToolChoice.Tool("lookup"), "{\"type\":\"tool\",\"name\":\"lookup\"}"));
    }

    @ParameterizedTest
    @MethodSource("toolChoices")
    void writesTheToolChoice(ToolChoice choice, String expected) {
        assertThat(send(withTools().toolChoice(choice).build()).path("tool_choice"))
                .isEqualTo(json(expected));
    }

    @Test
    void writesNoToolChoiceWithoutNeed() {
        assertThat(send(withTools().build()).has("tool_choice")).isFalse();
        assertThat(send(ChatRequest.of("Hi").toBuilder()
                                .toolChoice(ToolChoice.REQUIRED)
                                .build())
                        .has("tool_choice"))
                .as("without tools there is nothing to choose")
                .isFalse();
    }

    @Test
    void takesWhatOnlyThisProviderHas() {
        AnthropicModel searching = model().providerTool("{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}")
                .build();
        JsonNode body = send(
                searching,
                withTools()
                        .temperature(0.3)
                        .option("anthropic", "thinking", "{\"type\":\"enabled\",\"budget_tokens\":1024}")
                        .option("anthropic", "cache_control", "{\"type\":\"ephemeral\",\"ttl\":\"1h\"}")
                        .option("anthropic", "disable_parallel_tool_use", "true")
                        .option("anthropic", "temperature", "1")
                        .option("openai", "reasoning_effort", "\"high\"")
                        .build());

        assertThat(body.path("thinking").path("budget_tokens").asInt()).isEqualTo(1024);
        assertThat(body.path("cache_control").path("ttl").asText()).isEqualTo("1h");
        assertThat(body.path("tool_choice")).isEqualTo(json("{\"type\":\"auto\",\"disable_parallel_tool_use\":true}"));
        assertThat(body.path("tools").findValuesAsText("name")).containsExactly("lookup", "web_search");
        assertThat(body.path("temperature")).isEqualTo(json("1"));
        assertThat(body.has("reasoning_effort"))
                .as("an option of another provider")
                .isFalse();
        assertThat(body.has("disable_parallel_tool_use")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model",
                "messages",
                "max_tokens",
                "stream",
                "system",
                "tools",
                "mcp_servers",
                "Tools",
                "me\u017f\u017fages"
            })
    void takesNothingPastTheLimitsAsAnOption(String field) {
        AnthropicModel model = model().build();

        assertThatThrownBy(() -> model.chat(ChatRequest.of("Hi").toBuilder()
                        .option("anthropic", field, "1")
                        .build()))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("options.anthropic." + field);
        assertThat(server.wasAsked()).isFalse();
    }

    @Test
    void refusesAnOptionThatWouldBreakTheBody() {
        AnthropicModel model = model().build();

        assertThatThrownBy(() -> model.chat(ChatRequest.of("Hi").toBuilder()
                        .option("anthropic", "thinking", "{} , \"model\":\"dearer\"")
                        .option("anthropic", "top_k", "many")
                        .build()))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("options.anthropic.thinking")
                .hasMessageContaining("options.anthropic.top_k");
    }

    @Test
    void limitsTheAnswerByTheRequestTheModelAndTheDefault() {
        assertThat(maxTokens(model(), ChatRequest.of("Hi"))).isEqualTo(4096);
        assertThat(maxTokens(model().defaultMaxOutputTokens(100), ChatRequest.of("Hi")))
                .isEqualTo(100);
        ChatRequest asksForMore =
                ChatRequest.of("Hi").toBuilder().maxOutputTokens(9_000).build();
        assertThat(maxTokens(model().defaultMaxOutputTokens(100), asksForMore)).isEqualTo(9_000);
        assertThat(maxTokens(model().maxOutputTokens(8_000), asksForMore)).isEqualTo(8_000);
    }

    @ParameterizedTest
    @CsvSource({
        "20000, 16000, 16000",
        "16001, 16000, 16000",
        "16000, 16000, 8000", // the provider refuses a budget that is not below the limit
        "3001, 16000, 1500",
        "2048, 16000, 1024",
        "2047, 16000, 0", // the least that the provider takes would leave less for the answer than for the thoughts
        "16, 1024, 0",
    })
    void leavesTheAnswerRoomBesideItsThoughts(int limit, int wanted, int thinking) {
        String asked = "{\"type\":\"enabled\",\"budget_tokens\":" + wanted + ",\"display\":\"omitted\"}";
        ChatRequest limited =
                ChatRequest.of("Hi").toBuilder().maxOutputTokens(limit).build();
        JsonNode byRequest =
                send(limited.toBuilder().option("anthropic", "thinking", asked).build());
        JsonNode byModel = send(model().bodyField("thinking", asked).build(), limited);

        for (JsonNode body : List.of(byRequest, byModel)) {
            assertThat(body.path("max_tokens").asInt()).isEqualTo(limit);
            assertThat(body.path("thinking").path("budget_tokens").asInt(0)).isEqualTo(thinking);
            assertThat(body.has("thinking")).isEqualTo(thinking > 0);
            assertThat(body.path("thinking").path("display").asText("omitted")).isEqualTo("omitted");
        }
    }

    @Test
    void leavesThinkingAloneThatIsNotBoundByTheAnswer() {
        String deep = "{\"type\":\"enabled\",\"budget_tokens\":9000}";
        ChatRequest request = withTools()
                .maxOutputTokens(4_000)
                .option("anthropic", "thinking", deep)
                .build();
        AnthropicModel between = model().beta("interleaved-thinking-2025-05-14").build();
        AnthropicModel byHeader = model().header("Anthropic-Beta", "interleaved-thinking-2025-05-14")
                .build();

        assertThat(send(between, request).path("thinking")).isEqualTo(json(deep));
        assertThat(send(byHeader, request).path("thinking")).isEqualTo(json(deep));
        assertThat(send(between, request.toBuilder().tools(List.of()).build())
                        .at("/thinking/budget_tokens")
                        .asInt())
                .as("without tools there is nothing to think between")
                .isEqualTo(2_000);
        assertThat(send(withTools()
                                .option("anthropic", "thinking", "{\"type\":\"adaptive\"}")
                                .build())
                        .path("thinking"))
                .isEqualTo(json("{\"type\":\"adaptive\"}"));
    }

    @Test
    void asksForJsonInWordsOrHasItEnforced() {
        OutputFormat format = new OutputFormat.Json("verdict", JsonSchema.of("{\"type\":\"object\"}"));
        ChatRequest request = ChatRequest.of(List.of(Message.system("Judge."), Message.user("Hi"))).toBuilder()
                .outputFormat(format)
                .build();

        JsonNode asked = send(request);
        JsonNode enforced = send(model().enforceOutputFormat(true).build(), request);

        assertThat(asked.at("/system/0/text").asText()).isEqualTo("Judge.");
        assertThat(asked.at("/system/1/text").asText()).contains("verdict").contains("{\"type\":\"object\"}");
        assertThat(asked.has("output_config")).isFalse();
        assertThat(enforced.path("system")).hasSize(1);
        assertThat(enforced.path("output_config"))
                .isEqualTo(json("{\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\"}}}"));
    }

    @Test
    void sendsWhatOtherProvidersMadeToNobodyElse() {
        JsonNode messages = send(ChatRequest.of(List.of(
                        Message.user("Hi"),
                        Message.of(
                                Role.ASSISTANT,
                                List.of(
                                        new Part.Reasoning("openai", "hm", "{\"type\":\"reasoning\"}"),
                                        new Part.Reasoning("anthropic", "unsigned", null),
                                        new Part.Opaque("vertex", "{\"type\":\"server_tool_use\"}"),
                                        new Part.Text("Yes"))),
                        Message.user("Go on"))))
                .path("messages");

        assertThat(messages.path(1))
                .isEqualTo(json("{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"Yes\"}]}"));
    }

    private ChatRequest.Builder withTools() {
        return ChatRequest.of("Hi").toBuilder().tools(List.of(LOOKUP));
    }

    private int maxTokens(AnthropicModel.Builder model, ChatRequest request) {
        return send(model.build(), request).path("max_tokens").asInt();
    }

    private AnthropicModel.Builder model() {
        return AnthropicModel.builder("claude-test").baseUrl(server.url()).apiKey("key");
    }

    private JsonNode send(ChatRequest request) {
        return send(model().build(), request);
    }

    private JsonNode send(AnthropicModel model, ChatRequest request) {
        server.json(200, ANSWER);
        model.chat(request);
        return server.received().body();
    }

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
