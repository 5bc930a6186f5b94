package dev.holdfast.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.TransportException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that come as one document. */
class AnswerTest extends ProviderTestBase {
    private static void serveChoice(String choice) {
        serveJson("{'id':'r1','model':'mini-2','choices':[" + choice + "]}");
    }

    @Test
    void anAnswer() {
        serveChoice("{'index':0,'message':{'role':'assistant','content':'hello','refusal':null},'logprobs':{},"
                + "'finish_reason':'stop'}");
        ChatResponse response = ask("openai");

        assertThat(response.message()).isEqualTo(Message.assistant("hello"));
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(response.model()).isEqualTo("mini-2");
        assertThat(response.responseId()).isEqualTo("r1");
        assertThat(response.endpoint().id()).isEqualTo("openai/mini");
        assertThat(response.usage()).isEqualTo(Usage.unknown());
    }

    @Test
    void aStreamThatComesAsOneDocumentIsOneChunk() {
        serveChoice("{'message':{'content':'hello'},'finish_reason':'stop'}");
        List<Chunk> chunks = chunksOf(send(
                model("openai"),
                ChatRequest.of("hi").toBuilder().streaming(true).build()));

        assertThat(chunks).containsExactly(new Chunk.Whole(Message.assistant("hello")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'message':{'content':null},'finish_reason':'stop'}",
                "{'message':{'content':''},'finish_reason':'stop'}",
                "{'message':{},'finish_reason':'stop'}",
                "{'message':{'content':[]},'finish_reason':'stop'}",
                "{'finish_reason':'stop'}",
                "{'message':{'content':null,'function_call':{'name':'','arguments':''},'refusal':'','tool_calls':null},"
                        + "'finish_reason':'stop'}"
            })
    void emptyAnswersAreAnswers(String choice) {
        serveChoice(choice);
        ChatResponse response = ask("openai");

        assertThat(response.message().parts()).isEmpty();
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void callsKeepTheirIdsTheirOrderAndTheTextBesideThem() {
        serveChoice("{'message':{'content':'one moment','tool_calls':["
                + "{'id':'c1','type':'function','function':{'name':'a','arguments':'{}'}},"
                + "{'id':'c2','function':{'name':'a','arguments':''}},"
                + "{'id':'c3','index':0,'function':{'name':'b'}},"
                + "{'id':'c4','function':{'name':'b','arguments':{'x':1}}}]},'finish_reason':'stop'}");
        ChatResponse response = ask("openai");

        assertThat(response.text()).isEqualTo("one moment");
        assertThat(response.message().toolCalls())
                .containsExactly(
                        new Part.ToolCall("c1", "a", "{}"),
                        new Part.ToolCall("c2", "a", ""),
                        new Part.ToolCall("c3", "b", ""),
                        new Part.ToolCall("c4", "b", "{\"x\":1}"));
        assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void invalidArgumentsAreKeptAsTheModelWroteThem() {
        serveChoice("{'message':{'tool_calls':[{'id':'c1','function':{'name':'a','arguments':'{x: 1'}}]},"
                + "'finish_reason':'tool_calls'}");

        assertThat(ask("openai").message().toolCalls()).containsExactly(new Part.ToolCall("c1", "a", "{x: 1"));
    }

    @Test
    void aCallWithoutAnIdGetsOne() {
        serveChoice("{'message':{'tool_calls':[{'id':'','function':{'name':'a','arguments':'{}'}},"
                + "{'function':{'name':'a','arguments':'{}'}}]},'finish_reason':'tool_calls'}");
        List<Part.ToolCall> calls = ask("google").message().toolCalls();

        assertThat(calls).hasSize(2);
        assertThat(calls.get(0).id())
                .startsWith("call_")
                .isNotEqualTo(calls.get(1).id());
    }

    @Test
    void aFunctionCallOfOldIsACall() {
        serveChoice("{'message':{'content':null,'function_call':{'name':'a','arguments':'{}'}},"
                + "'finish_reason':'function_call'}");
        ChatResponse response = ask("openai");

        assertThat(response.message().toolCalls())
                .singleElement()
                .extracting(Part.ToolCall::name)
                .isEqualTo("a");
        assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @ParameterizedTest
    @CsvSource({
        "'\"stop\"', stop",
        "'\"eos\"', stop",
        "'\"length\"', length",
        "'\"tool_call\"', tool_calls",
        "'\"content_filter\"', content_filter",
        "'\"Weird\"', weird",
        "7, 7",
        "null, unknown",
        "'\"\"', unknown"
    })
    void reasonsToStop(String reason, String expected) {
        serveChoice("{'message':{'content':'x'},'finish_reason':" + reason + "}");

        assertThat(ask("openai").finishReason().name()).isEqualTo(expected);
    }

    @Test
    void aRefusalIsTextAndAReason() {
        serveChoice("{'message':{'content':null,'refusal':'I will not.'},'finish_reason':'stop'}");
        ChatResponse response = ask("openai");

        assertThat(response.text()).isEqualTo("I will not.");
        assertThat(response.finishReason()).isEqualTo(FinishReason.REFUSAL);
    }

    @Test
    void ofSeveralChoicesTheFirstIsTheAnswer() {
        serveChoice(
                "{'index':1,'message':{'content':'b'}},{'index':0,'message':{'content':'a'},'finish_reason':'stop'}");

        assertThat(ask("openai").text()).isEqualTo("a");
    }

    @Test
    void aChoiceWithBothMessageAndDeltaIsReadOnce() {
        serveChoice("{'message':{'content':'a'},'delta':{'content':''},'finish_reason':'stop'}");

        assertThat(ask("perplexity").text()).isEqualTo("a");
    }

    @ParameterizedTest
    @CsvSource({"reasoning_content, deepseek", "reasoning, groq"})
    void thoughtsAreKeptForTheWayBack(String field, String provider) {
        serveChoice("{'message':{'content':'4','" + field + "':'2+2','tool_calls':["
                + "{'id':'c1','function':{'name':'a','arguments':'{}'}}]},'finish_reason':'tool_calls'}");
        Message message = ask(provider).message();
        assertThat(message.parts().get(0))
                .isEqualTo(new Part.Reasoning(provider, "2+2", "{\"" + field + "\":\"2+2\"}"));
        assertThat(message.text()).isEqualTo("4");

        send(model(provider), ChatRequest.of(List.of(Message.user("hi"), message)))
                .await();
        assertThat(sent().at("/messages/1/" + field).asText()).isEqualTo("2+2");
    }

    @Test
    void signedThoughtsGoBackAsTheyCame() {
        String details = "[{'type':'reasoning.text','text':'hm','signature':'s1','index':0},"
                + "{'type':'reasoning.encrypted','data':'xyz','index':1}]";
        serveChoice("{'message':{'content':'4','reasoning':'hm','reasoning_details':" + details
                + "},'finish_reason':'stop'}");
        Message message = ask("openrouter").message();

        send(model("openrouter"), ChatRequest.of(List.of(Message.user("hi"), message)))
                .await();
        assertThat(sent().at("/messages/1/reasoning_details"))
                .isEqualTo(json("{'d':" + details + "}").get("d"));
        assertThat(sent().at("/messages/1").has("reasoning")).isFalse();
    }

    @Test
    void thoughtsAsAPartOfTheContent() {
        String thought = "{'type':'thinking','thinking':[{'type':'text','text':'hm'}]}";
        serveChoice("{'message':{'content':[" + thought + ",{'type':'text','text':'4'}]},'finish_reason':'stop'}");
        Message message = ask("mistral").message();
        assertThat(message.text()).isEqualTo("4");
        assertThat(((Part.Reasoning) message.parts().get(0)).text()).isEqualTo("hm");

        send(model("mistral"), ChatRequest.of(List.of(Message.user("hi"), message)))
                .await();
        assertThat(sent().at("/messages/1/content"))
                .isEqualTo(json("{'c':[" + thought + ",{'type':'text','text':'4'}]}")
                        .get("c"));
    }

    @Test
    void signaturesOfCallsGoBackWithTheirCall() {
        serveChoice("{'message':{'extra_content':{'m':1},'tool_calls':["
                + "{'id':'c1','function':{'name':'a','arguments':'{}'},'extra_content':{'google':{'sig':'s'}}},"
                + "{'id':'c2','function':{'name':'a','arguments':'{}'}}]},'finish_reason':'tool_calls'}");
        Message message = ask("google").message();

        send(model("google"), ChatRequest.of(List.of(Message.user("hi"), message)))
                .await();
        assertThat(sent().at("/messages/1/extra_content")).isEqualTo(json("{'m':1}"));
        assertThat(sent().at("/messages/1/tool_calls/0/extra_content")).isEqualTo(json("{'google':{'sig':'s'}}"));
        assertThat(sent().at("/messages/1/tool_calls/1").has("extra_content")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'error':{'message':'boom','code':502}}",
                "{'error':{'message':'boom','code':502},'choices':[]}",
                "{'choices':[{'message':{'content':''},'error':{'message':'boom','code':502},'finish_reason':'error'}]}",
                "{'object':'error','message':'boom','code':502}",
                "{'error':'boom','code':502}"
            })
    void anErrorWithinAnAnswerIsAnError(String body) {
        serveJson(body);

        ProviderException error = catchThrowableOfType(ProviderException.class, () -> ask("openrouter"));
        assertThat(error.status()).isEqualTo(200);
        assertThat(error.code()).isEqualTo("502");
        assertThat(error).hasMessageContaining("boom");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'choices':[{'message'", "{'input_tokens':7}", "{'choices':[]}", "{} {}", "[]"})
    void aMalformedAnswerIsOneClearError(String body) {
        serveJson(body);

        assertThatThrownBy(() -> ask("openai"))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("openai/mini at " + baseUrl() + "/v1/chat/completions sent an answer that is");
    }
}
