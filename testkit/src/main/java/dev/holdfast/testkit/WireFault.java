package dev.holdfast.testkit;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What goes wrong between a provider and its caller: on the wire, below what a {@link FakeReply} can say. Immutable.
 *
 * <p>Where a fault counts events it counts server-sent events from the start of the stream, frames and pings included.
 * An answer that does not stream counts as two events: the halves of its body.
 */
public final class WireFault {
    private static final WireFault NONE = of(Kind.NONE, 0);

    enum Kind {
        NONE,
        CUT,
        CUT_WITHIN,
        END,
        RESET,
        RESET_AT_ONCE,
        SILENCE,
        HANG,
        GARBAGE,
        ERROR_EVENT,
        LONG_LINE,
        ANSWER,
        SLICED,
        GZIP
    }

    final Kind kind;
    final int after;
    /** Bytes of a slice, or of a line. */
    final int size;

    final Duration every;
    final int status;
    final String contentType;
    final String body;
    final Map<String, String> headers;

    private WireFault(
            Kind kind,
            int after,
            int size,
            Duration every,
            int status,
            String contentType,
            String body,
            Map<String, String> headers) {
        this.kind = kind;
        this.after = after;
        this.size = size;
        this.every = every;
        this.status = status;
        this.contentType = contentType;
        this.body = body;
        this.headers = headers;
    }

    private static WireFault of(Kind kind, int after) {
        return of(kind, after, Integer.MAX_VALUE, Duration.ZERO);
    }

    private static WireFault of(Kind kind, int after, int size, Duration every) {
        if (after < 0 || size < 1) {
            throw new IllegalArgumentException("a fault comes after 0 events or more, and has 1 byte or more");
        }
        return new WireFault(kind, after, size, every, 200, "", "", Map.of());
    }

    /** Nothing goes wrong. */
    static WireFault none() {
        return NONE;
    }

    /**
     * The connection ends between two events, without the end of the body.
     *
     * @param events how many events come first
     * @return the fault
     */
    public static WireFault cutAfter(int events) {
        return of(Kind.CUT, events);
    }

    /**
     * The connection ends in the midst of an event.
     *
     * @param events how many whole events come first
     * @return the fault
     */
    public static WireFault cutWithin(int events) {
        return of(Kind.CUT_WITHIN, events);
    }

    /**
     * The body ends as HTTP demands, but before the answer does: what a proxy makes of a cut.
     *
     * @param events how many events come first
     * @return the fault
     */
    public static WireFault endAfter(int events) {
        return of(Kind.END, events);
    }

    /**
     * The connection is reset (a TCP RST) in the midst of the answer.
     *
     * @param events how many events come first
     * @return the fault
     */
    public static WireFault resetAfter(int events) {
        return of(Kind.RESET, events);
    }

    /**
     * The connection is reset when the request has been read, before a byte of the answer.
     *
     * @return the fault
     */
    public static WireFault reset() {
        return of(Kind.RESET_AT_ONCE, 0);
    }

    /**
     * Nothing more comes, and the connection stays open.
     *
     * @param events how many events come first; the headers always come
     * @return the fault
     */
    public static WireFault silenceAfter(int events) {
        return of(Kind.SILENCE, events);
    }

    /**
     * The request is read and never answered, not even with headers.
     *
     * @return the fault
     */
    public static WireFault hang() {
        return of(Kind.HANG, 0);
    }

    /**
     * Something comes that is not JSON, and the body ends. Where nothing streams it is the whole body.
     *
     * @param events how many events come first
     * @return the fault
     */
    public static WireFault garbageAfter(int events) {
        return of(Kind.GARBAGE, events);
    }

    /**
     * The provider reports an error after it had begun with status 200, in the form of its wire format. Where nothing
     * streams the error is the whole body.
     *
     * @param events how many events come first
     * @return the fault
     */
    public static WireFault errorAfter(int events) {
        return of(Kind.ERROR_EVENT, events);
    }

    /**
     * A line comes that is longer than any sane one. Where nothing streams it is the whole body.
     *
     * @param events how many events come first
     * @param bytes how long the line is
     * @return the fault
     */
    public static WireFault longLineAfter(int events, int bytes) {
        return of(Kind.LONG_LINE, events, bytes, Duration.ZERO);
    }

    /**
     * Another answer altogether: an error of a proxy, an error in plain text.
     *
     * @param status the HTTP status
     * @param contentType the content type
     * @param body the body
     * @return the fault
     */
    public static WireFault answer(int status, String contentType, String body) {
        return new WireFault(Kind.ANSWER, 0, Integer.MAX_VALUE, Duration.ZERO, status, contentType, body, Map.of());
    }

    /**
     * Every transport chunk has this many bytes, so that it ends wherever that may be: within a line, within a
     * character.
     *
     * @param bytes how many
     * @return the fault
     */
    public static WireFault sliced(int bytes) {
        return of(Kind.SLICED, 0, bytes, Duration.ZERO);
    }

    /**
     * The body comes byte by byte.
     *
     * @param every how long it takes from one byte to the next
     * @return the fault
     */
    public static WireFault trickle(Duration every) {
        return of(Kind.SLICED, 0, 1, every);
    }

    /**
     * The body is compressed, if the request accepts that.
     *
     * @return the fault
     */
    public static WireFault gzip() {
        return of(Kind.GZIP, 0);
    }

    /**
     * Adds a header to the answer.
     *
     * @param name the name
     * @param value the value
     * @return a copy
     */
    public WireFault header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new WireFault(kind, after, size, every, status, contentType, body, Map.copyOf(more));
    }

    /** Whether the answer does not go on after {@link #after} events. */
    boolean breaksOff() {
        return switch (kind) {
            case CUT, CUT_WITHIN, END, RESET, SILENCE -> true;
            default -> false;
        };
    }

    @Override
    public String toString() {
        return kind + " after " + after + " events";
    }
}
