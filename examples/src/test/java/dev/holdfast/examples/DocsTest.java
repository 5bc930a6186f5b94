package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every piece of Java in the documentation stands in a test that compiles and runs. A block in a page follows a comment
 * {@code <!-- snippet: name -->}, and the same lines stand between {@code // snippet: name} and {@code // end} in a test
 * of this module.
 */
class DocsTest {
    static final Path ROOT = root();

    @Test
    void everyJavaBlockIsASnippetOfATest() throws IOException {
        Map<String, String> snippets = snippets();
        List<String> wrong = new ArrayList<>();
        int blocks = 0;
        for (Path page : pages()) {
            List<String> lines = Files.readAllLines(page);
            for (int i = 0; i < lines.size(); i++) {
                if (!lines.get(i).strip().equals("```java")) {
                    continue;
                }
                blocks++;
                String marker = i == 0 ? "" : lines.get(i - 1).strip();
                String name = marker.startsWith("<!-- snippet: ")
                        ? marker.substring("<!-- snippet: ".length(), marker.indexOf(" -->"))
                        : "";
                int end = i + 1;
                while (!lines.get(end).strip().equals("```")) {
                    end++;
                }
                String block = String.join("\n", lines.subList(i + 1, end)).strip();
                if (!block.equals(snippets.get(name))) {
                    wrong.add(ROOT.relativize(page) + ":" + (i + 1) + " is not the snippet '" + name + "'");
                }
            }
        }

        assertThat(wrong).isEmpty();
        assertThat(blocks).as("blocks of Java in the documentation").isPositive();
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(ROOT.resolve("README.md")),
                            docs.filter(page -> page.toString().endsWith(".md")))
                    .toList();
        }
    }

    private static Map<String, String> snippets() throws IOException {
        Map<String, String> found = new LinkedHashMap<>();
        List<Path> tests;
        try (Stream<Path> files = Files.walk(ROOT.resolve("examples/src/test/java"))) {
            tests = files.filter(file -> file.toString().endsWith(".java")).toList();
        }
        for (Path test : tests) {
            List<String> lines = Files.readAllLines(test);
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i).strip();
                if (line.startsWith("// snippet: ")) {
                    int end = i + 1;
                    while (!lines.get(end).strip().equals("// end")) {
                        end++;
                    }
                    found.put(line.substring("// snippet: ".length()), unindented(lines.subList(i + 1, end)));
                }
            }
        }
        return found;
    }

    private static String unindented(List<String> lines) {
        int indent = lines.stream()
                .filter(line -> !line.isBlank())
                .mapToInt(line -> line.length() - line.stripLeading().length())
                .min()
                .orElse(0);
        return lines.stream()
                .map(line -> line.isBlank() ? "" : line.substring(indent))
                .collect(Collectors.joining("\n"))
                .strip();
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("CHANGELOG.md"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
