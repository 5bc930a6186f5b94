package dev.holdfast.anthropic;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the blocks of messages as the provider wants them: no block of blank text, no message without blocks, the
 * results of tools before anything else that the user says, what other providers made left out.
 */
final class ContentWriter {
    private static final String BASE64 = ";base64,";

    private final JsonGenerator json;
    private final String provider;
    private @Nullable String openRole;

    ContentWriter(JsonGenerator json, String provider) {
        this.json = json;
        this.provider = provider;
    }

    /**
     * Writes neighbouring messages of one side as one message, or nothing when they hold nothing; then what follows may
     * belong to the same message as what came before.
     *
     * @param role the side
     * @param messages what it says
     * @param last whether the conversation ends with it
     */
    void turn(String role, List<Message> messages, boolean last) throws IOException {
        for (Message message : messages) {
            for (Part part : message.parts()) {
                if (part instanceof Part.ToolResult result) {
                    begin(role);
                    toolResult(result);
                }
            }
        }
        for (int i = 0; i < messages.size(); i++) {
            List<Part> parts = messages.get(i).parts();
            for (int p = 0; p < parts.size(); p++) {
                Part next = p + 1 < parts.size() ? parts.get(p + 1) : null;
                boolean veryLast = last && i == messages.size() - 1 && next == null;
                part(role, parts.get(p), next, veryLast);
            }
        }
    }

    /** Ends the last message. */
    void end() throws IOException {
        if (openRole != null) {
            openRole = null;
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    /** Begins a message, unless one of this side is being written. */
    private void begin(String role) throws IOException {
        if (!role.equals(openRole)) {
            end();
            openRole = role;
            json.writeStartObject();
            json.writeStringField("role", role);
            json.writeArrayFieldStart("content");
        }
    }

    private void part(String role, Part part, @Nullable Part next, boolean last) throws IOException {
        if (part instanceof Part.Text text) {
            if (!text.text().isBlank()) {
                begin(role);
                // The provider refuses an answer of its own that ends in blanks, when it is to go on with it.
                text(last && role.equals("assistant") ? text.text().stripTrailing() : text.text(), next);
            }
        } else if (part instanceof Part.ToolCall call) {
            begin(role);
            toolCall(call, next);
        } else if (part instanceof Part.Reasoning reasoning) {
            raw(role, reasoning.provider(), reasoning.json());
        } else if (part instanceof Part.Opaque opaque) {
            raw(role, opaque.provider(), BlockExtras.isExtras(opaque) ? null : opaque.json());
        } else if (part instanceof Part.ImageUrl image) {
            begin(role);
            image(image.url());
        } else if (part instanceof Part.ImageBytes image) {
            begin(role);
            startImage("base64");
            json.writeStringField("media_type", image.mediaType());
            json.writeBinaryField("data", image.bytes());
            endImage();
        }
    }

    private void text(String text, @Nullable Part next) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "text");
        json.writeStringField("text", text);
        BlockExtras.write(json, next, provider);
        json.writeEndObject();
    }

    private void toolCall(Part.ToolCall call, @Nullable Part next) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "tool_use");
        json.writeStringField("id", wireId(call.id()));
        json.writeStringField("name", call.name());
        json.writeFieldName("input");
        if (Json.isObject(call.arguments())) {
            json.writeRawValue(call.arguments());
        } else {
            // The provider takes nothing but an object back, and the model should see what it wrote.
            json.writeStartObject();
            if (!call.arguments().isBlank()) {
                json.writeStringField("unreadable", call.arguments());
            }
            json.writeEndObject();
        }
        BlockExtras.write(json, next, provider);
        json.writeEndObject();
    }

    private void toolResult(Part.ToolResult result) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "tool_result");
        json.writeStringField("tool_use_id", wireId(result.callId()));
        if (!result.text().isBlank()) {
            json.writeStringField("content", result.text());
        }
        if (result.error()) {
            json.writeBooleanField("is_error", true);
        }
        json.writeEndObject();
    }

    private void raw(String role, String maker, @Nullable String block) throws IOException {
        if (block != null && maker.equals(provider)) {
            begin(role);
            json.writeRawValue(block);
        }
    }

    private void image(String url) throws IOException {
        int data = url.startsWith("data:") ? url.indexOf(BASE64) : -1;
        if (data > 0) {
            startImage("base64");
            json.writeStringField("media_type", url.substring("data:".length(), data));
            json.writeStringField("data", url.substring(data + BASE64.length()));
        } else {
            startImage("url");
            json.writeStringField("url", url);
        }
        endImage();
    }

    private void startImage(String source) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "image");
        json.writeObjectFieldStart("source");
        json.writeStringField("type", source);
    }

    private void endImage() throws IOException {
        json.writeEndObject();
        json.writeEndObject();
    }

    /**
     * The id of a call as this provider accepts it: letters, digits, underscores and hyphens. Calls that another
     * provider made may have others, or none; call and result are changed alike.
     */
    static String wireId(String id) {
        boolean accepted = !id.isEmpty();
        for (int i = 0; i < id.length() && accepted; i++) {
            accepted = isAccepted(id.charAt(i));
        }
        if (accepted) {
            return id;
        }
        StringBuilder changed = new StringBuilder("call_");
        for (int i = 0; i < id.length(); i++) {
            changed.append(isAccepted(id.charAt(i)) ? id.charAt(i) : '_');
        }
        return changed.append('_').append(Integer.toHexString(id.hashCode())).toString();
    }

    private static boolean isAccepted(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    }
}
