package dev.holdfast.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SseParserTest {
    private static List<SseEvent> parse(String text) throws IOException {
        return parse(List.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<SseEvent> parse(List<byte[]> pieces) throws IOException {
        SseParser parser = new SseParser(1_000, 1_000);
        List<SseEvent> events = new ArrayList<>();
        for (byte[] piece : pieces) {
            parser.feed(piece, 0, piece.length);
            for (SseEvent event = parser.next(); event != null; event = parser.next()) {
                events.add(event);
            }
        }
        SseEvent rest = parser.rest();
        if (rest != null) {
            events.add(rest);
        }
        return events;
    }

    private static SseEvent data(String data) {
        return new SseEvent("", data, "");
    }

    @Test
    void readsTheFieldsOfTheStandard() throws IOException {
        assertThat(parse("event: ping\ndata: one\ndata:two\nid: 7\nretry: 10\nunknown: x\n\ndata: next\n\n"))
                .containsExactly(new SseEvent("ping", "one\ntwo", "7"), new SseEvent("", "next", "7"));
    }

    @Test
    void takesOffOneSpaceAndNoMore() throws IOException {
        assertThat(parse("data:  two\n\ndata:none\n\ndata\n\ndata:\n\n"))
                .containsExactly(data(" two"), data("none"), data(""), data(""));
    }

    @Test
    void anyLineEndingWillDo() throws IOException {
        assertThat(parse("data: a\r\rdata: b\r\n\r\ndata: c\n\n")).containsExactly(data("a"), data("b"), data("c"));
    }

    @Test
    void commentsAndEventsWithoutDataAreNothing() throws IOException {
        assertThat(parse(": hello\n\n:\n\nevent: lonely\n\ndata: x\n\n")).containsExactly(data("x"));
    }

    @Test
    void skipsAByteOrderMarkAtTheBeginningOnly() throws IOException {
        assertThat(parse("\uFEFFdata: a\n\ndata: \uFEFFb\n\n")).containsExactly(data("a"), data("\uFEFFb"));
    }

    @Test
    void readsDataBehindSpaces() throws IOException {
        assertThat(parse("  data: a\n\n")).containsExactly(data("a"));
    }

    @Test
    void anIdWithANullCharacterIsIgnored() throws IOException {
        assertThat(parse("id: 1\nid: 2\0\ndata: a\n\n")).containsExactly(new SseEvent("", "a", "1"));
    }

    @Test
    void keepsAnEventThatLacksItsLastNewlines() throws IOException {
        assertThat(parse("data: a\n\ndata: [DONE]")).containsExactly(data("a"), data("[DONE]"));
        assertThat(parse("data: [DONE]\n")).containsExactly(data("[DONE]"));
    }

    @Test
    void anySplitOfTheBytesGivesTheSameEvents() throws IOException {
        Random random = new Random(42);
        String[] alphabet = {
            "data: ", "data:", "event: e", "id: 5", ": c", "\n", "\r\n", "\r", "\n\n", "ß", "日", "😀", "x", " "
        };
        for (int round = 0; round < 500; round++) {
            StringBuilder text = new StringBuilder(round % 3 == 0 ? "\uFEFF" : "");
            for (int i = random.nextInt(40); i >= 0; i--) {
                text.append(alphabet[random.nextInt(alphabet.length)]);
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            List<byte[]> pieces = new ArrayList<>();
            for (int at = 0; at < bytes.length; ) {
                int to = Math.min(bytes.length, at + 1 + random.nextInt(4));
                pieces.add(Arrays.copyOfRange(bytes, at, to));
                at = to;
            }
            assertThat(parse(pieces)).as("%s", text).isEqualTo(parse(text.toString()));
        }
    }

    @Test
    void boundsLinesAndEvents() {
        assertThatThrownBy(() -> parse("data: " + "x".repeat(1_000)))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("maxLineBytes");
        assertThatThrownBy(() -> parse(("data: " + "x".repeat(400) + "\n").repeat(3)))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("maxEventBytes");
        assertThatThrownBy(() -> parse("data\n".repeat(2_000)))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("maxEventBytes");
    }
}
