package dev.holdfast.benchmarks.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.benchmarks.CannotRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A folder of recorded exchanges, one JSON object a line; read as a stream, since such files grow large. */
final class WireFolder {
    static final String OPENAI = "openai-chat.jsonl";
    static final String ANTHROPIC = "anthropic-messages.jsonl";
    static final String ERRORS = "errors.jsonl";
    static final String CLASSES = "error-classification.tsv";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final List<String> unreadable = new ArrayList<>();

    private WireFolder(Path folder) {
        this.folder = folder;
    }

    /** Opens the folder itself or its {@code wire} subfolder, whichever holds exchanges. */
    static WireFolder open(Path given) throws CannotRun {
        for (Path folder : List.of(given, given.resolve("wire"))) {
            for (String file : List.of(OPENAI, ANTHROPIC, ERRORS)) {
                if (Files.isRegularFile(folder.resolve(file))) {
                    return new WireFolder(folder);
                }
            }
        }
        throw new CannotRun("'" + given + "' holds none of " + String.join(", ", OPENAI, ANTHROPIC, ERRORS)
                + " (nor does a folder 'wire' in it)");
    }

    /** Passes each exchange on. A line that cannot be read is kept for the report and does not stop the rest. */
    void read(String file, Consumer<Exchange> consumer) throws CannotRun {
        Path path = folder.resolve(file);
        if (!Files.exists(path)) {
            return;
        }
        long number = 0;
        try (BufferedReader lines = new BufferedReader(new java.io.InputStreamReader(
                Files.newInputStream(path),
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPLACE)
                        .onUnmappableCharacter(CodingErrorAction.REPLACE)))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                Exchange exchange;
                try {
                    exchange = Exchange.of(JSON.readTree(line), file);
                } catch (JsonProcessingException e) {
                    unreadable.add(file + " line " + number + ": " + e.getOriginalMessage());
                    continue;
                } catch (Exchange.BadLine e) {
                    unreadable.add(file + " line " + number + ": " + e.getMessage());
                    continue;
                }
                consumer.accept(exchange);
            }
        } catch (IOException e) {
            throw new CannotRun("cannot read " + path + ": " + e);
        }
    }

    /** The table of error classes, where there is one. */
    Optional<ErrorTable> classes() throws CannotRun {
        Path path = folder.resolve(CLASSES);
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        try {
            return Optional.of(ErrorTable.read(Files.readAllLines(path, StandardCharsets.UTF_8)));
        } catch (IOException | IllegalArgumentException e) {
            throw new CannotRun("cannot read " + path + ": " + e.getMessage());
        }
    }

    /** What could not be read, and why. */
    List<String> unreadable() {
        return List.copyOf(unreadable);
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
