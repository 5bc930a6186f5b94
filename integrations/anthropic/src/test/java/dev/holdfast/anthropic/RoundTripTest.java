package dev.holdfast.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Message;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the provider said finds its way back as it came. */
class RoundTripTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String BLOCKS = """
            [{"type":"thinking","thinking":"Search first.","signature":"sig=="},
            {"type":"redacted_thinking","data":"ZW5j"},
            {"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"tea"}},
            {"type":"web_search_tool_result","tool_use_id":"srvtoolu_1",
              "content":[{"type":"web_search_result","url":"https://example.com","encrypted_content":"e1"}]},
            {"type":"text","text":"Tea is "},
            {"type":"text","text":"good","citations":[{"type":"web_search_result_location","cited_text":"good",
              "encrypted_index":"i1"}]},
            {"type":"mcp_tool_use","id":"mcptoolu_1","name":"find","server_name":"shop","input":{}},
            {"type":"mcp_tool_result","tool_use_id":"mcptoolu_1","is_error":false,"content":[]},
            {"type":"compaction","content":"So far: tea."},
            {"type":"tool_use","id":"toolu_1","name":"order","input":{"cups":2},
              "caller":{"type":"code_execution_20250825","tool_id":"srvtoolu_1"}}]""";

    private final FakeAnthropic server = new FakeAnthropic();
    private final AnthropicModel model = AnthropicModel.builder("claude-test")
            .baseUrl(server.url())
            .apiKey("key")
            .build();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void sendsEveryBlockOfAWholeAnswerBackInItsPlace() throws JsonProcessingException {
        server.json(200, message(BLOCKS));

        Message answer = model.chat(ChatRequest.of("Tea?")).message();

        assertThat(answer.text()).isEqualTo("Tea is good");
        assertThat(answer.toolCalls()).hasSize(1);
        assertThat(sentBack(model, answer)).isEqualTo(MAPPER.readTree(BLOCKS));
    }

    @Test
    void sendsEveryBlockOfAStreamBackInItsPlace() throws JsonProcessingException {
        server.stream(streamOf(MAPPER.readTree(BLOCKS)));

        Message answer = model.chat(
                        ChatRequest.of("Tea?").toBuilder().streaming(true).build())
                .message();

        assertThat(answer.text()).isEqualTo("Tea is good");
        assertThat(sentBack(model, answer)).isEqualTo(MAPPER.readTree(BLOCKS));
    }

    @Test
    void sendsWordsAndCallsAloneToAnotherProvider() throws JsonProcessingException {
        server.json(200, message(BLOCKS));
        Message answer = model.chat(ChatRequest.of("Tea?")).message();
        AnthropicModel other = AnthropicModel.builder("claude-test")
                .provider("vertex")
                .baseUrl(server.url())
                .apiKey("key")
                .build();

        assertThat(sentBack(other, answer)).isEqualTo(MAPPER.readTree("""
                                [{"type":"text","text":"Tea is "},{"type":"text","text":"good"},
                                {"type":"tool_use","id":"toolu_1","name":"order","input":{"cups":2}}]"""));
    }

    private JsonNode sentBack(AnthropicModel to, Message answer) {
        server.received();
        server.json(200, message("[]"));
        to.chat(ChatRequest.of(List.of(Message.user("Tea?"), answer, Message.user("Go on"))));
        return server.received().body().at("/messages/1/content");
    }

    private static String message(String blocks) {
        return "{\"content\":" + blocks
                + ",\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}";
    }

    /** The same blocks as the provider streams them: what grows comes in deltas, the rest with the start. */
    private static String streamOf(JsonNode blocks) {
        StringBuilder stream = new StringBuilder(event("{\"type\":\"message_start\",\"message\":{}}"));
        for (int i = 0; i < blocks.size(); i++) {
            ObjectNode start = blocks.path(i).deepCopy();
            StringBuilder deltas = new StringBuilder();
            switch (start.path("type").asText()) {
                case "text" -> {
                    deltas.append(delta(i, "text_delta", "text", start.path("text")));
                    if (start.has("citations")) {
                        deltas.append(delta(i, "citations_delta", "citation", start.at("/citations/0")));
                        start.putArray("citations");
                    }
                    start.put("text", "");
                }
                case "thinking" -> {
                    deltas.append(delta(i, "thinking_delta", "thinking", start.path("thinking")));
                    deltas.append(delta(i, "signature_delta", "signature", start.path("signature")));
                    start.put("thinking", "").put("signature", "");
                }
                case "compaction" -> {
                    deltas.append(delta(i, "compaction_delta", "content", start.path("content")));
                    start.putNull("content");
                }
                default -> {
                    if (start.has("input")) {
                        JsonNode json = MAPPER.getNodeFactory()
                                .textNode(start.path("input").toString());
                        deltas.append(delta(i, "input_json_delta", "partial_json", json));
                        start.putObject("input");
                    }
                }
            }
            stream.append(
                    event("{\"type\":\"content_block_start\",\"index\":" + i + ",\"content_block\":" + start + "}"));
            stream.append(deltas).append(event("{\"type\":\"content_block_stop\",\"index\":" + i + "}"));
        }
        return stream + event("{\"type\":\"message_stop\"}");
    }

    private static String delta(int index, String type, String field, JsonNode value) {
        return event("{\"type\":\"content_block_delta\",\"index\":" + index + ",\"delta\":{\"type\":\"" + type + "\",\""
                + field + "\":" + value + "}}");
    }

    private static String event(String json) {
        return "data: " + json + "\n\n";
    }
}
