package dev.holdfast.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.Usage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Makes answers that no provider should send of those that they do send: values of another type, numbers that nobody can
 * hold, fields that are gone, text that is damaged. The same for the same seed.
 */
final class Nonsense {
    private static final FakeReply REPLY = FakeReply.of(
                    Message.of(
                            Role.ASSISTANT,
                            List.of(
                                    new Part.Reasoning("any", "Let me see.", null),
                                    new Part.Text("One moment."),
                                    new Part.ToolCall("id-1", "lookup_order", "{\"id\":1234}"))),
                    FinishReason.TOOL_CALLS)
            .pieces(2)
            .usage(Usage.of(20, 9));

    private static final Wire.Stamp STAMP = new Wire.Stamp("1", ProviderLaws.MODEL, 1_700_000_000);

    /** What providers report beside what the simulator does, each where the first of them put it. */
    private static final String REPORTED = "{\"cost\":0.00125,\"is_byok\":true,\"cost_in_usd_ticks\":12500000,"
            + "\"cost_details\":{\"upstream_inference_cost\":0.001},\"num_sources_used\":2,\"service_tier\":\"flex\","
            + "\"server_tool_use\":{\"web_search_requests\":1},\"server_tool_use_details\":{\"web_search_requests\":1},"
            + "\"iterations\":[{\"type\":\"message\",\"input_tokens\":3,\"output_tokens\":4}]}";

    private static final String SAID =
            "{\"reasoning_details\":[{\"type\":\"reasoning.text\",\"index\":0,\"text\":\"Hm\"}],"
                    + "\"function_call\":{\"name\":\"\",\"arguments\":\"\"},\"extra_content\":{\"google\":{\"x\":\"y\"}},"
                    + "\"citations\":[{\"type\":\"char_location\"}]}";

    private static final List<String> STRANGE = List.of(
            "1e9999999999",
            "1e-9999999999",
            "-1e999999999",
            "1e999999999",
            "9".repeat(900),
            "9223372036854775808",
            "9223372036854775807",
            "-9223372036854775808",
            "2147483648",
            "-1",
            "0.5",
            "0",
            "null",
            "true",
            "\"\"",
            "\"1e9999999999\"",
            "\"\\u0000\\ud800\"",
            "[]",
            "{}",
            "[[[]]]",
            "[null,{\"x\":[1]}]",
            "{\"type\":7,\"text\":[],\"index\":1e99,\"message\":{}}",
            "[".repeat(2_000));

    private final WireFormat format;
    private final Random random;

    Nonsense(WireFormat format, long seed) {
        this.format = format;
        this.random = new Random(seed);
    }

    /** An answer in one piece. */
    String whole() {
        return changed(format.wire().whole(REPLY, STAMP), 1);
    }

    /** An answer as a stream. */
    String stream() {
        StringBuilder stream = new StringBuilder();
        for (Wire.Event event :
                format.wire().stream(REPLY, STAMP, Wire.read("{\"stream_options\":{\"include_usage\":true}}"))) {
            for (String line : new String(event.bytes(), StandardCharsets.UTF_8).split("(?<=\n)", -1)) {
                stream.append(
                        line.startsWith("data: {") ? "data: " + changed(Wire.read(line.substring(6)), 6) + "\n" : line);
            }
        }
        return stream.toString();
    }

    /** The body of an error. */
    String error(int status) {
        return changed(format.wire().error(status, "", "", "Something is wrong."), 1);
    }

    /** Larger, and one time in so many no longer what it was. */
    private String changed(JsonNode root, int oneIn) {
        enlarge(root);
        if (random.nextInt(oneIn) > 0) {
            return root.toString();
        }
        confuse(root);
        String text = root.toString();
        return random.nextInt(8) == 0 ? damaged(text) : text;
    }

    /** Adds what only some providers send. */
    private static void enlarge(JsonNode root) {
        for (JsonNode usage : root.findValues("usage")) {
            addAll(usage, REPORTED);
        }
        for (String field : List.of("message", "delta", "content_block")) {
            for (JsonNode message : root.findValues(field)) {
                addAll(message, SAID);
            }
        }
    }

    private static void addAll(JsonNode node, String fields) {
        if (node instanceof ObjectNode object) {
            object.setAll((ObjectNode) Wire.read(fields));
        }
    }

    /** Goes down a random way and replaces, or takes away, what it finds at its end. */
    private void confuse(JsonNode node) {
        int chosen = random.nextInt(node.size());
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        JsonNode below = names.isEmpty() ? node.path(chosen) : node.path(names.get(chosen));
        if (!below.isEmpty() && random.nextInt(4) > 0) {
            confuse(below);
        } else if (node instanceof ArrayNode array) {
            array.set(chosen, strange());
        } else if (node instanceof ObjectNode object) {
            if (random.nextInt(5) == 0) {
                object.remove(names.get(chosen));
            } else {
                object.set(names.get(chosen), strange());
            }
        }
    }

    private JsonNode strange() {
        String text = STRANGE.get(random.nextInt(STRANGE.size()));
        return Wire.JSON.getNodeFactory().rawValueNode(new RawValue(text));
    }

    private String damaged(String text) {
        StringBuilder damaged = new StringBuilder(text);
        for (int i = random.nextInt(3); i >= 0 && damaged.length() > 1; i--) {
            int at = random.nextInt(damaged.length() - 1);
            switch (random.nextInt(4)) {
                case 0 -> damaged.setLength(at);
                case 1 -> damaged.deleteCharAt(at);
                case 2 -> damaged.setCharAt(at, (char) random.nextInt(0x250));
                default -> damaged.insert(at, damaged.substring(at / 2, at));
            }
        }
        return damaged.toString();
    }
}
