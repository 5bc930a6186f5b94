package dev.holdfast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Report report =
            new Report("b", printer(out), printer(new ByteArrayOutputStream()), Path.of("unused"));

    static PrintStream printer(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    @Test
    void lastLineHoldsFiguresGoalsAndWhatWasMissed() {
        report.figure("ratio", 0.75, "").atMost("ratio", 0.8);
        report.figure("share", 0.9, "").atLeast("share", 0.95);
        report.figure("count", 1512, "");
        report.finish();
        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines.get(lines.size() - 1))
                .isEqualTo(
                        "{\"benchmark\":\"b\",\"figures\":{\"ratio\":0.75,\"share\":0.9,\"count\":1512},"
                                + "\"goals\":{\"ratio\":{\"at_most\":0.8},\"share\":{\"at_least\":0.95}},\"missed\":[\"share\"]}");
    }

    @Test
    void aGoalIsMetByItsBound() {
        report.figure("a", 1, "").atMost("a", 1);
        report.figure("b", 1, "").atLeast("b", 1);
        assertThat(report.missed()).isEmpty();
    }

    @Test
    void whatWasNeverMeasuredIsMissed() {
        report.atMost("never", 1);
        report.figure("broken", Double.NaN, "").atMost("broken", 1);
        assertThat(report.missed()).containsExactly("never", "broken");
        report.finish();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("not measured")
                .contains("\"broken\":null");
    }

    @Test
    void numbersReadWell() {
        assertThat(Report.number(1512)).isEqualTo("1,512");
        assertThat(Report.number(0.25)).isEqualTo("0.250");
        assertThat(Report.number(137.554)).isEqualTo("137.6");
        assertThat(Report.number(8273.85)).isEqualTo("8,274");
        assertThat(Report.number(0.000123)).isEqualTo("0.000123");
    }

    @Test
    void plotIsAnImage(@TempDir Path folder) throws Exception {
        Report plotting =
                new Report("b", printer(out), printer(new ByteArrayOutputStream()), folder.resolve("reports"));
        Plot plot = plotting.plot("cost of a turn")
                .across("turn", true)
                .up("µs", false)
                .line("ours", new double[] {1, 10, 100}, new double[] {2, 2.1, 1.9})
                .line("cannot be shown", new double[] {0, -1}, new double[] {Double.NaN, 1});
        plotting.write(plot, "turns.png");
        Path file = folder.resolve("reports").resolve("turns.png");
        assertThat(Files.size(file)).isGreaterThan(1000);
        assertThat(ImageIO.read(file.toFile()).getWidth()).isEqualTo(900);
    }

    @Test
    void axesHoldAllTheirValues() {
        Plot.Axis plain = Plot.Axis.over(List.of(new double[] {3, 17}), false);
        assertThat(plain.from()).isZero();
        assertThat(plain.to()).isGreaterThanOrEqualTo(17);
        Plot.Axis log = Plot.Axis.over(List.of(new double[] {3, 1700}), true);
        assertThat(log.ticks()).containsExactly(1, 10, 100, 1000, 10000);
    }
}
