package dev.holdfast.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.StreamInterruptedException;
import dev.holdfast.error.TransportException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers that come in pieces. */
class StreamTest extends ProviderTestBase {
    private static final String STOP = "{'choices':[{'index':0,'delta':{},'finish_reason':'stop'}]}";

    private static String delta(String fields) {
        return "{'id':'r1','model':'mini-2','object':'chat.completion.chunk','choices':[{'index':0,'delta':{" + fields
                + "},'finish_reason':null}],'usage':null}";
    }

    private static String call(String piece) {
        return delta("'tool_calls':[" + piece + "]");
    }

    private static ChatReply stream() {
        return send(
                model("openai"),
                ChatRequest.of("hi").toBuilder().streaming(true).build());
    }

    private static List<Part.ToolCall> callsOf(String... pieces) {
        String[] events = new String[pieces.length + 1];
        for (int i = 0; i < pieces.length; i++) {
            events[i] = call(pieces[i]);
        }
        events[pieces.length] = "[DONE]";
        serveEvents(events);
        return askStreaming("openai").message().toolCalls();
    }

    @Test
    void words() {
        serveEvents(
                "{'id':'','model':'','choices':[],'prompt_filter_results':[]}",
                delta("'role':'assistant','content':''"),
                delta("'content':'Hel'"),
                delta("'content':'lo'"),
                STOP,
                "{'choices':[],'usage':{'prompt_tokens':3,'completion_tokens':2,'total_tokens':5}}",
                "{'choices':[],'usage':null,'moderation':{}}",
                "[DONE]");
        ChatReply reply = stream();

        assertThat(chunksOf(reply)).containsExactly(new Chunk.Text("Hel"), new Chunk.Text("lo"));
        ChatResponse response = ((Outcome.Completed) reply.outcome()).response();
        assertThat(response.message()).isEqualTo(Message.assistant("Hello"));
        assertThat(response.usage()).isEqualTo(Usage.of(3, 2));
        assertThat(response.model()).isEqualTo("mini-2");
        assertThat(response.responseId()).isEqualTo("r1");
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void theLastUsageCountsAndIsNeverAddedUp() {
        serveEvents(
                "{'choices':[{'delta':{'content':'a'}}],'usage':{'prompt_tokens':3,'completion_tokens':1}}",
                "{'choices':[{'delta':{},'finish_reason':'stop'}],'usage':{'prompt_tokens':3,'completion_tokens':2}}",
                "{'choices':[{'delta':{},'finish_reason':null}],'usage':{'prompt_tokens':3,'completion_tokens':4}}",
                "[DONE]");

        assertThat(askStreaming("deepseek").usage()).isEqualTo(Usage.of(3, 4));
    }

    @Test
    void usageInGroqsOwnPlace() {
        serveEvents(
                delta("'content':'a'"),
                "{'choices':[{'delta':{},'finish_reason':'stop'}],"
                        + "'x_groq':{'usage':{'prompt_tokens':3,'completion_tokens':1,'prompt_time':0.1}}}",
                "[DONE]");

        assertThat(askStreaming("groq").usage()).isEqualTo(Usage.of(3, 1));
    }

    @Test
    void withoutUsageItIsUnknownAndNotNothing() {
        serveEvents(delta("'content':'a'"), STOP, "[DONE]");

        assertThat(askStreaming("openai").usage().isKnown()).isFalse();
    }

    @Test
    void aStreamThatGaveItsReasonNeedNotSayDone() {
        serveEvents(delta("'content':'a'"), STOP);

        assertThat(askStreaming("cerebras").text()).isEqualTo("a");
    }

    @Test
    void aStreamThatSaidDoneNeedNotGiveAReason() {
        serveEvents(delta("'content':'a'"), "[DONE]");

        assertThat(askStreaming("openai").finishReason()).isEqualTo(FinishReason.UNKNOWN);
    }

    @Test
    void aStreamThatSaidNeitherWasCut() {
        serveEvents(delta("'content':'a'"), delta("'content':'b'"));

        StreamInterruptedException cut = catchThrowableOfType(
                StreamInterruptedException.class, () -> stream().await());
        assertThat(cut.partial()).isEqualTo(Message.assistant("ab"));
        assertThat(cut.usage()).isEqualTo(Usage.unknown());
    }

    @Test
    void aCallThatWasCutIsNoCall() {
        serveEvents(
                delta("'content':'wait'"), call("{'index':0,'id':'c1','function':{'name':'refund','arguments':'{}'}}"));

        StreamInterruptedException cut = catchThrowableOfType(
                StreamInterruptedException.class, () -> stream().await());
        assertThat(cut.partial().toolCalls()).isEmpty();
        assertThat(cut.partial().text()).isEqualTo("wait");
    }

    @Test
    void aStreamThatIsCutWithinItsLastEventWasCut() {
        serve(200, "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: {\"choices\":[{\"del");

        assertThatThrownBy(() -> stream().await()).isInstanceOf(StreamInterruptedException.class);
    }

    @Test
    void anEmptyStreamIsNoAnswer() {
        serve(200, "");

        assertThatThrownBy(() -> stream().await()).isInstanceOf(TransportException.class);
    }

    @Test
    void linesThatAreNoEvents() {
        serve(
                200,
                "\uFEFF: OPENROUTER PROCESSING\r\n\r\n: OPENROUTER PROCESSING\r\n\r\nevent: message\r\n"
                        + "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\r\n\r\ndata:\r\n\r\ndata: [DONE]");

        assertThat(askStreaming("openrouter").text()).isEqualTo("a");
    }

    @Test
    void piecesWithoutDeltaAndTheReasonSaidTwice() {
        serveEvents(
                "{'choices':[{'index':0,'finish_reason':null,'content_filter_results':{}}]}",
                delta("'content':'a'"),
                "{'choices':[{'index':0,'delta':{'content':''},'finish_reason':'length'}]}",
                "{'choices':[{'index':0,'delta':{},'finish_reason':''}]}",
                "[DONE]");
        ChatResponse response = askStreaming("azure");

        assertThat(response.text()).isEqualTo("a");
        assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void twoChoicesAreNotMixed() {
        serveEvents(
                "{'choices':[{'index':0,'delta':{'content':'a'}}]}",
                "{'choices':[{'index':1,'delta':{'content':'x'}}]}",
                "{'choices':[{'index':1,'delta':{'content':'y'}},{'index':0,'delta':{'content':'b'}}]}",
                "[DONE]");

        assertThat(askStreaming("openai").text()).isEqualTo("ab");
    }

    @Test
    void callsInPieces() {
        serveEvents(
                call("{'index':0,'id':'c1','type':'function','function':{'name':'a','arguments':''}}"),
                call("{'index':0,'function':{'arguments':'{\\'x\\':'}}".replace("\\'", "\\\"")),
                call("{'index':1,'id':'c2','function':{'name':'b','arguments':'{}'}}"),
                call("{'index':0,'function':{'arguments':'1}'}}"),
                "{'choices':[{'delta':{},'finish_reason':'stop'}]}",
                "[DONE]");
        ChatReply reply = stream();

        assertThat(chunksOf(reply))
                .containsExactly(
                        new Chunk.ToolCallPart(0, "a", ""),
                        new Chunk.ToolCallPart(0, "a", "{\"x\":"),
                        new Chunk.ToolCallPart(1, "b", "{}"),
                        new Chunk.ToolCallPart(0, "a", "1}"));
        ChatResponse response = ((Outcome.Completed) reply.outcome()).response();
        assertThat(response.message().toolCalls())
                .containsExactly(new Part.ToolCall("c1", "a", "{\"x\":1}"), new Part.ToolCall("c2", "b", "{}"));
        assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void idsThatAreNullEmptyRepeatedOrChangingBelongToTheFirst() {
        for (String id : List.of("null", "''", "'c1'", "'c9'")) {
            assertThat(callsOf(
                            "{'index':0,'id':'c1','function':{'name':'a','arguments':null}}",
                            "{'index':0,'id':" + id + ",'function':{'name':null,'arguments':'{'}}",
                            "{'index':0,'id':" + id + ",'function':{'name':'a','arguments':'}'}}"))
                    .as(id)
                    .containsExactly(new Part.ToolCall("c1", "a", "{}"));
        }
    }

    @Test
    void indexesThatBeginAtOneOrAreAbsent() {
        assertThat(callsOf(
                        "{'index':1,'id':'c1','function':{'name':'a','arguments':'{'}}",
                        "{'index':1,'function':{'arguments':'}'}}",
                        "{'index':2,'id':'c2','function':{'name':'a','arguments':'{}'}}"))
                .containsExactly(new Part.ToolCall("c1", "a", "{}"), new Part.ToolCall("c2", "a", "{}"));
        assertThat(callsOf(
                        "{'id':'c1','function':{'name':'a','arguments':'{'}}",
                        "{'function':{'arguments':'}'}}",
                        "{'id':'c2','function':{'name':'a','arguments':''}}",
                        "{'id':'c2','function':{'arguments':'{}'}}"))
                .containsExactly(new Part.ToolCall("c1", "a", "{}"), new Part.ToolCall("c2", "a", "{}"));
    }

    @Test
    void wholeCallsUnderOneIndexStayApart() {
        assertThat(callsOf(
                        "{'index':0,'id':'c1','function':{'name':'a','arguments':'{}'}}",
                        "{'index':0,'id':'c2','function':{'name':'a','arguments':'{}'}}",
                        "{'index':0,'id':'c3','function':{'name':'b','arguments':'{}'}}"))
                .containsExactly(
                        new Part.ToolCall("c1", "a", "{}"),
                        new Part.ToolCall("c2", "a", "{}"),
                        new Part.ToolCall("c3", "b", "{}"));
    }

    @Test
    void wholeCallsWithoutIdOrIndexStayApart() {
        assertThat(callsOf(
                        "{'function':{'name':'a','arguments':'{}'}},{'function':{'name':'a','arguments':'{}'}}",
                        "{'function':{'name':'b','arguments':'{}'}}"))
                .extracting(Part.ToolCall::name)
                .containsExactly("a", "a", "b");
    }

    @Test
    void thoughtsAndRefusals() {
        serveEvents(
                delta("'reasoning':'h','reasoning_details':[{'type':'reasoning.text','text':'h','index':0}]"),
                delta(
                        "'reasoning':'m','reasoning_details':[{'type':'reasoning.text','text':'m','index':0,'signature':null}]"),
                delta("'reasoning_details':[{'type':'reasoning.text','signature':'s','index':0}]"),
                delta("'refusal':'No.'"),
                STOP,
                "[DONE]");
        ChatReply reply = stream();

        assertThat(chunksOf(reply))
                .containsExactly(new Chunk.Thought("h"), new Chunk.Thought("m"), new Chunk.Text("No."));
        Part.Reasoning thought =
                (Part.Reasoning) reply.outcome().message().parts().get(0);
        assertThat(thought.text()).isEqualTo("hm");
        assertThat(json(String.valueOf(thought.json())))
                .isEqualTo(json(
                        "{'reasoning_details':[{'type':'reasoning.text','text':'hm','index':0,'signature':'s'}]}"));
        assertThat(((Outcome.Completed) reply.outcome()).response().finishReason())
                .isEqualTo(FinishReason.REFUSAL);
    }

    @Test
    void thoughtsOfSeveralDetailsGrowEachForItself() {
        serveEvents(
                delta("'reasoning_details':[{'type':'reasoning.text','text':'a','index':0}]"),
                delta("'reasoning_details':[{'type':'reasoning.text','text':'b','index':0}]"),
                delta("'reasoning_details':[{'type':'reasoning.encrypted','index':1}]"),
                delta("'reasoning_details':[{'type':'reasoning.encrypted','data':'x','index':1}]"),
                delta("'reasoning_details':[{'type':'reasoning.encrypted','data':'y','index':1},"
                        + "{'type':'reasoning.text','text':'c','index':2}]"),
                delta("'reasoning_details':[{'type':'reasoning.text','text':'d','index':2,'signature':'s'}]"),
                STOP,
                "[DONE]");

        Part.Reasoning thought =
                (Part.Reasoning) askStreaming("openai").message().parts().get(0);
        assertThat(thought.text()).isEqualTo("abcd");
        assertThat(json(String.valueOf(thought.json())))
                .isEqualTo(json("{'reasoning_details':[{'type':'reasoning.text','text':'ab','index':0},"
                        + "{'type':'reasoning.encrypted','index':1,'data':'xy'},"
                        + "{'type':'reasoning.text','text':'cd','index':2,'signature':'s'}]}"));
    }

    @Test
    void anErrorInTheMidstCarriesWhatCame() {
        serve(
                200,
                "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\nevent: error\n"
                        + "data: {\"error\":{\"message\":\"overloaded\",\"code\":\"x\"}}\n\n");

        StreamInterruptedException error = catchThrowableOfType(
                StreamInterruptedException.class, () -> stream().await());
        assertThat(error).hasMessageContaining("overloaded");
        assertThat(error.partial().text()).isEqualTo("a");
    }

    @Test
    void anErrorInTheFirstPieceIsTheProviders() {
        serveEvents("{'error':{'message':'busy','type':'server_error','code':null}}", "[DONE]");

        ProviderException error =
                catchThrowableOfType(ProviderException.class, () -> stream().await());
        assertThat(error.type()).isEqualTo("server_error");
        assertThat(error.code()).isEmpty();
    }
}
