package dev.holdfast.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.benchmarks.Report;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TallyTest {
    @Test
    void whatFailsOnceHasFailed() {
        Tally tally = new Tally();
        Exchange one = MadeUp.exchange("one", "{}");
        Exchange two = MadeUp.exchange("two", "{}");
        tally.note(Check.TEXT, one, null);
        tally.note(Check.TEXT, two, null);
        tally.note(Check.TEXT, two, "other  words");
        tally.note(Check.TEXT, two, null);

        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream printer = new PrintStream(out, true, StandardCharsets.UTF_8);
        Report report = new Report("wire", printer, printer, Path.of("."));
        tally.tell(report);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("1/2")
                .contains("text openai-chat two: openai: other words");
        assertThat(report.missed()).containsExactly("openai-chat.text");
    }
}
