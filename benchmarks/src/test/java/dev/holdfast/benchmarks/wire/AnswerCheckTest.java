package dev.holdfast.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checks pass what is right and, above all, do not pass what is wrong. */
class AnswerCheckTest {
    private static final String CHAT =
            "{'choices':[{'index':0,'finish_reason':'tool_calls','message':{'content':'hello',"
                    + "'reasoning_content':'hm','tool_calls':[{'id':'c1','type':'function',"
                    + "'function':{'name':'add','arguments':'{\\\"a\\\":1}'}}]}}],"
                    + "'usage':{'prompt_tokens':10,'completion_tokens':5,'total_tokens':15,'cost':0.002,"
                    + "'prompt_tokens_details':{'cached_tokens':4}}}";

    private static Replay replay;

    @BeforeAll
    static void start() throws Exception {
        replay = Replay.start();
    }

    @AfterAll
    static void stop() throws Exception {
        replay.close();
    }

    private static Map<Check, String> problems(ObjectNode line, String expectedBody) {
        Exchange exchange = MadeUp.exchange(line);
        Map<Check, String> problems = new EnumMap<>(Check.class);
        try (Replay.Lane lane = replay.lane(List.of(request -> Answer.recorded(exchange, false, 1)))) {
            Seen seen = Seen.of(new Providers().model(exchange, lane.baseUrl()), Requests.minimal(exchange));
            AnswerCheck.compare(RecordedLoop.decode(exchange, expectedBody), seen, (check, problem) -> {
                if (problem != null) {
                    problems.put(check, problem);
                }
            });
        }
        return problems;
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    @Test
    void passesWhatIsRight() {
        String body = json(CHAT);
        assertThat(problems(MadeUp.line("a", body), body)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "TEXT | 'hello' | 'hallo'",
                "REASONING | 'hm' | 'ho'",
                "CALLS | 'name':'add' | 'name':'sub'",
                "CALLS | 'id':'c1' | 'id':'c2'",
                "CALLS | \\\"a\\\":1 | \\\"a\\\":2",
                "USAGE | 'completion_tokens':5 | 'completion_tokens':6",
                "USAGE | 'cached_tokens':4 | 'cached_tokens':5",
                "USAGE | 0.002 | 0.003",
                "FINISH | 'finish_reason':'tool_calls' | 'finish_reason':'length'"
            })
    void doesNotPassWhatDiffers(Check check, String right, String wrong) {
        String body = json(CHAT);
        String other = body.replace(json(right), json(wrong));
        assertThat(other).isNotEqualTo(body);
        assertThat(problems(MadeUp.line("a", body), other)).containsOnlyKeys(check);
    }

    @Test
    void anErrorIsNoAnswerAndAnAnswerIsNoError() {
        String error = "{\"error\":{\"code\":500,\"message\":\"lost\"}}";
        assertThat(problems(MadeUp.line("a", error), json(CHAT))).containsOnlyKeys(Check.DECODED);
        assertThat(problems(MadeUp.line("a", json(CHAT)), error)).containsKey(Check.ERRORS);
        assertThat(problems(MadeUp.line("a", error), error)).isEmpty();
    }

    @Test
    void whatCameBeforeACutMustBeInTheError() {
        String cut = MadeUp.stream("{\"choices\":[{\"delta\":{\"content\":\"half\"}}]}");
        String more = MadeUp.stream("{\"choices\":[{\"delta\":{\"content\":\"half of it\"}}]}");
        assertThat(problems(MadeUp.line("a", cut), cut)).isEmpty();
        assertThat(problems(MadeUp.line("a", cut), more)).containsOnlyKeys(Check.DECODED);
    }

    @Test
    void whatIsNoReplyMustNotBeTakenForOne() {
        String count = "{\"input_tokens\":7}";
        ObjectNode line = MadeUp.messagesLine("a", count);
        assertThat(problems(line, count)).isEmpty();
        ObjectNode reply = MadeUp.messagesLine("b", "{\"type\":\"message\",\"content\":[]}");
        assertThat(problems(reply, count)).containsOnlyKeys(Check.NO_REPLY);
    }
}
