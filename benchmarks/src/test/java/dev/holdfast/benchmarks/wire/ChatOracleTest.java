package dev.holdfast.benchmarks.wire;

import static dev.holdfast.benchmarks.wire.MadeUp.stream;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChatOracleTest {
    private static String chunk(String delta, String rest) {
        return "{\"choices\":[{\"index\":0,\"delta\":" + delta + rest + "}]}";
    }

    private static String calls(String calls) {
        return chunk("{\"tool_calls\":[" + calls + "]}", "");
    }

    private static final String STOP = chunk("{}", ",\"finish_reason\":\"stop\"");

    @Test
    void wholeAnswer() {
        Decoded decoded = ChatOracle.decode("""
                {"choices":[{"message":{"content":null,"reasoning_content":"hm","tool_calls":[
                  {"id":"c1","function":{"name":"a","arguments":"{\\"x\\":1}"}},
                  {"function":{"name":"b"}}]},"finish_reason":"tool_calls"}],
                 "usage":{"prompt_tokens":10,"completion_tokens":4,"total_tokens":14}}
                """);
        assertThat(decoded.end()).isEqualTo(Decoded.End.COMPLETE);
        assertThat(decoded.text()).isEmpty();
        assertThat(decoded.reasoning()).isEqualTo("hm");
        assertThat(decoded.calls()).containsExactly(new ToolCall("c1", "a", "{\"x\":1}"), new ToolCall("", "b", ""));
        assertThat(decoded.finish()).isEqualTo("tool_calls");
        assertThat(decoded.tokens()).isNotNull();
    }

    @Test
    void contentMayBeParts() {
        Decoded decoded = ChatOracle.decode("""
                {"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"let me"}]},
                 {"type":"text","text":"144"}]}}]}
                """);
        assertThat(decoded.text()).isEqualTo("144");
        assertThat(decoded.reasoning()).isEqualTo("let me");
        assertThat(decoded.finish()).isNull();
    }

    @Test
    void commentsAndOddLineEndsDoNotMatter() {
        String body = ": wait\r\n\r\n"
                + stream(chunk("{\"content\":\"a\"}", ""), STOP, "[DONE]").replace("\n", "\r\n");
        assertThat(ChatOracle.decode(body).text()).isEqualTo("a");
        assertThat(ChatOracle.decode(body).end()).isEqualTo(Decoded.End.COMPLETE);
    }

    @Test
    void theLastUsageCountsAndNullDoesNotEraseIt() {
        String body = stream(
                "{\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1}}",
                STOP,
                "{\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":3}}",
                "{\"choices\":[],\"usage\":null}",
                "[DONE]");
        Tokens tokens = ChatOracle.decode(body).tokens();
        assertThat(tokens).isNotNull();
        assertThat(tokens.input()).isEqualTo(5);
        assertThat(tokens.output()).isEqualTo(3);
    }

    @Test
    void callsAreJoinedHoweverTheirIdsCome() {
        String body = stream(
                calls("{\"index\":1,\"id\":\"c1\",\"function\":{\"name\":\"a\",\"arguments\":\"\"}}"),
                calls("{\"index\":1,\"id\":null,\"function\":{\"name\":null,\"arguments\":\"{\\\"x\\\"\"}}"),
                calls("{\"index\":2,\"id\":\"c2\",\"function\":{\"name\":\"b\"}}"),
                calls("{\"index\":1,\"id\":\"c1\",\"function\":{\"name\":\"a\",\"arguments\":\":1}\"}}"),
                calls("{\"index\":2,\"id\":\"\",\"function\":{\"arguments\":null}}"),
                STOP);
        assertThat(ChatOracle.decode(body).calls())
                .containsExactly(new ToolCall("c1", "a", "{\"x\":1}"), new ToolCall("c2", "b", ""));
    }

    @Test
    void anotherCallUnderTheSameIndexIsAnotherCall() {
        String body = stream(
                calls("{\"index\":0,\"id\":\"c1\",\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}"),
                calls("{\"index\":0,\"id\":\"c2\",\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}"),
                STOP);
        assertThat(ChatOracle.decode(body).calls()).extracting(ToolCall::id).containsExactly("c1", "c2");
    }

    @Test
    void anIdThatChangesWithinACallIsTheSameCall() {
        String body = stream(
                calls("{\"index\":0,\"id\":\"c1\",\"function\":{\"name\":\"a\",\"arguments\":\"{\"}}"),
                calls("{\"index\":0,\"id\":\"c9\",\"function\":{\"arguments\":\"}\"}}"),
                STOP);
        assertThat(ChatOracle.decode(body).calls()).containsExactly(new ToolCall("c1", "a", "{}"));
    }

    @Test
    void callsWithoutIndexGoById() {
        String body = stream(
                calls("{\"id\":\"c1\",\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}"),
                calls("{\"id\":\"c2\",\"function\":{\"name\":\"a\",\"arguments\":\"{\"}}"),
                calls("{\"function\":{\"arguments\":\"}\"}}"),
                STOP);
        assertThat(ChatOracle.decode(body).calls())
                .containsExactly(new ToolCall("c1", "a", "{}"), new ToolCall("c2", "a", "{}"));
    }

    @Test
    void errorsWithinAnAnswerFailIt() {
        assertThat(ChatOracle.decode("{\"error\":{\"code\":502,\"message\":\"upstream\"}}")
                        .end())
                .isEqualTo(Decoded.End.FAILED);
        assertThat(ChatOracle.decode("{\"choices\":[{\"message\":{},\"error\":{\"code\":502}}]}")
                        .end())
                .isEqualTo(Decoded.End.FAILED);
        Decoded midway = ChatOracle.decode(stream(
                chunk("{\"content\":\"half\"}", ""), "{\"error\":{\"code\":\"tool_use_failed\",\"status_code\":400}}"));
        assertThat(midway.end()).isEqualTo(Decoded.End.FAILED);
        assertThat(midway.text()).isEqualTo("half");
        assertThat(midway.fault()).isNotNull();
        assertThat(midway.fault().status()).isEqualTo(400);
    }

    @Test
    void aStreamIsCompleteByItsReasonOrByItsMarker() {
        String half = stream(chunk("{\"content\":\"half\"}", ""));
        assertThat(ChatOracle.decode(half).end()).isEqualTo(Decoded.End.CUT);
        assertThat(ChatOracle.decode(half + stream(STOP)).end()).isEqualTo(Decoded.End.COMPLETE);
        assertThat(ChatOracle.decode(half + stream("[DONE]")).end()).isEqualTo(Decoded.End.COMPLETE);
        // Recorders strip the last line ends; an event that is not whole never happened.
        assertThat(ChatOracle.decode(half + "data: [DONE]").end()).isEqualTo(Decoded.End.COMPLETE);
        assertThat(ChatOracle.decode(half + "data: [DON").end()).isEqualTo(Decoded.End.CUT);
        assertThat(ChatOracle.decode(half + "data: " + STOP.substring(0, STOP.length() - 1))
                        .end())
                .isEqualTo(Decoded.End.CUT);
    }

    @Test
    void onlyTheFirstChoiceCounts() {
        String body = stream(
                "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}},{\"index\":1,\"delta\":{\"content\":\"b\"}}]}",
                STOP);
        assertThat(ChatOracle.decode(body).text()).isEqualTo("a");
    }

    @Test
    void argumentsAreComparedAsJson() {
        assertThat(ToolCall.sameArguments("{\"a\":1,\"b\":2}", "{ \"b\":2, \"a\":1 }"))
                .isTrue();
        assertThat(ToolCall.sameArguments("", "{}")).isTrue();
        assertThat(ToolCall.sameArguments("{}{}", "{}")).isFalse();
        assertThat(ToolCall.sameArguments("{\"a\":1}", "{\"a\":2}")).isFalse();
    }
}
