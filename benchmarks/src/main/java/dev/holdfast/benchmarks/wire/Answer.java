package dev.holdfast.benchmarks.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;

/** What the replay server says to one request: everything that goes over the wire, and how it is cut and ended. */
final class Answer {
    /** How the body ends. */
    enum Ending {
        /** All of it, and the chunk that says so. */
        WHOLE,
        /** A part of it, then the connection is closed without a word. */
        DROPPED
    }

    /** Headers that belong to the recorder's connection, not to ours. */
    private static final Set<String> OF_THE_HOP = Set.of(
            "connection",
            "content-encoding",
            "content-length",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    final int status;
    final Map<String, String> headers;
    final byte[] body;
    final int[] pieces;
    final Ending ending;

    Answer(int status, Map<String, String> headers, byte[] body, int[] pieces, Ending ending) {
        int sum = Arrays.stream(pieces).sum();
        if (sum != body.length) {
            throw new IllegalArgumentException("pieces add up to " + sum + " of " + body.length + " bytes");
        }
        this.status = status;
        this.headers = new LinkedHashMap<>(headers);
        this.body = body;
        this.pieces = pieces;
        this.ending = ending;
    }

    static Answer text(int status, String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        return new Answer(status, Map.of("content-type", "text/plain"), body, new int[] {body.length}, Ending.WHOLE);
    }

    static Answer json(String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        return new Answer(200, Map.of("content-type", "application/json"), body, new int[] {body.length}, Ending.WHOLE);
    }

    /** Another body than the recorded one, with its status and headers. */
    static Answer changed(Exchange exchange, byte[] body, long seed) {
        return new Answer(
                exchange.status, recordedHeaders(exchange), body, Cuts.random(body.length, seed), Ending.WHOLE);
    }

    /** The recorded answer, byte for byte; compressed where it was, if the client says that it can read that. */
    static Answer recorded(Exchange exchange, boolean clientTakesGzip, long seed) {
        Map<String, String> headers = recordedHeaders(exchange);
        byte[] sent = exchange.body;
        if (exchange.gzip && clientTakesGzip) {
            byte[] compressed = exchange.compressed();
            sent = compressed != null ? compressed : gzip(exchange.body);
            headers.put("content-encoding", "gzip");
        }
        return new Answer(exchange.status, headers, sent, Cuts.of(exchange, sent, seed), Ending.WHOLE);
    }

    /** The first bytes of the recorded answer, uncompressed; then the body ends, or the connection does. */
    static Answer cut(Exchange exchange, int length, Ending ending, long seed) {
        byte[] part = Arrays.copyOf(exchange.body, length);
        return new Answer(
                exchange.status,
                recordedHeaders(exchange),
                part,
                Cuts.random(length, seed ^ exchange.id.hashCode()),
                ending);
    }

    private static Map<String, String> recordedHeaders(Exchange exchange) {
        Map<String, String> headers = new LinkedHashMap<>(exchange.headers);
        headers.keySet().removeAll(OF_THE_HOP);
        headers.putIfAbsent(
                "content-type",
                EventStream.looksLike(exchange.bodyText()) && exchange.isAnswer()
                        ? "text/event-stream"
                        : "application/json");
        return headers;
    }

    private static byte[] gzip(byte[] body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
