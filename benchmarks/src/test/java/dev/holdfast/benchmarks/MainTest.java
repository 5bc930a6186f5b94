package dev.holdfast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private interface Body {
        void run(Arguments arguments, Report report) throws Exception;
    }

    private int run(Body body, String... words) {
        Benchmark benchmark = new Benchmark() {
            @Override
            public String name() {
                return "sample";
            }

            @Override
            public String line() {
                return "a sample";
            }

            @Override
            public String help() {
                return "  --data DIR  anything";
            }

            @Override
            public void run(Arguments arguments, Report report) throws Exception {
                body.run(arguments, report);
            }
        };
        Main main = new Main(
                List.of(benchmark), ReportTest.printer(out), ReportTest.printer(err), Path.of("target/reports"));
        return main.run(List.of(words));
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String complained() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aloneListsTheNames() {
        assertThat(run((arguments, report) -> {})).isZero();
        assertThat(printed()).contains("  sample  a sample");
    }

    @Test
    void helpSaysWhatItTakes() {
        assertThat(run((arguments, report) -> report.line("ran"), "sample", "--help"))
                .isZero();
        assertThat(printed()).contains("--data DIR").doesNotContain("ran");
    }

    @Test
    void aMissedGoalIsNoFailureToRun() {
        int status = run((arguments, report) -> report.figure("x", 2, "").atMost("x", 1), "sample");
        assertThat(status).isZero();
        assertThat(printed().strip()).endsWith("\"missed\":[\"x\"]}");
    }

    @Test
    void missingDataIsExplained() {
        int status = run((arguments, report) -> arguments.folder("data", "recorded exchanges"), "sample");
        assertThat(status).isEqualTo(2);
        assertThat(complained()).contains("--data DIR is missing: recorded exchanges");
        assertThat(printed()).doesNotContain("{");
    }

    @Test
    void aFolderThatIsNoneIsNamed() {
        int status = run((arguments, report) -> arguments.folder("data", "x"), "sample", "--data", "/no/such/folder");
        assertThat(status).isEqualTo(2);
        assertThat(complained()).contains("/no/such/folder").contains("not a folder");
    }

    @Test
    void unknownNamesAndOptionsAreRefused() {
        assertThat(run((arguments, report) -> {}, "other")).isEqualTo(2);
        assertThat(complained()).contains("'other'").contains("sample");
        assertThat(run((arguments, report) -> arguments.refuseOthers(), "sample", "--dta", "x"))
                .isEqualTo(2);
        assertThat(complained()).contains("--dta");
        assertThat(run((arguments, report) -> {}, "sample", "stray")).isEqualTo(2);
        assertThat(complained()).contains("'stray'");
    }

    @Test
    void optionsComeInTwoSpellings() {
        int status = run(
                (arguments, report) -> {
                    assertThat(arguments.number("seed", 1)).isEqualTo(7);
                    assertThat(arguments.value("data")).contains("a b");
                    assertThat(arguments.has("list")).isTrue();
                    arguments.refuseOthers();
                },
                "sample",
                "--seed=7",
                "--data",
                "a b",
                "--list");
        assertThat(status).isZero();
    }

    @Test
    void whateverElseBreaksIsToldAsWell() {
        int status = run(
                (arguments, report) -> {
                    throw new IllegalStateException("broke");
                },
                "sample");
        assertThat(status).isEqualTo(2);
        assertThat(complained()).contains("broke");
    }
}
