package dev.holdfast.benchmarks.wire;

import static dev.holdfast.benchmarks.wire.MadeUp.events;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MessagesOracleTest {
    private static final String START = """
            {"type":"message_start","message":{"usage":{"input_tokens":5,"cache_read_input_tokens":2,"output_tokens":1}}}""";
    private static final String TEXT = """
            {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""";
    private static final String STOP = """
            {"type":"message_stop"}""";

    @Test
    void wholeAnswer() {
        Decoded decoded = MessagesOracle.decode("""
                {"type":"message","content":[{"type":"thinking","thinking":"hm","signature":"s"},
                 {"type":"text","text":"a"},{"type":"server_tool_use","id":"x","name":"web","input":{}},
                 {"type":"text","text":"b"},{"type":"tool_use","id":"t1","name":"f","input":{"x":1}}],
                 "stop_reason":"tool_use","usage":{"input_tokens":5,"output_tokens":7}}
                """);
        assertThat(decoded.end()).isEqualTo(Decoded.End.COMPLETE);
        assertThat(decoded.text()).isEqualTo("ab");
        assertThat(decoded.reasoning()).isEqualTo("hm");
        assertThat(decoded.calls()).containsExactly(new ToolCall("t1", "f", "{\"x\":1}"));
        assertThat(decoded.finish()).isEqualTo("tool_use");
    }

    @Test
    void streamedAnswer() {
        Decoded decoded = MessagesOracle.decode(events(
                START,
                TEXT,
                "{\"type\":\"ping\"}",
                "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}",
                "{\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}}}",
                "{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"x\\\":\"}}",
                "{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"1}\"}}",
                "{\"type\":\"content_block_start\",\"index\":2,\"content_block\":{\"type\":\"tool_use\",\"id\":\"u\",\"name\":\"g\",\"input\":{}}}",
                "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":{\"input_tokens\":9,\"output_tokens\":7}}",
                STOP));
        assertThat(decoded.end()).isEqualTo(Decoded.End.COMPLETE);
        assertThat(decoded.text()).isEqualTo("a");
        assertThat(decoded.calls()).containsExactly(new ToolCall("t", "f", "{\"x\":1}"), new ToolCall("u", "g", "{}"));
        // What the delta names replaces, what it leaves out stays.
        assertThat(decoded.tokens()).isNotNull();
        assertThat(decoded.tokens().input()).isEqualTo(9);
        assertThat(decoded.tokens().cached()).isEqualTo(2);
        assertThat(decoded.tokens().output()).isEqualTo(7);
    }

    @Test
    void withoutItsLastEventItIsCut() {
        assertThat(MessagesOracle.decode(events(START, TEXT)).end()).isEqualTo(Decoded.End.CUT);
    }

    @Test
    void anErrorMidwayFailsIt() {
        Decoded decoded = MessagesOracle.decode(events(
                START, TEXT, "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"o\"}}"));
        assertThat(decoded.end()).isEqualTo(Decoded.End.FAILED);
        assertThat(decoded.fault()).isNotNull();
        assertThat(decoded.fault().type()).isEqualTo("overloaded_error");
    }

    @Test
    void aCountOfTokensIsNoReply() {
        assertThat(MessagesOracle.decode("{\"input_tokens\":671}").end()).isEqualTo(Decoded.End.NOT_A_REPLY);
    }
}
