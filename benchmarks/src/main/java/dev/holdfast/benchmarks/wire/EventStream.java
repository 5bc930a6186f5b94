package dev.holdfast.benchmarks.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;

/**
 * Server-sent events, after the WHATWG description: CR, LF or CRLF end a line, a blank line ends an event, an event
 * that the end of the body interrupts is dropped, unless only its last line ends are missing: recorders strip them.
 * Written apart from the library's own, to check it.
 */
final class EventStream {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    record Event(String name, String data) {}

    private EventStream() {}

    static List<Event> parse(String body) {
        List<Event> events = new ArrayList<>();
        String name = "";
        StringBuilder data = null;
        int at = body.startsWith("\uFEFF") ? 1 : 0;
        while (at < body.length()) {
            int end = at;
            while (end < body.length() && body.charAt(end) != '\n' && body.charAt(end) != '\r') {
                end++;
            }
            String line = body.substring(at, end);
            at = end == body.length() ? end : end + (body.startsWith("\r\n", end) ? 2 : 1);
            if (line.isEmpty()) {
                if (data != null) {
                    events.add(new Event(name, data.toString()));
                }
                name = "";
                data = null;
                continue;
            }
            // One recorder indented its first line; no field begins with a space.
            line = line.stripLeading();
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            if (value.startsWith(" ")) {
                value = value.substring(1);
            }
            if (field.equals("event")) {
                name = value;
            } else if (field.equals("data")) {
                data = data == null ? new StringBuilder() : data.append('\n');
                data.append(value);
            }
        }
        if (data != null && isWhole(data.toString().strip())) {
            events.add(new Event(name, data.toString()));
        }
        return events;
    }

    private static boolean isWhole(String data) {
        try {
            return data.equals("[DONE]") || !JSON.readTree(data).isMissingNode();
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /** Tells a stream from a JSON document by what is there, since recorders and providers mislabel both. */
    static boolean looksLike(String body) {
        for (int i = 0; i < body.length(); i++) {
            char c = body.charAt(i);
            if (!Character.isWhitespace(c) && c != '\uFEFF') {
                return c != '{' && c != '[';
            }
        }
        return false;
    }
}
