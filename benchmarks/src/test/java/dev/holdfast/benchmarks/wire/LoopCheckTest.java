package dev.holdfast.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.benchmarks.Report;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LoopCheckTest {
    private static final String USER = "{'role':'user','content':'sum?'}";
    private static final String ASSISTANT = ",{'role':'assistant','content':null}";
    private static final String RESULT = ",{'role':'tool','tool_call_id':'c1','content':'3'}";
    private static final String ASKS = "{'choices':[{'message':{'tool_calls':["
            + "{'id':'c1','function':{'name':'add','arguments':'{\\\"a\\\":1}'}}]}}]}";
    private static final String ANSWERS = "{'choices':[{'message':{'content':'3'},'finish_reason':'stop'}]}";

    private static Exchange exchange(String id, int seq, String messages, String reply) {
        return MadeUp.exchange(MadeUp.line(id, reply.replace('\'', '"'))
                .put("seq", seq)
                .put("request_body", ("{'messages':[" + messages + "]}").replace('\'', '"')));
    }

    private static String told(Exchange... exchanges) throws Exception {
        List<RecordedLoop> loops = RecordedLoop.among(List.of(exchanges));
        assertThat(loops).hasSize(1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Replay replay = Replay.start()) {
            Tally tally = new Tally();
            new LoopCheck(replay, new Providers(), tally).run(loops.get(0), 1);
            PrintStream printer = new PrintStream(out, true, StandardCharsets.UTF_8);
            tally.tell(new Report("wire", printer, printer, Path.of(".")));
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aRunIsRepeatedThroughTheAgentLoop() throws Exception {
        assertThat(told(exchange("a", 0, USER, ASKS), exchange("b", 1, USER + ASSISTANT + RESULT, ANSWERS)))
                .containsPattern("loops +1/1");
    }

    @Test
    void ofAnOpenRunTheCallsAreMade() throws Exception {
        assertThat(told(
                        exchange("a", 0, USER, ASKS),
                        exchange("b", 1, USER + ASSISTANT + RESULT, ASKS.replace("c1", "c2"))))
                .containsPattern("open_loops +1/1");
    }

    @Test
    void aRunThatFailsIsTold() throws Exception {
        assertThat(told(
                        exchange("a", 0, USER, ASKS.replace("'add'", "'a.b'")),
                        exchange("b", 1, USER + ASSISTANT + RESULT, ANSWERS)))
                .containsPattern("loops +0/1")
                .contains("not a run that the library accepts: the tool 'a.b' cannot be built");
    }
}
