package dev.holdfast.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts bytes into server-sent events, after the "event stream interpretation" section of the HTML standard. Bytes may be
 * handed over in pieces of any size: text is decoded only once its line is whole, so that a character, a CRLF or a field
 * may be split anywhere.
 *
 * <p>It differs from the standard in two things, both at the edges of what providers send. A line that holds spaces
 * before {@code data:} counts as data. And the event that the stream ends in the midst of, without the blank line that
 * ends an event, is there ({@link #rest}): several servers leave out the last newline, and whether the stream was cut is
 * known better from HTTP's own framing and from the event's meaning. The {@code retry} field is ignored, for nobody
 * reconnects: an answer that broke off is not sent again.
 *
 * <p>Not safe for use by several threads.
 */
final class SseParser {
    private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final int FIRST_SIZE = 1024;

    private final int maxLine;
    private final int maxEvent;
    private byte[] line = new byte[FIRST_SIZE];
    private int lineLength;
    private boolean firstLine = true;
    private boolean afterCr;

    private byte[] input = new byte[0];
    private int position;
    private int end;

    private final StringBuilder data = new StringBuilder();
    private int dataBytes;
    private boolean hasData;
    private String type = "";
    private String id = "";

    SseParser(int maxLine, int maxEvent) {
        this.maxLine = maxLine;
        this.maxEvent = maxEvent;
    }

    /** Hands over bytes; read {@link #next} until it returns null before the next piece, and leave the array alone. */
    void feed(byte[] bytes, int offset, int length) {
        input = bytes;
        position = offset;
        end = offset + length;
    }

    /** The next whole event, or null when more bytes are needed. */
    @Nullable
    SseEvent next() throws LimitExceededException {
        while (position < end) {
            int start = position;
            if (afterCr) {
                afterCr = false;
                if (input[start] == '\n') {
                    position++;
                    continue;
                }
            }
            int stop = start;
            while (stop < end && input[stop] != '\n' && input[stop] != '\r') {
                stop++;
            }
            append(start, stop);
            position = stop;
            if (stop < end) {
                afterCr = input[stop] == '\r';
                position++;
                SseEvent event = endLine();
                if (event != null) {
                    return event;
                }
            }
        }
        return null;
    }

    /** The event that the stream ended in, where it had begun one. */
    @Nullable
    SseEvent rest() throws LimitExceededException {
        if (lineLength > 0) {
            SseEvent event = endLine();
            if (event != null) {
                return event;
            }
        }
        return dispatch();
    }

    private void append(int start, int stop) throws LimitExceededException {
        int length = stop - start;
        if (length > maxLine - lineLength) {
            throw new LimitExceededException("a line of the stream", maxLine, "maxLineBytes");
        }
        if (lineLength + length > line.length) {
            line = Arrays.copyOf(line, (int) Math.min(maxLine, Math.max(line.length * 2L, lineLength + (long) length)));
        }
        System.arraycopy(input, start, line, lineLength, length);
        lineLength += length;
    }

    private @Nullable SseEvent endLine() throws LimitExceededException {
        int from = 0;
        if (firstLine) {
            firstLine = false;
            if (startsWith(BOM, 0)) {
                from = BOM.length;
            }
        }
        int to = lineLength;
        lineLength = 0;
        if (from == to) {
            return dispatch();
        }
        while (from < to && line[from] == ' ') {
            from++;
        }
        int colon = from;
        while (colon < to && line[colon] != ':') {
            colon++;
        }
        if (colon > from) { // else a comment
            int value = colon + 1 < to && line[colon + 1] == ' ' ? colon + 2 : Math.min(colon + 1, to);
            field(from, colon, value, to);
        }
        return null;
    }

    private void field(int from, int colon, int value, int to) throws LimitExceededException {
        if (isName("data", from, colon)) {
            dataBytes += to - value + 1;
            if (dataBytes > maxEvent) {
                throw new LimitExceededException("an event of the stream", maxEvent, "maxEventBytes");
            }
            if (hasData) {
                data.append('\n');
            }
            hasData = true;
            data.append(new String(line, value, to - value, StandardCharsets.UTF_8));
        } else if (isName("event", from, colon)) {
            type = new String(line, value, to - value, StandardCharsets.UTF_8);
        } else if (isName("id", from, colon)) {
            String text = new String(line, value, to - value, StandardCharsets.UTF_8);
            if (text.indexOf('\0') < 0) {
                id = text;
            }
        }
    }

    private @Nullable SseEvent dispatch() {
        SseEvent event = hasData ? new SseEvent(type, data.toString(), id) : null;
        type = "";
        data.setLength(0);
        dataBytes = 0;
        hasData = false;
        return event;
    }

    private boolean isName(String name, int from, int to) {
        if (to - from != name.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (line[from + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean startsWith(byte[] prefix, int from) {
        return lineLength - from >= prefix.length
                && Arrays.equals(line, from, from + prefix.length, prefix, 0, prefix.length);
    }
}
