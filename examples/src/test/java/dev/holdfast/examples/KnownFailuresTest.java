package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/known-failures.md} names tests that exist, and every known failure. */
class KnownFailuresTest {
    private static final Pattern NAMED = Pattern.compile("`(\\w+Test)#(\\w+)`");

    @Test
    void everyTestThatThePageNamesExists() throws IOException {
        String page = Files.readString(DocsTest.ROOT.resolve("docs/known-failures.md"));
        Map<String, String> sources = sources();
        List<String> missing = new ArrayList<>();
        Matcher named = NAMED.matcher(page);
        int tests = 0;
        while (named.find()) {
            tests++;
            if (!has(sources, named.group(1), named.group(2))) {
                missing.add(named.group());
            }
        }

        assertThat(missing).isEmpty();
        assertThat(tests).isGreaterThan(60);
        for (int id = 1; id <= 32; id++) {
            assertThat(page).contains(String.format("**K%02d**", id));
        }
    }

    /** In the class itself, or in the kit that it extends. */
    private static boolean has(Map<String, String> sources, String type, String method) {
        String source = sources.get(type);
        if (source == null) {
            return false;
        }
        if (source.contains("void " + method + "(")) {
            return true;
        }
        Matcher inherits = Pattern.compile("class " + type + " extends (\\w+)").matcher(source);
        return inherits.find() && has(sources, inherits.group(1), method);
    }

    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        try (Stream<Path> files = Files.walk(DocsTest.ROOT)) {
            List<Path> java = files.filter(file -> file.toString().endsWith(".java")
                            && !file.toString().contains("/target/"))
                    .toList();
            for (Path file : java) {
                String name = file.getFileName().toString();
                // Several modules may have a test of the same name: any of them may be meant.
                sources.merge(name.substring(0, name.length() - 5), Files.readString(file), (a, b) -> a + b);
            }
        }
        return sources;
    }
}
