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
    /** Indexes from one and without, an id that changes under one index, a reason to stop that is a number. */
    private static final String ODD_CALLS = MadeUp.stream(
            "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]}}]}",
            "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":\"b\",\"function\":{\"arguments\":\"}\"}}]}}]}",
            "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"g\",\"arguments\":\"\"}}]}}]}",
            "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"id\":null,\"function\":{\"arguments\":\"{}\"}}]}}]}",
            "{\"choices\":[{\"delta\":{},\"finish_reason\":7}]}");

    private static final String MESSAGES = MadeUp.events(
            "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}",
            "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}}}",
            "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}}",
            "{\"type\":\"content_block_stop\",\"index\":0}",
            "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":{\"output_tokens\":9}}",
            "{\"type\":\"message_stop\"}");

    @Test
    @Timeout(30)
    void runsOnAnyFolderInTheFormat(@TempDir Path folder) throws Exception {
        ObjectNode refused =
                MadeUp.line("e", "{\"error\":{\"code\":\"bad_key\"}}").put("status", 401);
        Files.writeString(
                folder.resolve(WireFolder.OPENAI),
                MadeUp.line("a", "{\"choices\":[{\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}") + "\n"
                        + MadeUp.line("b", MadeUp.stream("{\"choices\":[]}")) + "\n"
                        + "{\"id\":\"c\"}\nno line\n"
                        + MadeUp.line("d", ODD_CALLS).put("provider", "").put("streaming", true) + "\n");
        Files.writeString(folder.resolve(WireFolder.ANTHROPIC), MadeUp.messagesLine("m", MESSAGES) + "\n");
        Files.writeString(folder.resolve(WireFolder.ERRORS), refused + "\n");
        Files.writeString(
                folder.resolve(WireFolder.CLASSES),
                "provider\tstatus\tmatch\tclass\nopenai\t401\tcode=bad_key\tescalate\n");

        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream printer = new PrintStream(out, true, StandardCharsets.UTF_8);
        Report report = new Report("wire", printer, printer, folder);
        new WireBenchmark()
                .run(Arguments.parse(List.of("--data", folder.toString(), "--mutate", "--rounds=2")), report);
        assertThat(report.missed()).isEmpty();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("ends as CUT: b")
                .contains("escalate ← row 2")
                .contains("5 exchanges over HTTP")
                .contains("openai-chat.jsonl line 3: c has status", "openai-chat.jsonl line 4: Unrecognized token")
                .containsPattern("calls +1/1 +2/2")
                .containsPattern("cut_within +1/1 +1/1")
                .containsPattern("classified +1/1");
    }
}
