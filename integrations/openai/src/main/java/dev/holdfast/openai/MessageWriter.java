package dev.holdfast.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.OutputFormat;
import dev.holdfast.chat.Part;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes messages, each part in the field that it came from. What another provider thought, signed or kept for itself is
 * left out: it means nothing here. Immutable.
 */
final class MessageWriter {
    private final String provider;

    MessageWriter(String provider) {
        this.provider = provider;
    }

    void write(List<Message> conversation, JsonGenerator json) throws IOException {
        for (Message message : conversation) {
            switch (message.role()) {
                case SYSTEM -> writePlain("system", message, json);
                case USER -> writePlain("user", message, json);
                case ASSISTANT -> writeAssistant(message, json);
                case TOOL -> writeResults(message, json);
            }
        }
    }

    /** For a provider that takes no schema: some refuse to write JSON unless the word is in the conversation. */
    void writeSchemaInWords(OutputFormat.Json format, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("role", "system");
        json.writeStringField(
                "content",
                "Answer with one JSON object and nothing else. It must conform to this JSON schema, called "
                        + format.name() + ": " + format.schema().json());
        json.writeEndObject();
    }

    private static void writePlain(String role, Message message, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("role", role);
        boolean textOnly = true;
        for (Part part : message.parts()) {
            textOnly &= !(part instanceof Part.ImageUrl || part instanceof Part.ImageBytes);
        }
        if (textOnly) {
            json.writeStringField("content", message.text());
        } else {
            json.writeArrayFieldStart("content");
            for (Part part : message.parts()) {
                writeContentPart(part, json);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void writeContentPart(Part part, JsonGenerator json) throws IOException {
        if (part instanceof Part.Text text) {
            writeText(text.text(), json);
        } else if (part instanceof Part.ImageUrl image) {
            writeImage(image.url(), json);
        } else if (part instanceof Part.ImageBytes image) {
            String base64 = Base64.getEncoder().encodeToString(image.bytes());
            writeImage("data:" + image.mediaType() + ";base64," + base64, json);
        }
    }

    private static void writeText(String text, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "text");
        json.writeStringField("text", text);
        json.writeEndObject();
    }

    private static void writeImage(String url, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "image_url");
        json.writeObjectFieldStart("image_url");
        json.writeStringField("url", url);
        json.writeEndObject();
        json.writeEndObject();
    }

    private void writeAssistant(Message message, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("role", "assistant");
        writeAnswer(message, json);
        writeKept(message, json);
        if (!message.toolCalls().isEmpty()) {
            json.writeArrayFieldStart("tool_calls");
            for (Part.ToolCall call : message.toolCalls()) {
                writeCall(call, message, json);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    /** The words; as a list of parts only for the provider that sent thoughts as such a part. */
    private void writeAnswer(Message message, JsonGenerator json) throws IOException {
        String text = message.text();
        JsonNode thought = null;
        for (Part part : message.parts()) {
            if (part instanceof Part.Reasoning reasoning && reasoning.provider().equals(provider)) {
                JsonNode own = parsed(reasoning.json());
                thought = own != null && own.has(Kept.CONTENT_PART) ? own.get(Kept.CONTENT_PART) : thought;
            }
        }
        if (thought != null) {
            json.writeArrayFieldStart("content");
            json.writeTree(thought);
            writeText(text, json);
            json.writeEndArray();
        } else if (text.isEmpty() && !message.toolCalls().isEmpty()) {
            json.writeNullField("content");
        } else {
            json.writeStringField("content", text);
        }
    }

    /** The fields that the provider wants back on the message itself. */
    private void writeKept(Message message, JsonGenerator json) throws IOException {
        boolean calls = !message.toolCalls().isEmpty();
        for (Part part : message.parts()) {
            JsonNode own = null;
            if (part instanceof Part.Reasoning reasoning && reasoning.provider().equals(provider)) {
                own = parsed(reasoning.json());
            } else if (part instanceof Part.Opaque opaque && opaque.provider().equals(provider)) {
                own = parsed(opaque.json());
            }
            if (own == null || own.has(Kept.CALL_ID)) {
                continue;
            }
            for (Map.Entry<String, JsonNode> field : own.properties()) {
                // Bare thoughts are wanted back between a call and its result, and refused elsewhere (DeepSeek).
                if (!field.getKey().equals(Kept.CONTENT_PART) && (calls || !Kept.isBareThought(field.getKey()))) {
                    json.writeFieldName(field.getKey());
                    json.writeTree(field.getValue());
                }
            }
        }
    }

    private void writeCall(Part.ToolCall call, Message message, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", call.id());
        json.writeStringField("type", "function");
        json.writeObjectFieldStart("function");
        json.writeStringField("name", call.name());
        json.writeStringField("arguments", arguments(call));
        json.writeEndObject();
        for (Part part : message.parts()) {
            if (part instanceof Part.Opaque opaque && opaque.provider().equals(provider)) {
                JsonNode own = parsed(opaque.json());
                if (own != null && Json.text(own, Kept.CALL_ID).equals(call.id())) {
                    json.writeFieldName(Kept.EXTRA);
                    json.writeTree(own.get(Kept.EXTRA));
                }
            }
        }
        json.writeEndObject();
    }

    /**
     * The arguments as they came, or, where they are no object, within one. A call without any comes as an empty text;
     * several servers (vLLM, Ollama, Mistral) parse the text, and refuse the conversation for ever when they cannot.
     */
    private static String arguments(Part.ToolCall call) {
        String arguments = call.arguments();
        if (Json.isObject(arguments)) {
            return arguments;
        }
        ObjectNode unreadable = Json.MAPPER.createObjectNode();
        return arguments.isBlank()
                ? unreadable.toString()
                : unreadable.put("unreadable", arguments).toString();
    }

    private static void writeResults(Message message, JsonGenerator json) throws IOException {
        for (Part.ToolResult result : message.toolResults()) {
            json.writeStartObject();
            json.writeStringField("role", "tool");
            json.writeStringField("tool_call_id", result.callId());
            json.writeStringField("content", result.text());
            json.writeEndObject();
        }
    }

    /** What was kept for the provider; null for what an application put there that is no JSON object. */
    private static @Nullable JsonNode parsed(@Nullable String json) {
        if (json == null) {
            return null;
        }
        try {
            JsonNode node = Json.tree(json);
            return node.isObject() ? node : null;
        } catch (JsonProcessingException notOurs) {
            return null;
        }
    }
}
