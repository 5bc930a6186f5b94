package dev.holdfast.anthropic;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.OutputFormat;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.ToolChoice;
import dev.holdfast.chat.ToolSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the body of a request of the Messages API. */
final class MessagesWriter {
    /** Temperatures go up to 1 here, elsewhere to 2. */
    private static final double HIGHEST_TEMPERATURE = 1.0;

    /** The smallest budget of thinking that the provider takes, by its documentation. */
    private static final int LEAST_THINKING = 1_024;

    private static final int LIKELY_SIZE = 4_096;

    private final MessagesEndpoint target;
    private final ChatRequest request;
    private final Map<String, String> options;
    private final JsonGenerator json;
    private final ContentWriter content;
    private final Set<String> said = new HashSet<>(); // a field that stands there twice is read as anybody likes

    private MessagesWriter(MessagesEndpoint target, ChatRequest request, JsonGenerator json) {
        this.target = target;
        this.request = request;
        this.options = target.optionsOf(request);
        this.json = json;
        this.content = new ContentWriter(json, target.endpoint().provider());
    }

    static byte[] write(MessagesEndpoint target, ChatRequest request) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(LIKELY_SIZE);
        // Through a writer: it replaces half of a character, which a text cut short may end in; the generator of bytes
        // would refuse the whole request for it.
        try (JsonGenerator json =
                Json.MAPPER.getFactory().createGenerator(new OutputStreamWriter(out, StandardCharsets.UTF_8))) {
            new MessagesWriter(target, request, json).body();
        } catch (IOException e) {
            throw new UncheckedIOException("a request could not be written into memory", e);
        }
        return out.toByteArray();
    }

    private void body() throws IOException {
        json.writeStartObject();
        if (target.namesModelInBody()) {
            json.writeStringField("model", target.endpoint().model());
        }
        json.writeNumberField("max_tokens", target.maxOutputTokens(request));
        if (request.streaming()) {
            json.writeBooleanField("stream", true);
        }
        system();
        messages();
        tools();
        toolChoice();
        sampling();
        if (request.outputFormat() instanceof OutputFormat.Json format && target.enforcesOutputFormat()) {
            outputConfig(format);
        }
        rawFields();
        json.writeEndObject();
    }

    /** Whether the request's own word is to be written: yes, unless an option says it otherwise. */
    private boolean says(String field) {
        return !options.containsKey(field) && said.add(field);
    }

    /** Instructions have one place here, above the conversation, wherever they stood. */
    private void system() throws IOException {
        List<String> texts = new ArrayList<>();
        for (Message message : request.messages()) {
            if (message.role() == Role.SYSTEM && !message.text().isBlank()) {
                texts.add(message.text());
            }
        }
        if (request.outputFormat() instanceof OutputFormat.Json format && !target.enforcesOutputFormat()) {
            texts.add(inWords(format));
        }
        if (texts.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("system");
        for (String text : texts) {
            json.writeStartObject();
            json.writeStringField("type", "text");
            json.writeStringField("text", text);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static String inWords(OutputFormat.Json format) {
        return "Answer with one JSON object named " + format.name() + " and nothing else: no words around it, no"
                + " Markdown. It must match this JSON schema:\n"
                + format.schema().json();
    }

    /** User and assistant must take turns, so neighbours of one side become one message. */
    private void messages() throws IOException {
        List<Message> all = request.messages();
        json.writeArrayFieldStart("messages");
        int from = 0;
        while (from < all.size()) {
            Role role = all.get(from).role();
            if (role == Role.SYSTEM) {
                from++;
                continue;
            }
            boolean assistant = role == Role.ASSISTANT;
            List<Message> turn = new ArrayList<>(2);
            int to = from;
            while (to < all.size() && (all.get(to).role() == Role.SYSTEM || isAssistant(all.get(to)) == assistant)) {
                if (all.get(to).role() != Role.SYSTEM) {
                    turn.add(all.get(to));
                }
                to++;
            }
            content.turn(assistant ? "assistant" : "user", turn, to == all.size());
            from = to;
        }
        content.end();
        json.writeEndArray();
    }

    private static boolean isAssistant(Message message) {
        return message.role() == Role.ASSISTANT;
    }

    /** Our tools, and behind them those that the provider runs itself. */
    private void tools() throws IOException {
        if (request.tools().isEmpty() && target.providerTools().isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("tools");
        for (ToolSpec tool : request.tools()) {
            json.writeStartObject();
            json.writeStringField("name", tool.name());
            if (!tool.description().isBlank()) {
                json.writeStringField("description", tool.description());
            }
            json.writeFieldName("input_schema");
            json.writeRawValue(tool.parameters().json());
            json.writeEndObject();
        }
        for (String tool : target.providerTools()) {
            json.writeRawValue(tool);
        }
        json.writeEndArray();
    }

    private void toolChoice() throws IOException {
        if (request.tools().isEmpty()) {
            return;
        }
        String parallel = options.get("disable_parallel_tool_use");
        ToolChoice choice = request.toolChoice();
        if (choice instanceof ToolChoice.Auto && parallel == null) {
            return; // what the provider does without a word
        }
        if (!says("tool_choice")) {
            return;
        }
        json.writeObjectFieldStart("tool_choice");
        if (choice instanceof ToolChoice.Tool tool) {
            json.writeStringField("type", "tool");
            json.writeStringField("name", tool.name());
        } else {
            json.writeStringField(
                    "type",
                    choice instanceof ToolChoice.Required
                            ? "any"
                            : choice instanceof ToolChoice.None ? "none" : "auto");
        }
        if (parallel != null && !(choice instanceof ToolChoice.None)) {
            json.writeFieldName("disable_parallel_tool_use");
            json.writeRawValue(parallel);
        }
        json.writeEndObject();
    }

    private void sampling() throws IOException {
        if (request.temperature().isPresent() && says("temperature")) {
            json.writeNumberField(
                    "temperature",
                    Math.min(HIGHEST_TEMPERATURE, request.temperature().getAsDouble()));
        }
        if (request.topP().isPresent() && says("top_p")) {
            json.writeNumberField("top_p", request.topP().getAsDouble());
        }
        if (!request.stop().isEmpty() && says("stop_sequences")) {
            json.writeArrayFieldStart("stop_sequences");
            for (String sequence : request.stop()) {
                json.writeString(sequence);
            }
            json.writeEndArray();
        }
    }

    private void outputConfig(OutputFormat.Json format) throws IOException {
        if (!says("output_config")) {
            return;
        }
        json.writeObjectFieldStart("output_config");
        json.writeObjectFieldStart("format");
        json.writeStringField("type", "json_schema");
        json.writeFieldName("schema");
        json.writeRawValue(format.schema().json());
        json.writeEndObject();
        json.writeEndObject();
    }

    private void rawFields() throws IOException {
        for (Map.Entry<String, String> field : target.bodyFields().entrySet()) {
            if (says(field.getKey())) {
                rawField(field.getKey(), field.getValue());
            }
        }
        for (Map.Entry<String, String> option : options.entrySet()) {
            if (!option.getKey().equals("disable_parallel_tool_use")) {
                rawField(option.getKey(), option.getValue());
            }
        }
    }

    private void rawField(String name, String value) throws IOException {
        String fitting = name.equals("thinking") ? thinking(value) : value;
        if (fitting != null) {
            json.writeFieldName(name);
            json.writeRawValue(fitting);
        }
    }

    /**
     * The thinking asked for, with a budget below the limit of the answer, which the provider insists on. Half of the
     * limit is left for what is said. Between calls of tools the model may think for longer than one answer.
     *
     * @return what to write; null where there is no room to think
     */
    private @Nullable String thinking(String value) {
        boolean betweenCalls = target.thinksBetweenCalls()
                && !(request.tools().isEmpty() && target.providerTools().isEmpty());
        long limit = target.maxOutputTokens(request);
        if (betweenCalls
                || !(Json.read(value) instanceof ObjectNode thinking)
                || thinking.path("budget_tokens").asLong(0) < limit) {
            return value;
        }
        return limit / 2 < LEAST_THINKING
                ? null
                : thinking.put("budget_tokens", limit / 2).toString();
    }
}
