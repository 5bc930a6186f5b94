package dev.holdfast.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.TokenClass;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.Remedy;
import dev.holdfast.error.TransportException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessagesAnswerTest {
    private final FakeAnthropic server = new FakeAnthropic();
    private final AnthropicModel model = AnthropicModel.builder("claude-test")
            .baseUrl(server.url())
            .apiKey("key")
            .build();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void readsWordsThoughtsAndCalls() {
        ChatResponse response = answer("""
                {"id":"msg_7","type":"message","role":"assistant","model":"claude-test-20990101","content":[
                {"type":"thinking","thinking":"Two orders.","signature":"sig"},
                {"type":"text","text":"I "},{"type":"text","text":"look."},
                {"type":"tool_use","id":"toolu_1","name":"lookup","input":{"order":1,"price":1.10}},
                {"type":"tool_use","id":"toolu_2","name":"clock","input":{},"caller":{"type":"direct"}}],
                "stop_reason":"tool_use","usage":{"input_tokens":10,"output_tokens":20}}""");

        assertThat(response.text()).isEqualTo("I look.");
        assertThat(response.message().parts())
                .containsExactly(
                        new Part.Reasoning(
                                "anthropic",
                                "Two orders.",
                                "{\"type\":\"thinking\",\"thinking\":\"Two orders.\",\"signature\":\"sig\"}"),
                        new Part.Text("I "),
                        new Part.Text("look."),
                        new Part.ToolCall("toolu_1", "lookup", "{\"order\":1,\"price\":1.10}"),
                        new Part.ToolCall("toolu_2", "clock", "{}"));
        assertThat(response.endpoint()).isEqualTo(Endpoint.of("anthropic", "claude-test"));
        assertThat(response.model()).isEqualTo("claude-test-20990101");
        assertThat(response.responseId()).isEqualTo("msg_7");
    }

    @ParameterizedTest
    @CsvSource({
        "end_turn, stop",
        "stop_sequence, stop",
        "max_tokens, length",
        "model_context_window_exceeded, length",
        "tool_use, tool_calls",
        "pause_turn, pause",
        "refusal, refusal",
        "something_new, something_new"
    })
    void saysWhyTheModelStopped(String stopReason, String finish) {
        assertThat(answer("{\"content\":[],\"stop_reason\":\"" + stopReason + "\"}")
                        .finishReason()
                        .name())
                .isEqualTo(finish);
    }

    @Test
    void saysNothingOfWhyTheModelStoppedWhenTheProviderDoesNot() {
        assertThat(answer("{\"content\":[],\"stop_reason\":null}")
                        .finishReason()
                        .name())
                .isEqualTo("unknown");
    }

    @Test
    void tellsTheKindsOfTokensApart() {
        Usage usage = usage("""
                {"input_tokens":10,"cache_read_input_tokens":200,"cache_creation_input_tokens":70,
                "cache_creation":{"ephemeral_5m_input_tokens":50,"ephemeral_1h_input_tokens":20},
                "output_tokens":30,"output_tokens_details":{"thinking_tokens":25},
                "server_tool_use":{"web_search_requests":3,"web_fetch_requests":2},"service_tier":"standard",
                "inference_geo":"not_available"}""");

        assertThat(usage.tokens(TokenClass.INPUT)).isEqualTo(10);
        assertThat(usage.tokens(TokenClass.CACHED_INPUT)).isEqualTo(200);
        assertThat(usage.tokens(TokenClass.CACHE_WRITE)).isEqualTo(50);
        assertThat(usage.tokens(TokenClass.CACHE_WRITE_1H)).isEqualTo(20);
        assertThat(usage.tokens(TokenClass.OUTPUT)).isEqualTo(5);
        assertThat(usage.tokens(TokenClass.REASONING)).isEqualTo(25);
        assertThat(usage.total()).as("cached tokens are billed once").isEqualTo(310);
        assertThat(usage.extras())
                .as("a fetch costs its tokens alone")
                .containsExactly(Map.entry("web_search_requests", 3L));
        assertThat(usage.tier()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "standard, standard, global, ''",
        "priority, standard, global, priority",
        "batch, standard, not_available, batch",
        "standard, fast, us, fast+us",
    })
    void tellsWhatHasPricesOfItsOwn(String serviceTier, String speed, String place, String tier) {
        Usage usage = usage("{\"input_tokens\":1,\"output_tokens\":2,\"service_tier\":\"" + serviceTier
                + "\",\"speed\":\"" + speed + "\",\"inference_geo\":\"" + place + "\"}");

        assertThat(usage.tier()).isEqualTo(tier);
    }

    @Test
    void namesAPassOfAnotherModel() {
        Usage usage = usage("""
                {"input_tokens":5,"output_tokens":6,"iterations":[
                {"type":"message","input_tokens":5,"output_tokens":6,"model":"claude-test"},
                {"type":"advisor_message","input_tokens":7,"output_tokens":8,"model":"claude-dear"}]}""");

        assertThat(usage.total()).isEqualTo(26);
        assertThat(usage.extras()).containsExactly(Map.entry("pass:claude-dear", 1L));
    }

    @Test
    void billsEveryPassOfATurn() {
        Usage usage = usage("""
                {"input_tokens":5,"output_tokens":6,"iterations":[
                {"type":"compaction","input_tokens":1000,"output_tokens":50,"cache_read_input_tokens":7},
                {"type":"message","input_tokens":5,"output_tokens":6}]}""");

        assertThat(usage)
                .isEqualTo(Usage.builder()
                        .add(TokenClass.INPUT, 1005)
                        .add(TokenClass.CACHED_INPUT, 7)
                        .add(TokenClass.OUTPUT, 56)
                        .build());
    }

    /** Whoever settles takes a known count for the last word, so nonsense must not look like one. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"input_tokens\":-1,\"output_tokens\":2",
                "\"input_tokens\":1,\"output_tokens\":9e18",
                "\"input_tokens\":1,\"output_tokens\":1e999",
                "\"input_tokens\":1,\"output_tokens\":\"2\"",
                "\"input_tokens\":0,\"output_tokens\":0",
                "\"input_tokens\":1,\"output_tokens\":2,\"cache_read_input_tokens\":9223372036854775807",
                "\"input_tokens\":1,\"output_tokens\":2,\"iterations\":[{\"input_tokens\":1},{\"output_tokens\":-3}]"
            })
    void countsThatCannotBeMeantAreUnknown(String fields) {
        assertThat(usage("{" + fields + "}")).isEqualTo(Usage.unknown());
    }

    @Test
    void takesOddCountsForWhatTheyCanMean() {
        assertThat(usage("{\"input_tokens\":1,\"output_tokens\":2,\"output_tokens_details\":{\"thinking_tokens\":9}}")
                        .total())
                .isEqualTo(3);
        assertThat(usage("{\"input_tokens\":0,\"output_tokens\":2,\"iterations\":[],\"cache_creation\":null}"))
                .isEqualTo(Usage.of(0, 2));
        assertThat(usage("{}").isKnown()).isFalse();
        assertThat(usage("{\"input_tokens\":5}").isKnown())
                .as("half of it is not enough to settle")
                .isFalse();
        assertThat(answer("{\"content\":[]}").usage().isKnown()).isFalse();
    }

    @Test
    void readsWhatTheProviderSaysOfItsLimits() {
        server.json(
                200,
                "{\"content\":[],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}",
                "anthropic-ratelimit-requests-limit: 50",
                "anthropic-ratelimit-requests-remaining: 49",
                "anthropic-ratelimit-requests-reset: 2020-01-01T00:00:00Z",
                "anthropic-ratelimit-input-tokens-remaining: 1000",
                "retry-after: 30");

        ChatResponse response = model.chat(ChatRequest.of("Hi"));

        assertThat(response.limits().windows()).containsKeys("requests", "input-tokens");
        assertThat(response.limits().windows().get("requests").limit()).isEqualTo(OptionalLong.of(50));
        assertThat(response.limits().windows().get("requests").reset()).isEqualTo(Duration.ZERO);
        assertThat(response.limits().windows().get("input-tokens").remaining()).isEqualTo(OptionalLong.of(1000));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"input_tokens\":671}",
                "{\"content\":\"Hello\"}",
                "{\"content\":[\"Hello\"]}",
                "{\"content\":[{\"type\":\"tool_use\",\"input\":{}}]}",
                "{\"content\":[]",
                "{\"content\":[],\"usage\":{\"cost\":1e9999999999}}",
                "[]",
                "<html>Hello</html>",
                ""
            })
    void doesNotTakeAnythingElseForAnAnswer(String body) {
        server.json(200, body);

        TransportException error =
                catchThrowableOfType(TransportException.class, () -> model.chat(ChatRequest.of("Hi")));

        assertThat(error.billing()).isEqualTo(Billing.MAYBE_BILLED);
        assertThat(error.usage().isKnown()).isFalse();
        assertThat(error).hasMessageContaining("anthropic/claude-test");
    }

    @Test
    void findsAnErrorInAnAnswerOfStatus200() {
        server.json(
                200,
                "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"},"
                        + "\"request_id\":\"req_1\"}");

        assertThatThrownBy(() -> model.chat(ChatRequest.of("Hi")))
                .isInstanceOfSatisfying(ProviderException.class, error -> {
                    assertThat(error.type()).isEqualTo("overloaded_error");
                    assertThat(error.classification().remedies())
                            .containsExactlyInAnyOrder(Remedy.RETRY, Remedy.FALLBACK);
                });
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = ';',
            value = {
                "400; {'type':'error','error':{'type':'invalid_request_error','message':'prompt is too long: 9'}};"
                        + " invalid_request_error; ''; prompt is too long; SHRINK",
                "400; {'type':'error','error':{'type':'invalid_request_error','message':'messages.0: wrong'}};"
                        + " invalid_request_error; ''; messages.0; ''",
                "404; {'type':'error','error':{'type':'not_found_error','message':'model: x'}};"
                        + " not_found_error; ''; model: x; FALLBACK",
                "429; {'type':'error','error':{'type':'rate_limit_error','message':'slow down'}};"
                        + " rate_limit_error; ''; slow down; RETRY",
                "529; {'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}};"
                        + " overloaded_error; ''; Overloaded; RETRY,FALLBACK",
                "503; upstream connect error or disconnect; ''; ''; upstream connect error; RETRY,FALLBACK",
                "500; ''; ''; ''; no body; RETRY,FALLBACK",
                "401; {'error':{'code':'401','message':'Access denied'}}; ''; 401; Access denied; ESCALATE",
                "403; [{'error':{'code':403,'message':'No','status':'PERMISSION_DENIED'}}];"
                        + " PERMISSION_DENIED; 403; No; ESCALATE,FALLBACK",
                "404; {'detail':'Not Found'}; ''; ''; Not Found; FALLBACK",
                "400; {'error':'bad'}; ''; ''; bad; ''",
                "413; {}; ''; ''; no message; SHRINK",
            })
    void readsErrors(int status, String body, String type, String code, String message, String remedies) {
        server.json(status, body.replace('\'', '"'));

        ProviderException error = catchThrowableOfType(ProviderException.class, () -> model.chat(ChatRequest.of("Hi")));

        assertThat(error.status()).isEqualTo(status);
        assertThat(error.type()).isEqualTo(type);
        assertThat(error.code()).isEqualTo(code);
        assertThat(error).hasMessageContaining(message);
        assertThat(error.classification().remedies())
                .extracting(Remedy::name)
                .containsExactlyInAnyOrderElementsOf(remedies.isEmpty() ? List.of() : List.of(remedies.split(",")));
    }

    @Test
    void obeysWhatTheServerSaysOfRetrying() {
        server.json(529, "{}", "x-should-retry: false", "retry-after: 7");

        HoldfastException error = catchThrowableOfType(HoldfastException.class, () -> model.chat(ChatRequest.of("Hi")));

        assertThat(error.classification().isRetryable()).isFalse();
        assertThat(error.retryAfter()).contains(Duration.ofSeconds(7));
    }

    @Test
    void cutsALongErrorThatIsNotJson() {
        server.json(502, "x".repeat(10_000));

        assertThatThrownBy(() -> model.chat(ChatRequest.of("Hi")))
                .satisfies(error -> assertThat(error.getMessage()).hasSizeLessThan(1_000));
    }

    private ChatResponse answer(String body) {
        server.json(200, body);
        return model.chat(ChatRequest.of("Hi"));
    }

    private Usage usage(String json) {
        return answer("{\"content\":[],\"stop_reason\":\"end_turn\",\"usage\":" + json + "}")
                .usage();
    }
}
