package dev.holdfast.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class ToolLoopTest {
    private static final String USER = "{\"role\":\"user\",\"content\":\"sum?\"}";
    private static final String ASSISTANT = ",{\"role\":\"assistant\",\"content\":null}";
    private static final String ASKS =
            "{\"choices\":[{\"message\":{\"tool_calls\":[{\"id\":\"c1\",\"function\":{\"name\":\"add\",\"arguments\":\"{}\"}}]}}]}";
    private static final String ANSWERS = "{\"choices\":[{\"message\":{\"content\":\"3\"}}]}";

    private static Exchange exchange(String id, int seq, String messages, String reply) {
        ObjectNode line = MadeUp.line(id, reply)
                .put("seq", seq)
                .put("request_body", "{\"messages\":[" + messages + "],\"tools\":[]}");
        return MadeUp.exchange(line);
    }

    private static String result(String more) {
        return ",{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"3\"}" + more;
    }

    @Test
    void findsALoopWhateverTheOrderOfItsLines() {
        ToolLoop.Found found = ToolLoop.among(
                List.of(exchange("b", 1, USER + ASSISTANT + result(""), ANSWERS), exchange("a", 0, USER, ASKS)));
        assertThat(found.loops()).hasSize(1);
        ToolLoop loop = found.loops().get(0);
        assertThat(loop.name()).isEqualTo("a");
        assertThat(loop.exchanges).extracting(Exchange::toString).containsExactly("a", "b");
        assertThat(loop.results).containsEntry("c1", new ToolLoop.Result("3", false));
        assertThat(loop.firstRequest.path("messages")).hasSize(1);
    }

    @Test
    void readsAnthropicsResults() {
        ObjectNode first = MadeUp.line(
                        "a", "{\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"add\",\"input\":{}}]}")
                .put("api", "anthropic-messages")
                .put("request_body", "{\"messages\":[" + USER + "]}");
        ObjectNode second = MadeUp.line("b", "{\"content\":[{\"type\":\"text\",\"text\":\"3\"}]}")
                .put("api", "anthropic-messages")
                .put("seq", 1)
                .put(
                        "request_body",
                        "{\"messages\":[" + USER + ASSISTANT
                                + ",{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"is_error\":true,"
                                + "\"content\":[{\"type\":\"text\",\"text\":\"no\"}]}]}]}");
        ToolLoop.Found found = ToolLoop.among(List.of(MadeUp.exchange(first), MadeUp.exchange(second)));
        assertThat(found.loops()).hasSize(1);
        assertThat(found.loops().get(0).results).containsEntry("t", new ToolLoop.Result("no", true));
    }

    @Test
    void whatCannotBeReplayedIsLeftWithItsReason() {
        ToolLoop.Found more = ToolLoop.among(List.of(
                exchange("a", 0, USER, ASKS), exchange("b", 1, USER + ASSISTANT + result("," + USER), ANSWERS)));
        assertThat(more.loops()).isEmpty();
        assertThat(more.left().values()).containsExactly(List.of("a"));
        ToolLoop.Found open = ToolLoop.among(List.of(
                exchange("a", 0, USER, ASKS),
                exchange("b", 1, USER + ASSISTANT + result(""), ASKS.replace("c1", "c2"))));
        assertThat(open.loops()).isEmpty();
        assertThat(open.left()).containsKey("its last calls have no recorded results");
    }

    @Test
    void oneExchangeIsNoLoop() {
        ToolLoop.Found found = ToolLoop.among(List.of(exchange("a", 0, USER, ASKS)));
        assertThat(found.loops()).isEmpty();
        assertThat(found.left()).isEmpty();
    }
}
