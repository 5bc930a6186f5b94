package dev.holdfast.benchmarks.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Where a recorded answer can be cut so that it is certainly not whole. A chat completion's stream counts as whole once
 * its reason to stop was there and the body then ended in good order, for many servers never say more; so it is cut
 * before that, but for a dropped connection.
 */
final class CutPlan {
    /** Ends of events, as byte offsets behind the blank line. */
    private final List<Integer> ends = new ArrayList<>();
    /** How many events come before the one with which the answer may be whole. */
    private final int open;

    private final byte[] body;

    private CutPlan(byte[] body, boolean anthropic) {
        this.body = body;
        int at = 0;
        int whole = -1;
        while (at < body.length) {
            int end = endOfEvent(body, at);
            if (end < 0) {
                break;
            }
            String event = new String(body, at, end - at, StandardCharsets.UTF_8);
            ends.add(end);
            if (whole < 0 && isLast(event, anthropic)) {
                whole = ends.size() - 1;
            }
            at = end;
        }
        open = whole < 0 ? 0 : whole;
    }

    /** The plan of a stream; it offers no place where the stream has no end that is known. */
    static CutPlan of(byte[] body, boolean anthropic) {
        return new CutPlan(body, anthropic);
    }

    private static boolean isLast(String event, boolean anthropic) {
        Decoded decoded = anthropic ? MessagesOracle.decode(event) : ChatOracle.decode(event);
        return decoded.end() != Decoded.End.CUT;
    }

    /** Behind the next blank line; -1 when there is none. */
    private static int endOfEvent(byte[] body, int from) {
        boolean lineHasText = false;
        int at = from;
        while (at < body.length) {
            byte b = body[at];
            boolean crlf = b == '\r' && at + 1 < body.length && body[at + 1] == '\n';
            at += crlf ? 2 : 1;
            if (b != '\n' && b != '\r') {
                lineHasText = true;
            } else if (!lineHasText) {
                return at;
            } else {
                lineHasText = false;
            }
        }
        return -1;
    }

    boolean hasPlaces() {
        return open > 0;
    }

    /** How long the whole events within the first bytes are together. */
    int wholeWithin(int length) {
        int whole = 0;
        for (int end : ends) {
            whole = end <= length ? end : whole;
        }
        return whole;
    }

    /** Behind an event that is not the last one. */
    int between(Random random) {
        int events = 1 + random.nextInt(open);
        return ends.get(events - 1);
    }

    /** Within the document of an event: what is left of it is no JSON. */
    int within(Random random) {
        List<int[]> documents = new ArrayList<>();
        for (int event = 0; event <= open; event++) {
            int start = event == 0 ? 0 : ends.get(event - 1);
            int brace = ends.get(event);
            while (start < brace && body[start] != '{') {
                start++;
            }
            while (brace > start && body[brace - 1] != '}') {
                brace--;
            }
            if (brace - start > 1) { // a comment or a mark has no inside
                documents.add(new int[] {start + 1, brace});
            }
        }
        if (documents.isEmpty()) {
            return between(random);
        }
        int[] document = documents.get(random.nextInt(documents.size()));
        return document[0] + random.nextInt(document[1] - document[0]);
    }

    /** Anywhere before the last bracket of the event with which the answer may be whole. */
    int anywhereInside(Random random) {
        int bracket = ends.get(open) - 1;
        while (body[bracket] != '}' && body[bracket] != ']') {
            bracket--;
        }
        return 1 + random.nextInt(bracket);
    }

    /** Anywhere before the last byte of the event with which the answer may be whole. */
    int anywhere(Random random) {
        int end = ends.get(open);
        return 1 + random.nextInt(end - 2);
    }
}
