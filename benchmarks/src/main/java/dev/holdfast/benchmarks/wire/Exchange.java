package dev.holdfast.benchmarks.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One recorded request and what the provider answered: one line of a data file. Fields that it does not know are left. */
final class Exchange {
    final String id;
    /** The name of the file that it came in. */
    final String file;

    final String cassette;
    final long seq;
    final String api;
    final String provider;
    final String endpoint;
    final String model;
    final int status;
    final boolean streaming;
    final String requestBody;
    final Map<String, String> headers;
    /** The body as the recorder kept it: decoded where the wire had it compressed. */
    final byte[] body;
    /** Whether the provider sent it compressed. */
    final boolean gzip;

    private final byte @Nullable [] compressed;
    private final int @Nullable [] chunkLengths;
    private final @Nullable JsonNode usage;

    private Exchange(JsonNode line, String file) throws BadLine {
        this.file = file;
        id = text(line, "id");
        if (id.isEmpty()) {
            throw new BadLine("has no id");
        }
        cassette = text(line, "source_repo") + " " + text(line, "path") + " " + text(line, "commit");
        seq = line.path("seq").asLong(0);
        api = text(line, "api").isEmpty() ? Corpus.apiOf(file) : text(line, "api");
        provider = text(line, "provider");
        endpoint = text(line, "endpoint");
        model = text(line, "model");
        status = line.path("status").asInt(0);
        if (status < 200 || status > 599) {
            throw new BadLine(id + " has status " + line.path("status"));
        }
        streaming = line.path("streaming").asBoolean(false);
        requestBody = text(line, "request_body");
        headers = new LinkedHashMap<>();
        line.path("response_headers")
                .properties()
                .forEach(header -> headers.put(header.getKey().toLowerCase(Locale.ROOT), value(header.getValue())));
        if (!line.path("response_body").isTextual()) {
            throw new BadLine(id + " has no response_body");
        }
        body = bytes(text(line, "response_body"), text(line, "response_encoding"));
        gzip = text(line, "wire_content_encoding").equals("gzip");
        compressed = gzip && line.path("response_raw_b64").isTextual()
                ? bytes(text(line, "response_raw_b64"), "base64")
                : null;
        chunkLengths = lengths(line.path("chunk_lengths"));
        usage = line.get("usage");
    }

    static Exchange of(JsonNode line, String file) throws BadLine {
        if (!line.isObject()) {
            throw new BadLine("is not a JSON object");
        }
        return new Exchange(line, file);
    }

    /** Whether the provider means it as an answer, rather than as a refusal. */
    boolean isAnswer() {
        return status < 300;
    }

    /** A header's value; of one that came several times, all of them; on one line, as HTTP wants it. */
    private static String value(JsonNode node) {
        if (node.isArray()) {
            List<String> values = new ArrayList<>();
            node.forEach(value -> values.add(value.asText("")));
            return oneLine(String.join(", ", values));
        }
        return oneLine(node.asText(""));
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }

    /** The line's own summary of usage, for comparison with what is in the body. */
    @Nullable
    JsonNode usage() {
        return usage;
    }

    /** The bytes as they were on the wire, where the recorder kept compressed ones. */
    byte @Nullable [] compressed() {
        return compressed;
    }

    /** Lengths of the transport's chunks, where known; they add up to the body. */
    int @Nullable [] chunkLengths() {
        return chunkLengths;
    }

    String bodyText() {
        return new String(body, StandardCharsets.UTF_8);
    }

    private byte[] bytes(String text, String encoding) throws BadLine {
        if (!encoding.equals("base64")) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new BadLine(id + " has a body that is not base64: " + e.getMessage());
        }
    }

    private int @Nullable [] lengths(JsonNode node) {
        if (!node.isArray() || node.isEmpty()) {
            return null;
        }
        int[] lengths = new int[node.size()];
        long sum = 0;
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = node.get(i).asInt(-1);
            if (lengths[i] < 0) {
                return null;
            }
            sum += lengths[i];
        }
        // Lengths that do not fit the body tell nothing about where it was cut.
        return sum == body.length ? lengths : null;
    }

    private static String text(JsonNode line, String field) {
        JsonNode node = line.path(field);
        return node.isTextual() ? node.textValue() : "";
    }

    @Override
    public String toString() {
        return id;
    }

    /** A line that is no exchange. */
    static final class BadLine extends Exception {
        private static final long serialVersionUID = 1L;

        BadLine(String message) {
            super(message);
        }
    }
}
