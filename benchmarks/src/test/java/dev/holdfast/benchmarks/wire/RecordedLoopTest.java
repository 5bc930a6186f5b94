package dev.holdfast.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordedLoopTest {
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
        List<RecordedLoop> found = RecordedLoop.among(
                List.of(exchange("b", 1, USER + ASSISTANT + result(""), ANSWERS), exchange("a", 0, USER, ASKS)));
        assertThat(found).hasSize(1);
        RecordedLoop loop = found.get(0);
        assertThat(loop.name()).isEqualTo("a");
        assertThat(loop.exchanges).extracting(Exchange::toString).containsExactly("a", "b");
        assertThat(loop.results).containsEntry("c1", List.of(new RecordedLoop.Result("3", false)));
        assertThat(loop.ended).isTrue();
        assertThat(loop.embellished).isFalse();
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
        List<RecordedLoop> found = RecordedLoop.among(List.of(MadeUp.exchange(first), MadeUp.exchange(second)));
        assertThat(found).hasSize(1);
        assertThat(found.get(0).results).containsEntry("t", List.of(new RecordedLoop.Result("no", true)));
    }

    @Test
    void tellsWhatTheProgramSaidBesidesAndWhetherTheRunWasRecordedToItsEnd() {
        List<RecordedLoop> more = RecordedLoop.among(List.of(
                exchange("a", 0, USER, ASKS), exchange("b", 1, USER + ASSISTANT + result("," + USER), ANSWERS)));
        assertThat(more).hasSize(1);
        assertThat(more.get(0).embellished).isTrue();
        assertThat(more.get(0).ended).isTrue();
        List<RecordedLoop> open = RecordedLoop.among(List.of(
                exchange("a", 0, USER, ASKS),
                exchange("b", 1, USER + ASSISTANT + result(""), ASKS.replace("c1", "c2"))));
        assertThat(open).hasSize(1);
        assertThat(open.get(0).ended).isFalse();
    }

    @Test
    void aPausedTurnGoesOnWithTheConversationSoFar() {
        String paused = "{\"content\":[{\"type\":\"text\",\"text\":\"wait\"}],\"stop_reason\":\"pause_turn\"}";
        ObjectNode first = MadeUp.messagesLine("a", paused).put("request_body", "{\"messages\":[" + USER + "]}");
        ObjectNode second = MadeUp.messagesLine("b", paused.replace("pause_turn", "end_turn"))
                .put("seq", 1)
                .put("request_body", "{\"messages\":[" + USER + ASSISTANT + "]}");
        List<RecordedLoop> found = RecordedLoop.among(List.of(MadeUp.exchange(first), MadeUp.exchange(second)));
        assertThat(found).hasSize(1);
        assertThat(found.get(0).ended).isTrue();
    }

    @Test
    void oneExchangeIsNoLoop() {
        assertThat(RecordedLoop.among(List.of(exchange("a", 0, USER, ASKS)))).isEmpty();
    }
}
