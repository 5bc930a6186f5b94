package dev.holdfast.benchmarks.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;

/** Exchanges that no provider ever had, in the format of the data files. */
final class MadeUp {
    static final ObjectMapper JSON = new ObjectMapper();

    private MadeUp() {}

    static ObjectNode line(String id, String body) {
        ObjectNode line = JSON.createObjectNode();
        line.put("id", id)
                .put("source_repo", "made/up")
                .put("path", "cassette.yaml")
                .put("commit", "c0ffee")
                .put("seq", 0)
                .put("api", "openai-chat")
                .put("provider", "openai")
                .put("status", 200)
                .put("streaming", false)
                .put("request_body", "{}")
                .put("response_body", body)
                .put("response_encoding", "utf-8");
        line.putObject("response_headers")
                .put("Content-Type", "application/json")
                .put("transfer-encoding", "chunked")
                .put("x-request-id", "r-1");
        return line;
    }

    static Exchange exchange(ObjectNode line) {
        try {
            return Exchange.of(line, WireFolder.OPENAI);
        } catch (Exchange.BadLine e) {
            throw new AssertionError(e);
        }
    }

    static Exchange exchange(String id, String body) {
        return exchange(line(id, body));
    }

    /** A line of the other format. */
    static ObjectNode messagesLine(String id, String body) {
        return line(id, body).put("api", "anthropic-messages").put("provider", "anthropic");
    }

    /** Events of a stream, one JSON document each. */
    static String stream(String... data) {
        StringBuilder stream = new StringBuilder();
        Arrays.stream(data).forEach(some -> stream.append("data: ").append(some).append("\n\n"));
        return stream.toString();
    }

    /** Events of an Anthropic stream, named by their type. */
    static String events(String... data) {
        StringBuilder stream = new StringBuilder();
        for (String some : data) {
            try {
                stream.append("event: ").append(JSON.readTree(some).path("type").asText());
            } catch (JsonProcessingException e) {
                throw new AssertionError(e);
            }
            stream.append("\ndata: ").append(some).append("\n\n");
        }
        return stream.toString();
    }
}
