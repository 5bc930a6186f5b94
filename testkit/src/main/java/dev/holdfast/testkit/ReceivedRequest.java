package dev.holdfast.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request of HTTP/1.1.
 *
 * @param method the method
 * @param path the path with its query
 * @param headers by name in lower case
 * @param body the body
 */
record ReceivedRequest(String method, String path, Map<String, String> headers, String body) {
    private static final int LONGEST_LINE = 64 << 10;
    private static final int LARGEST_BODY = 256 << 20;

    /** Reads the next request of a connection; null when the client has closed it. */
    static @Nullable ReceivedRequest read(InputStream in, OutputStream out) throws IOException {
        String start = line(in);
        if (start == null) {
            return null;
        }
        String[] words = start.split(" ", 3);
        if (words.length != 3) {
            throw new IOException("no HTTP request");
        }
        Map<String, String> headers = new HashMap<>();
        for (String line = present(line(in)); !line.isEmpty(); line = present(line(in))) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }
        return new ReceivedRequest(words[0], words[1], headers, body(in, headers));
    }

    /** Whether the client wants to send more over the same connection. */
    boolean keepsAlive() {
        return !"close".equalsIgnoreCase(headers.get("connection"));
    }

    private static String body(InputStream in, Map<String, String> headers) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            for (int size = chunkSize(in); size > 0; size = chunkSize(in)) {
                copy(in, size, body);
                present(line(in));
            }
            while (!present(line(in)).isEmpty()) {
                // trailers say nothing to us
            }
        } else if (headers.containsKey("content-length")) {
            copy(in, number(headers.getOrDefault("content-length", ""), 10), body);
        }
        return body.toString(StandardCharsets.UTF_8);
    }

    private static int chunkSize(InputStream in) throws IOException {
        String line = present(line(in));
        int extension = line.indexOf(';');
        return number(extension < 0 ? line : line.substring(0, extension), 16);
    }

    private static int number(String text, int radix) throws IOException {
        try {
            int number = Integer.parseInt(text.strip(), radix);
            if (number >= 0 && number <= LARGEST_BODY) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IOException("'" + text + "' is no size", e);
        }
        throw new IOException("'" + text + "' is no size that a body may have");
    }

    private static void copy(InputStream in, int size, ByteArrayOutputStream body) throws IOException {
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size || body.size() > LARGEST_BODY) {
            throw new IOException("the request broke off, or is too large");
        }
        body.write(bytes, 0, size);
    }

    private static @Nullable String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next == '\n') {
                String text = line.toString(StandardCharsets.ISO_8859_1);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            if (line.size() == LONGEST_LINE) {
                throw new IOException("a line of the request's head is too long");
            }
            line.write(next);
        }
        if (line.size() > 0) {
            throw new IOException("the request broke off");
        }
        return null;
    }

    private static String present(@Nullable String line) throws IOException {
        if (line == null) {
            throw new IOException("the request broke off");
        }
        return line;
    }
}
