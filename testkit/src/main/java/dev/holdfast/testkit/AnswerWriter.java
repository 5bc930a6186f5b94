package dev.holdfast.testkit;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Sends one answer over HTTP/1.1, as slowly and as wrongly as it is told. */
final class AnswerWriter {
    private static final byte[] NOTHING = new byte[0];

    private final SimulatedConnection connection;
    private final OutputStream out;
    private final ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    private @Nullable GZIPOutputStream gzip;
    private boolean chunked;
    private int slice = Integer.MAX_VALUE;
    private Duration everySlice = Duration.ZERO;

    AnswerWriter(SimulatedConnection connection, OutputStream out) {
        this.connection = connection;
        this.out = new BufferedOutputStream(out);
    }

    /** Sends it; false when the connection has to end after it. */
    boolean write(WireAnswer answer) throws IOException {
        WireFault fault = answer.fault();
        connection.pause(answer.latency());
        if (fault.kind == WireFault.Kind.HANG) {
            connection.silence();
        }
        if (fault.kind == WireFault.Kind.RESET_AT_ONCE) {
            connection.resetOnClose();
            return false;
        }
        if (fault.kind == WireFault.Kind.SLICED) {
            slice = fault.size;
            everySlice = fault.every;
        }
        chunked = answer.isStream() || fault.kind == WireFault.Kind.GZIP || fault.kind == WireFault.Kind.END;
        head(answer);
        boolean first = true;
        for (int i = 0; i < answer.events().size(); i++) {
            Wire.Event event = answer.events().get(i);
            if (fault.breaksOff() && i == fault.after) {
                return breakOff(fault, event.bytes());
            }
            if (event.isContent()) {
                connection.pause(first ? Duration.ZERO : answer.between());
                first = false;
            }
            body(event.bytes());
        }
        if (fault.breaksOff()) {
            return breakOff(fault, NOTHING);
        }
        return end();
    }

    private void head(WireAnswer answer) throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + answer.status() + " " + reason(answer.status()) + "\r\n");
        header(head, "content-type", answer.contentType());
        answer.headers().forEach((name, value) -> header(head, name, value));
        if (answer.fault().kind == WireFault.Kind.GZIP) {
            header(head, "content-encoding", "gzip");
            gzip = new GZIPOutputStream(compressed, 512, true);
        }
        if (chunked) {
            header(head, "transfer-encoding", "chunked");
        } else {
            int length = 0;
            for (Wire.Event event : answer.events()) {
                length += event.bytes().length;
            }
            header(head, "content-length", Integer.toString(length));
        }
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private static void header(StringBuilder head, String name, String value) {
        head.append(name).append(": ").append(value).append("\r\n");
    }

    private static String reason(int status) {
        return status < 300 ? "OK" : status < 500 ? "Client Error" : "Server Error";
    }

    private void body(byte[] bytes) throws IOException {
        if (gzip == null) {
            slices(bytes);
            return;
        }
        gzip.write(bytes);
        gzip.flush();
        slices(takeCompressed());
    }

    private byte[] takeCompressed() {
        byte[] bytes = compressed.toByteArray();
        compressed.reset();
        return bytes;
    }

    private void slices(byte[] bytes) throws IOException {
        for (int from = 0; from < bytes.length; ) {
            int length = Math.min(slice, bytes.length - from);
            if (chunked) {
                out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            }
            out.write(bytes, from, length);
            if (chunked) {
                out.write('\r');
                out.write('\n');
            }
            out.flush();
            connection.pause(everySlice);
            from += length;
        }
    }

    private boolean end() throws IOException {
        if (gzip != null) {
            gzip.finish();
            slices(takeCompressed());
        }
        if (chunked) {
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        out.flush();
        return true;
    }

    private boolean breakOff(WireFault fault, byte[] next) throws IOException {
        switch (fault.kind) {
            case CUT_WITHIN -> body(Arrays.copyOf(next, next.length / 2));
            case RESET -> connection.resetOnClose();
            case SILENCE -> connection.silence();
            default -> {
                // CUT and END only stop here
            }
        }
        return fault.kind == WireFault.Kind.END && end();
    }
}
