package dev.holdfast.benchmarks.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Says a recorded answer in other bytes that mean the same, or that mean nothing any more. */
final class Mutation {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /** Optional fields of a chat completion, which mean nothing when they are null. */
    private static final List<String> NULLS =
            List.of("refusal", "function_call", "tool_calls", "reasoning", "reasoning_content", "audio", "annotations");

    private final Random random;
    private final boolean anthropic;

    Mutation(Random random, boolean anthropic) {
        this.random = random;
        this.anthropic = anthropic;
    }

    byte[] of(String body) {
        String changed = EventStream.looksLike(body) ? stream(body) : " \n" + document(body) + "\n";
        return changed.getBytes(StandardCharsets.UTF_8);
    }

    /** The same in form, but for some values that are of another type than anybody expects. */
    byte[] confused(String body) {
        StringBuilder changed = new StringBuilder();
        if (!EventStream.looksLike(body)) {
            changed.append(confusedDocument(body));
        } else {
            for (String line : body.split("(?<=\n)", -1)) {
                boolean chosen = line.startsWith("data: {") && random.nextInt(4) == 0;
                changed.append(chosen ? "data: " + confusedDocument(line.substring(6)) + "\n" : line);
            }
        }
        return changed.toString().getBytes(StandardCharsets.UTF_8);
    }

    private String confusedDocument(String text) {
        try {
            JsonNode root = JSON.readTree(text);
            confuse(root);
            return root.toString();
        } catch (JsonProcessingException e) {
            return text;
        }
    }

    /** Goes down a random way and replaces what it finds at its end. */
    private void confuse(JsonNode node) {
        if (node.isEmpty()) {
            return;
        }
        int chosen = random.nextInt(node.size());
        JsonNode below = node instanceof ArrayNode
                ? node.get(chosen)
                : new ArrayList<>(node.properties()).get(chosen).getValue();
        if (!below.isEmpty() && random.nextInt(3) > 0) {
            confuse(below);
        } else if (node instanceof ArrayNode array) {
            array.set(chosen, strange());
        } else if (node instanceof ObjectNode object) {
            new ArrayList<>(object.properties()).get(chosen).setValue(strange());
        }
    }

    private JsonNode strange() {
        return switch (random.nextInt(8)) {
            case 0 -> JSON.nullNode();
            case 1 -> JSON.getNodeFactory().numberNode(-1);
            case 2 -> JSON.getNodeFactory().numberNode(new BigDecimal("1e400"));
            case 3 -> JSON.getNodeFactory().textNode("");
            case 4 -> JSON.getNodeFactory().booleanNode(true);
            case 5 -> JSON.createArrayNode().add("x").addNull();
            case 6 -> JSON.createArrayNode();
            default -> JSON.createObjectNode().put("x", 9_999_999_999L);
        };
    }

    private String stream(String body) {
        String end = List.of("\n", "\r\n", "\r").get(random.nextInt(3));
        StringBuilder stream = new StringBuilder();
        for (String line : body.split("\r\n|\n|\r", -1)) {
            if (line.startsWith("data:")) {
                String space = random.nextBoolean() ? " " : "";
                String data = line.substring(5).strip();
                stream.append("data:").append(space).append(data.startsWith("{") ? document(data) : data);
            } else {
                stream.append(line);
            }
            stream.append(end);
            if (line.isEmpty() && random.nextInt(4) == 0) {
                stream.append(": still here").append(end).append(random.nextBoolean() ? end : "");
            }
        }
        return stream.append(end).toString();
    }

    /** The document in another order and with more in it; as it was where it is not JSON on its own. */
    private String document(String text) {
        JsonNode root;
        try {
            root = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return text;
        }
        if (root instanceof ObjectNode object) {
            enlarge(object);
        }
        return shuffled(root).toString();
    }

    private void enlarge(ObjectNode root) {
        addUnknown(root);
        for (String field : List.of("usage", "message", "delta")) {
            if (root.path(field) instanceof ObjectNode object) {
                addUnknown(object);
            }
        }
        if (anthropic) {
            return;
        }
        addNull(root, "error");
        addNull(root, "usage");
        for (JsonNode each : root.path("choices")) {
            if (each instanceof ObjectNode choice) {
                enlargeChoice(choice);
            }
        }
    }

    private void enlargeChoice(ObjectNode choice) {
        addUnknown(choice);
        addNull(choice, "error");
        for (String field : List.of("message", "delta")) {
            if (choice.path(field) instanceof ObjectNode object) {
                addUnknown(object);
                NULLS.forEach(name -> addNull(object, name));
            }
        }
    }

    private void addNull(ObjectNode object, String name) {
        if (!object.has(name) && random.nextInt(3) == 0) {
            object.putNull(name);
        }
    }

    private void addUnknown(ObjectNode object) {
        String name = "x_unknown_" + random.nextInt(1_000);
        switch (random.nextInt(5)) {
            case 0 -> object.putNull(name);
            case 1 -> object.put(name, "{\"type\":\"error\"}\n\ndata: [DONE]");
            case 2 -> object.putObject(name).put("text", "not for you").put("content", "nor this");
            case 3 -> object.putArray(name).add(1).add(2.5).addArray();
            default -> {
                // not everything is new
            }
        }
    }

    private JsonNode shuffled(JsonNode node) {
        if (node.isArray()) {
            ArrayNode array = JSON.createArrayNode();
            node.forEach(element -> array.add(shuffled(element)));
            return array;
        }
        if (!node.isObject()) {
            return node;
        }
        List<Map.Entry<String, JsonNode>> fields = new ArrayList<>(node.properties());
        Collections.shuffle(fields, random);
        ObjectNode object = JSON.createObjectNode();
        fields.forEach(field -> object.set(field.getKey(), shuffled(field.getValue())));
        return object;
    }
}
