package dev.holdfast.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer, as text or as events. Which of the two it is shows in its first character, not in what was
 * asked for or what the headers call it: both are wrong often enough.
 */
final class ReplyBody {
    private static final int MAX_ERROR = 64 << 10;

    private final InputStream in;
    private final HttpTransport transport;
    private final byte[] buffer = new byte[8192];
    private final SseParser parser;
    private int length;
    private long total;
    private boolean ended;
    private boolean sawEvent;
    private String page = "";

    ReplyBody(InputStream in, HttpTransport transport) {
        this.in = in;
        this.transport = transport;
        this.parser = new SseParser(transport.maxLineBytes(), transport.maxEventBytes());
    }

    /** Waits for the first character that is not a space, and tells whether a JSON document begins with it. */
    boolean isJson() throws IOException {
        while (fill()) { // what is nothing but space means nothing to JSON, and nothing to a stream
            for (int i = 0; i < length; i++) {
                byte b = buffer[i];
                if (b != ' ' && b != '\t' && b != '\r' && b != '\n' && !isBom(b)) {
                    parser.feed(buffer, 0, length);
                    page = b == '<' ? new String(buffer, i, length - i, StandardCharsets.UTF_8) : "";
                    return b == '{' || b == '[';
                }
            }
        }
        return false;
    }

    /** The beginning of it where that is markup; empty where it is not. */
    String page() {
        return page;
    }

    private static boolean isBom(byte b) {
        return b == (byte) 0xEF || b == (byte) 0xBB || b == (byte) 0xBF;
    }

    /** All of it. */
    String text() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream(Math.max(length, 1024));
        do {
            all.write(buffer, 0, length);
        } while (fill());
        String text = all.toString(StandardCharsets.UTF_8);
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /** The beginning of an error's body; one that breaks off says enough with what came of it. */
    String textOfError() {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        try {
            while (head.size() < MAX_ERROR && fill()) {
                head.write(buffer, 0, length);
            }
        } catch (IOException brokeOff) {
            // the status is the error; the body only explains it
        }
        return head.toString(StandardCharsets.UTF_8);
    }

    /** The next event, or null when the body has ended as HTTP says that it should. */
    @Nullable
    SseEvent event() throws IOException {
        SseEvent event = parser.next();
        while (event == null && !ended) {
            if (fill()) {
                parser.feed(buffer, 0, length);
                event = parser.next();
            } else {
                event = parser.rest();
            }
        }
        sawEvent |= event != null;
        return event;
    }

    boolean hasSeenEvent() {
        return sawEvent;
    }

    private boolean fill() throws IOException {
        length = 0;
        if (ended) {
            return false;
        }
        int read = in.read(buffer);
        if (read < 0) {
            ended = true;
            return false;
        }
        length = read;
        total += read;
        if (total > transport.maxBodyBytes()) {
            throw new LimitExceededException("the answer", transport.maxBodyBytes(), "maxBodyBytes");
        }
        return true;
    }
}
