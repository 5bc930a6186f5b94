package dev.holdfast.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.OutputFormat;
import dev.holdfast.chat.ToolChoice;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.error.Problems;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Writes a request as the body of a Chat Completions call. Immutable. */
final class RequestWriter {
    /**
     * What no option may set: each was decided above, by somebody who counted on it (which model was admitted, what it
     * may cost, which tools are permitted, how the answer is read). A preset (OpenRouter) brings another model and other
     * instructions; {@code best_of} (vLLM) writes answers that nobody sees, and {@code prompt} stands for all messages.
     */
    private static final Set<String> DECIDED = Set.of(
            "model",
            "models",
            "preset",
            "messages",
            "prompt",
            "stream",
            "tools",
            "functions",
            "n",
            "best_of",
            "max_tokens",
            "max_completion_tokens");

    /**
     * What gives the model tools that pass none of our own rules and are charged for each time: for who builds the model
     * and sets its price, not for a request.
     */
    private static final Set<String> PAID_TOOLS = Set.of("web_search_options", "plugins", "search_parameters");

    private final String model;
    private final String provider;
    private final String maxTokensField;
    private final boolean streamUsage;
    private final boolean jsonSchema;
    private final Map<String, String> bodyFields;
    private final MessageWriter messages;

    RequestWriter(
            Endpoint endpoint,
            String maxTokensField,
            boolean streamUsage,
            boolean jsonSchema,
            Map<String, String> bodyFields) {
        this.model = endpoint.model();
        this.provider = endpoint.provider();
        this.maxTokensField = maxTokensField;
        this.streamUsage = streamUsage;
        this.jsonSchema = jsonSchema;
        this.bodyFields = bodyFields;
        this.messages = new MessageWriter(provider);
    }

    /** Whether every call searches: OpenAI's search models do, and charge for it without a word in the answer. */
    boolean searches() {
        return bodyFields.containsKey("web_search_options");
    }

    byte[] write(ChatRequest request) {
        Map<String, String> options = added(request);
        ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
        // Through a writer: it replaces half of a character, which a text cut short may end in; the generator of bytes
        // would refuse the whole request for it.
        try (JsonGenerator json = Json.FACTORY.createGenerator(new OutputStreamWriter(out, StandardCharsets.UTF_8))) {
            json.writeStartObject();
            json.writeStringField("model", model);
            json.writeArrayFieldStart("messages");
            messages.write(request.messages(), json);
            if (!jsonSchema && request.outputFormat() instanceof OutputFormat.Json format) {
                messages.writeSchemaInWords(format, json);
            }
            json.writeEndArray();
            writeTools(request, options, json);
            writeFormat(request, options, json);
            writeLimits(request, options, json);
            if (request.streaming()) {
                json.writeBooleanField("stream", true);
                if (streamUsage && !options.containsKey("stream_options")) {
                    json.writeObjectFieldStart("stream_options");
                    json.writeBooleanField("include_usage", true);
                    json.writeEndObject();
                }
            }
            for (Map.Entry<String, String> option : options.entrySet()) {
                json.writeFieldName(option.getKey());
                json.writeRawValue(option.getValue());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toByteArray();
    }

    /** What is added to the body: the request's options, and what the model has for all requests where none says it. */
    private Map<String, String> added(ChatRequest request) {
        Map<String, String> options = request.options(provider);
        checkOptions(options);
        if (bodyFields.isEmpty()) {
            return options;
        }
        Map<String, String> all = new LinkedHashMap<>(bodyFields);
        removeIf(request.temperature().isPresent(), "temperature", all);
        removeIf(request.topP().isPresent(), "top_p", all);
        removeIf(!request.stop().isEmpty(), "stop", all);
        removeIf(request.outputFormat() instanceof OutputFormat.Json, "response_format", all);
        removeIf(!(request.toolChoice() instanceof ToolChoice.Auto), "tool_choice", all);
        all.putAll(options);
        return all;
    }

    private static void removeIf(boolean said, String field, Map<String, String> fields) {
        if (said) {
            fields.remove(field);
        }
    }

    private void checkOptions(Map<String, String> options) {
        if (options.isEmpty()) {
            return;
        }
        Problems problems = new Problems();
        for (Map.Entry<String, String> option : options.entrySet()) {
            String path = "options." + provider + "." + option.getKey();
            problems.require(
                    !PAID_TOOLS.contains(folded(option.getKey())),
                    path,
                    "gives the model tools that are charged for each time; set it as bodyField on the model");
            check(problems, path, option.getKey(), option.getValue());
        }
        problems.throwIfAny("request");
    }

    /** Whether a field may be added to a body at all. */
    static void check(Problems problems, String path, String name, String json) {
        problems.require(
                        !DECIDED.contains(folded(name)),
                        path,
                        "is decided by the request or the model itself; set it there")
                .require(Json.isWhole(json), path, "is not JSON; quote a text as \"text\"");
    }

    /** As servers that do not mind the case of names read one; those written in Go take a long s for an s, too. */
    private static String folded(String name) {
        return name.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }

    private static void writeTools(ChatRequest request, Map<String, String> options, JsonGenerator json)
            throws IOException {
        if (request.tools().isEmpty()) {
            return; // a choice without tools is refused
        }
        json.writeArrayFieldStart("tools");
        for (ToolSpec tool : request.tools()) {
            json.writeStartObject();
            json.writeStringField("type", "function");
            json.writeObjectFieldStart("function");
            json.writeStringField("name", tool.name());
            json.writeStringField("description", tool.description());
            json.writeFieldName("parameters");
            json.writeRawValue(tool.parameters().json());
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
        ToolChoice choice = request.toolChoice();
        if (choice instanceof ToolChoice.Auto || options.containsKey("tool_choice")) {
            return; // what happens anyway
        }
        json.writeFieldName("tool_choice");
        if (choice instanceof ToolChoice.Tool tool) {
            json.writeStartObject();
            json.writeStringField("type", "function");
            json.writeObjectFieldStart("function");
            json.writeStringField("name", tool.name());
            json.writeEndObject();
            json.writeEndObject();
        } else {
            json.writeString(choice instanceof ToolChoice.Required ? "required" : "none");
        }
    }

    private void writeFormat(ChatRequest request, Map<String, String> options, JsonGenerator json) throws IOException {
        if (!(request.outputFormat() instanceof OutputFormat.Json format) || options.containsKey("response_format")) {
            return;
        }
        json.writeObjectFieldStart("response_format");
        if (jsonSchema) {
            json.writeStringField("type", "json_schema");
            json.writeObjectFieldStart("json_schema");
            json.writeStringField("name", format.name());
            json.writeFieldName("schema");
            json.writeRawValue(format.schema().json());
            json.writeEndObject();
        } else {
            json.writeStringField("type", "json_object");
        }
        json.writeEndObject();
    }

    private void writeLimits(ChatRequest request, Map<String, String> options, JsonGenerator json) throws IOException {
        if (request.maxOutputTokens().isPresent()) {
            json.writeNumberField(maxTokensField, request.maxOutputTokens().getAsInt());
        }
        if (request.temperature().isPresent() && !options.containsKey("temperature")) {
            json.writeNumberField("temperature", request.temperature().getAsDouble());
        }
        if (request.topP().isPresent() && !options.containsKey("top_p")) {
            json.writeNumberField("top_p", request.topP().getAsDouble());
        }
        if (!request.stop().isEmpty() && !options.containsKey("stop")) {
            json.writeArrayFieldStart("stop");
            for (String sequence : request.stop()) {
                json.writeString(sequence);
            }
            json.writeEndArray();
        }
    }
}
