package dev.holdfast.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.benchmarks.Arguments;
import dev.holdfast.benchmarks.Report;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class WireBenchmarkTest {
    @Test
    @Timeout(30)
    void runsOnAnyFolderInTheFormat(@TempDir Path folder) throws Exception {
        ObjectNode refused =
                MadeUp.line("e", "{\"error\":{\"code\":\"bad_key\"}}").put("status", 401);
        Files.writeString(
                folder.resolve(WireFolder.OPENAI),
                MadeUp.line("a", "{\"choices\":[{\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}") + "\n"
                        + MadeUp.line("b", MadeUp.stream("{\"choices\":[]}")) + "\n");
        Files.writeString(folder.resolve(WireFolder.ERRORS), refused + "\n");
        Files.writeString(
                folder.resolve(WireFolder.CLASSES),
                "provider\tstatus\tmatch\tclass\nopenai\t401\tcode=bad_key\tescalate\n");

        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream printer = new PrintStream(out, true, StandardCharsets.UTF_8);
        Report report = new Report("wire", printer, printer, folder);
        new WireBenchmark().run(Arguments.parse(List.of("--data", folder.toString())), report);
        assertThat(report.missed()).isEmpty();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("ends as CUT: b")
                .contains("escalate ← row 2")
                .contains("3 exchanges over HTTP");
    }
}
