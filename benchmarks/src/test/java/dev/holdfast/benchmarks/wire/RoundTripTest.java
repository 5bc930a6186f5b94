package dev.holdfast.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoundTripTest {
    private static final String BLOCKS = "[{'type':'thinking','thinking':'hm','signature':'s1'},"
            + "{'type':'redacted_thinking','data':'xyz'},{'type':'text','text':'hi','citations':null},"
            + "{'type':'tool_use','id':'t','name':'add','input':{'a':1,'b':2}}]";

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static String messages(String sentBlocks) {
        Exchange exchange = MadeUp.exchange(MadeUp.messagesLine("a", json("{'content':" + BLOCKS + "}")));
        return RoundTrip.problem(
                exchange,
                RecordedLoop.decode(exchange),
                json("{'messages':[{'role':'user','content':'x'},{'role':'assistant','content':" + sentBlocks + "}]}"));
    }

    @Test
    void blocksGoBackAsTheyCame() {
        assertThat(messages(BLOCKS)).isNull();
        assertThat(messages(BLOCKS.replace("{'a':1,'b':2}", "{'b':2,'a':1}"))).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"'s1' | 's2'", "'xyz' | 'xy'", "'hi' | 'hi '", "'a':1 | 'a':2", "'b':2 | 'b':2,'c':3"})
    void aChangeIsNoticed(String piece, String other) {
        assertThat(messages(BLOCKS.replace(piece, other))).contains("block");
    }

    @Test
    void aBlockThatIsMissingOrElsewhereIsNoticed() {
        String redacted = "{'type':'redacted_thinking','data':'xyz'},";
        assertThat(messages(BLOCKS.replace(redacted, ""))).contains("block 1");
        assertThat(messages("[" + redacted + BLOCKS.substring(1).replace(redacted, "")))
                .contains("block 0");
    }

    private static String chat(String message) {
        String body = json("{'choices':[{'message':{'content':null,'reasoning':'hm',"
                + "'reasoning_details':[{'type':'reasoning.text','text':'hm','index':0,'signature':'s'}],"
                + "'tool_calls':[{'id':'c','function':{'name':'add','arguments':'{}'},'extra_content':{'g':1}}]}}]}");
        Exchange exchange = MadeUp.exchange("a", body);
        return RoundTrip.problem(
                exchange,
                RecordedLoop.decode(exchange),
                json("{'messages':[{'role':'user','content':'x'}," + message
                        + ",{'role':'tool','tool_call_id':'c','content':'1'}]}"));
    }

    @Test
    void detailsAndSignaturesOfChatsGoBack() {
        String right = "{'role':'assistant','content':null,"
                + "'reasoning_details':[{'type':'reasoning.text','text':'hm','index':0,'signature':'s'}],"
                + "'tool_calls':[{'id':'c','function':{'name':'add','arguments':'{ }'},'extra_content':{'g':1}}]}";
        assertThat(chat(right)).isNull();
        assertThat(chat(right.replace("'signature':'s'", "'signature':'t'"))).contains("reasoning_details");
        assertThat(chat(right.replace("{'g':1}", "{'g':2}"))).contains("signature of call 0");
        assertThat(chat(right.replace("'id':'c'", "'id':'d'"))).contains("id of a call");
        assertThat(chat(right.replace("'content':null", "'content':'more'"))).contains("words");
    }

    @Test
    void piecesOfOneDetailAreOne() {
        String stream = MadeUp.stream(
                json("{'choices':[{'delta':{'reasoning_details':[{'type':'t','index':0,'text':'a'}]}}]}"),
                json("{'choices':[{'delta':{'reasoning_details':[{'type':'t','index':0,'text':'b'}]}}]}"),
                json("{'choices':[{'delta':{'reasoning_details':[{'type':'e','index':0,'data':'c'}]}}]}"),
                json("{'choices':[{'delta':{},'finish_reason':'stop'}]}"));
        assertThat(ChatOracle.decode(stream).kept().path(ChatKept.DETAILS).toString())
                .isEqualTo(json("[{'type':'t','index':0,'text':'ab'},{'type':'e','index':0,'data':'c'}]"));
    }
}
