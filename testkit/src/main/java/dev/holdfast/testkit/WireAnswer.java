package dev.holdfast.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.error.ProviderException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An answer that is ready to be sent.
 *
 * @param status the HTTP status
 * @param contentType the content type
 * @param headers further headers
 * @param events the events of a stream, or the halves of a body
 * @param latency how long until the first byte
 * @param between how long from one content event to the next
 * @param fault what goes wrong
 */
record WireAnswer(
        int status,
        String contentType,
        Map<String, String> headers,
        List<Wire.Event> events,
        Duration latency,
        Duration between,
        WireFault fault) {
    private static final String JSON = "application/json";
    private static final String STREAM = "text/event-stream; charset=utf-8";
    private static final String NO_JSON = "<html>upstream is not well</html>";

    boolean isStream() {
        return contentType.equals(STREAM);
    }

    /** An answer of one body. */
    static WireAnswer of(int status, String contentType, String body) {
        return new WireAnswer(
                status, contentType, Map.of(), halves(body), Duration.ZERO, Duration.ZERO, WireFault.none());
    }

    static WireAnswer error(WireFormat format, int status, String code, String type, String message) {
        return of(status, JSON, format.wire().error(status, code, type, message).toString());
    }

    /** What a reply and a fault come to on the wire. */
    static WireAnswer to(SimulatedRequest request, FakeReply reply, WireFault fault, Wire.Stamp stamp) {
        if (fault.kind == WireFault.Kind.GZIP && !acceptsGzip(request)) {
            return to(request, reply, WireFault.none(), stamp).with(fault.headers);
        }
        if (fault.kind == WireFault.Kind.ANSWER) {
            return of(fault.status, fault.contentType, fault.body)
                    .with(fault.headers)
                    .with(reply, fault);
        }
        if (reply.failure instanceof ProviderException failure) {
            Map<String, String> headers = new HashMap<>(fault.headers);
            failure.retryAfter()
                    .ifPresent(wait -> headers.put(
                            "retry-after",
                            Long.toString(wait.plusNanos(999_999_999).toSeconds())));
            return error(request.format(), failure.status(), failure.code(), failure.type(), message(failure))
                    .with(headers)
                    .with(reply, fault);
        }
        if (reply.failure != null || reply.thrown != null) {
            return of(200, JSON, "").with(reply, WireFault.reset()); // it failed before there was an answer
        }
        return (request.isStreaming() ? stream(request, reply, fault, stamp) : whole(request, reply, fault, stamp))
                .with(fault.headers);
    }

    private static boolean acceptsGzip(SimulatedRequest request) {
        return request.headers().getOrDefault("accept-encoding", "").contains("gzip");
    }

    private static WireAnswer stream(SimulatedRequest request, FakeReply reply, WireFault fault, Wire.Stamp stamp) {
        Wire wire = request.format().wire();
        List<Wire.Event> events = wire.stream(reply, stamp, request.json());
        WireFault end = switch (reply.end) {
            case COMPLETE -> fault;
            case CUT -> WireFault.cutAfter(contentEnd(events));
            case STALL -> WireFault.silenceAfter(contentEnd(events));
        };
        Wire.Event wrong = switch (end.kind) {
            case GARBAGE -> new Wire.Event(Wire.bytesOf("data: {this is <no> JSON\n\n"), false);
            case ERROR_EVENT -> wire.errorEvent();
            case LONG_LINE -> new Wire.Event(Wire.bytesOf("data: " + padding(end.size) + "\n\n"), false);
            default -> null;
        };
        if (wrong != null) {
            events = new ArrayList<>(events.subList(0, Math.min(end.after, events.size())));
            events.add(wrong);
        }
        return new WireAnswer(200, STREAM, Map.of(), events, reply.latency, reply.between, end);
    }

    private static String padding(int bytes) {
        return "{\"padding\":\"" + "x".repeat(bytes) + "\"}";
    }

    private static WireAnswer whole(SimulatedRequest request, FakeReply reply, WireFault fault, Wire.Stamp stamp) {
        WireFault end = switch (reply.end) {
            case COMPLETE -> fault;
            case CUT -> WireFault.cutAfter(1);
            case STALL -> WireFault.hang();
        };
        JsonNode body = request.format().wire().whole(reply, stamp);
        return switch (end.kind) {
            case GARBAGE -> of(200, JSON, NO_JSON).with(reply, WireFault.none());
            case ERROR_EVENT ->
                error(request.format(), 200, "server_error", "", "The server had an error.")
                        .with(reply, WireFault.none());
            case LONG_LINE -> of(200, JSON, padding(end.size)).with(reply, WireFault.none());
            default -> of(200, JSON, body.toString()).with(reply, end);
        };
    }

    /** How many events there are up to the last one that carries content. */
    static int contentEnd(List<Wire.Event> events) {
        int end = 0;
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i).isContent()) {
                end = i + 1;
            }
        }
        return end;
    }

    private static String message(ProviderException failure) {
        return failure.getMessage() == null ? "" : failure.getMessage();
    }

    WireAnswer with(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(headers);
        all.putAll(more);
        return new WireAnswer(status, contentType, all, events, latency, between, fault);
    }

    private WireAnswer with(FakeReply reply, WireFault fault) {
        return new WireAnswer(status, contentType, headers, events, reply.latency, Duration.ZERO, fault);
    }

    private static List<Wire.Event> halves(String body) {
        byte[] bytes = Wire.bytesOf(body);
        int middle = bytes.length / 2;
        return List.of(
                new Wire.Event(Arrays.copyOfRange(bytes, 0, middle), true),
                new Wire.Event(Arrays.copyOfRange(bytes, middle, bytes.length), true));
    }
}
