package dev.holdfast.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.ToolChoice;
import org.junit.jupiter.api.Test;

class RequestsTest {
    private static String json(String text) {
        return text.replace('\'', '"');
    }

    @Test
    void saysAChatInTheLibrarysWords() {
        ChatRequest request = Requests.of(MadeUp.exchange(MadeUp.line("a", "{}")
                .put("streaming", true)
                .put(
                        "request_body",
                        json("{'max_tokens':9,'temperature':0.5,'tool_choice':'required','tools':[{'type':'function',"
                                + "'function':{'name':'add','parameters':{'type':'object'}}}],'messages':["
                                + "{'role':'developer','content':'be brief'},"
                                + "{'role':'user','content':[{'type':'text','text':'look'},"
                                + "{'type':'image_url','image_url':{'url':'http://x/y.png'}}]},"
                                + "{'role':'assistant','content':null,'tool_calls':[{'id':'c','function':"
                                + "{'name':'add','arguments':'{}'}},{'id':'d','function':{'name':'add','arguments':'{}'}}]},"
                                + "{'role':'tool','tool_call_id':'c','content':'1'},"
                                + "{'role':'tool','tool_call_id':'d','content':'2'}]}"))));
        assertThat(request.messages())
                .extracting(Message::role)
                .containsExactly(Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.TOOL);
        assertThat(request.messages().get(3).toolResults())
                .containsExactly(
                        new Part.ToolResult("c", "add", "1", false), new Part.ToolResult("d", "add", "2", false));
        assertThat(request.messages().get(1).parts()).contains(new Part.ImageUrl("http://x/y.png"));
        assertThat(request.maxOutputTokens()).hasValue(9);
        assertThat(request.tools()).extracting(tool -> tool.name()).containsExactly("add");
        assertThat(request.toolChoice()).isEqualTo(ToolChoice.REQUIRED);
        assertThat(request.streaming()).isTrue();
    }

    @Test
    void saysMessagesInTheLibrarysWords() {
        ChatRequest request = Requests.of(MadeUp.exchange(MadeUp.messagesLine("a", "{}")
                .put(
                        "request_body",
                        json("{'system':[{'type':'text','text':'be brief'}],'max_tokens':9,"
                                + "'tools':[{'name':'add','input_schema':{'type':'object'}},{'type':'web_search'}],"
                                + "'messages':[{'role':'user','content':'sum?'},"
                                + "{'role':'assistant','content':[{'type':'thinking','thinking':'hm','signature':'s'},"
                                + "{'type':'tool_use','id':'t','name':'add','input':{'a':1}}]},"
                                + "{'role':'user','content':[{'type':'tool_result','tool_use_id':'t','is_error':true,"
                                + "'content':[{'type':'text','text':'no'}]}]}]}"))));
        assertThat(request.messages().get(0)).isEqualTo(Message.system("be brief"));
        assertThat(request.messages().get(2).parts())
                .containsExactly(
                        new Part.Reasoning(
                                "anthropic", "hm", json("{'type':'thinking','thinking':'hm','signature':'s'}")),
                        new Part.ToolCall("t", "add", json("{'a':1}")));
        assertThat(request.messages().get(3).toolResults())
                .containsExactly(new Part.ToolResult("t", "add", "no", true));
        assertThat(request.tools()).hasSize(1);
    }

    @Test
    void whatCannotBeSaidIsAskedForInOneWord() {
        assertThat(Requests.rebuilt(MadeUp.exchange(MadeUp.line("a", "{}").put("request_body", "no json"))))
                .isNull();
        assertThat(Requests.of(MadeUp.exchange("a", "{}")).messages()).hasSize(1);
    }
}
