package dev.holdfast.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.benchmarks.CannotRun;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WireFolderTest {
    @TempDir
    private Path folder;

    private List<Exchange> read(WireFolder wire) throws CannotRun {
        List<Exchange> exchanges = new ArrayList<>();
        wire.read(WireFolder.OPENAI, exchanges::add);
        return exchanges;
    }

    private void write(Path where, String... lines) throws Exception {
        Files.createDirectories(where);
        Files.writeString(where.resolve(WireFolder.OPENAI), String.join("\n", lines) + "\n");
    }

    @Test
    void readsTheFolderOrTheOneInIt() throws Exception {
        write(folder.resolve("wire"), MadeUp.line("a", "{}").toString());
        assertThat(read(WireFolder.open(folder))).extracting(Exchange::toString).containsExactly("a");
        assertThat(read(WireFolder.open(folder.resolve("wire")))).hasSize(1);
    }

    @Test
    void aFolderWithoutExchangesIsRefused() {
        assertThatThrownBy(() -> WireFolder.open(folder))
                .isInstanceOf(CannotRun.class)
                .hasMessageContaining(WireFolder.ERRORS);
    }

    @Test
    void badLinesAreToldAndTheRestIsRead() throws Exception {
        ObjectNode noBody = MadeUp.line("b", "{}");
        noBody.remove("response_body");
        ObjectNode further = MadeUp.line("c", "{}").put("a_field_of_tomorrow", 1);
        write(folder, "{ not json", noBody.toString(), "", "[1]", further.toString());
        WireFolder wire = WireFolder.open(folder);
        assertThat(read(wire)).extracting(Exchange::toString).containsExactly("c");
        assertThat(wire.unreadable())
                .hasSize(3)
                .anySatisfy(why -> assertThat(why).contains("line 1"))
                .anySatisfy(why -> assertThat(why).contains("b has no response_body"))
                .anySatisfy(why -> assertThat(why).contains("line 4"));
    }

    @Test
    void bodiesMayBeBase64() throws Exception {
        String text = "data: ü\r\n\r\n";
        ObjectNode line = MadeUp.line("a", Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
        write(folder, line.put("response_encoding", "base64").toString());
        assertThat(read(WireFolder.open(folder)).get(0).bodyText()).isEqualTo(text);
    }

    @Test
    void chunkLengthsCountOnlyWhenTheyFitTheBody() {
        ObjectNode line = MadeUp.line("a", "aü");
        line.putArray("chunk_lengths").add(2).add(1);
        assertThat(MadeUp.exchange(line).chunkLengths()).containsExactly(2, 1);
        line.putArray("chunk_lengths").add(2).add(2);
        assertThat(MadeUp.exchange(line).chunkLengths()).isNull();
    }
}
