package dev.holdfast.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.chat.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a provider reads requests and writes answers. */
sealed interface Wire permits OpenAiWire, AnthropicWire {
    ObjectMapper JSON = new ObjectMapper();

    /**
     * Who answers, and when.
     *
     * @param id the answer's id without the provider's prefix
     * @param model the model's name
     * @param epochSecond when
     */
    record Stamp(String id, String model, long epochSecond) {}

    /**
     * One event of a stream, or a part of a body that is not one.
     *
     * @param bytes as they are sent
     * @param isContent whether it carries something that the model says, rather than a frame around it
     */
    @SuppressWarnings("ArrayRecordComponent") // handed from the one that makes it to the one that sends it
    record Event(byte[] bytes, boolean isContent) {
        /** A server-sent event without a name. */
        static Event data(JsonNode data, boolean isContent) {
            return new Event(bytesOf("data: " + data + "\n\n"), isContent);
        }

        /** A server-sent event with a name. */
        static Event named(String name, JsonNode data, boolean isContent) {
            return new Event(bytesOf("event: " + name + "\ndata: " + data + "\n\n"), isContent);
        }
    }

    /** The conversation of a request, in order. */
    List<Message> messages(JsonNode request);

    /** The tools that a request offers. */
    List<String> toolNames(JsonNode request);

    /** The limit on output tokens; null when the request has none. */
    @Nullable
    Integer maxOutputTokens(JsonNode request);

    /** An answer in one piece. */
    JsonNode whole(FakeReply reply, Stamp stamp);

    /** An answer as a stream. */
    List<Event> stream(FakeReply reply, Stamp stamp, JsonNode request);

    /** The body of an error. An empty code or type stands for what the provider sends with the status. */
    JsonNode error(int status, String code, String type, String message);

    /** An error in the midst of a stream. */
    Event errorEvent();

    static byte[] bytesOf(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException | NumberFormatException e) {
            throw new IllegalArgumentException("this is no JSON: " + json, e);
        }
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /** A text in about equal parts, none of which ends within a character. Fewer when the text is short. */
    static List<String> pieces(String text, int count) {
        List<String> pieces = new ArrayList<>();
        int characters = text.codePointCount(0, text.length());
        int from = 0;
        for (int i = 1; i <= count; i++) {
            int to = text.offsetByCodePoints(0, (int) ((long) characters * i / count));
            if (to > from) {
                pieces.add(text.substring(from, to));
                from = to;
            }
        }
        return pieces;
    }

    /** The text of a content that is a string, or a list of parts some of which are text. */
    static String textOf(JsonNode content) {
        if (content.isTextual()) {
            return content.asText();
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            text.append(part.path("text").asText(""));
        }
        return text.toString();
    }
}
