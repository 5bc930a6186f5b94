package dev.holdfast.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A table that somebody edits by hand is read, or refused with its lines; what is read classifies anything. */
class FailureRulesFuzzTest {
    private static final List<String> PIECES = List.of(
            "\t",
            "\t\t",
            "\n",
            "\r\n",
            "#",
            "*",
            "-",
            "+",
            ",",
            ";",
            "|",
            "=",
            "~",
            "none",
            "any",
            "like",
            "429",
            "999-100",
            "500-599",
            "4x9",
            "header.",
            "header.x=",
            "code=",
            "message~",
            "retry",
            "+retry,-retry",
            " ",
            "\u00e9",
            "\ud83d",
            "\u0000");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noMutationOfTheTableBreaksItsReader(long seed) throws IOException {
        String good = shipped();
        Random random = new Random(seed);
        int read = 0;
        for (int round = 0; round < 300; round++) {
            StringBuilder text = new StringBuilder(good);
            for (int change = random.nextInt(3); change >= 0; change--) {
                int at = random.nextInt(text.length());
                int to = Math.min(text.length(), at + random.nextInt(20));
                String piece = PIECES.get(random.nextInt(PIECES.size()));
                switch (random.nextInt(3)) {
                    case 0 -> text.delete(at, to);
                    case 1 -> text.insert(at, piece);
                    default -> text.replace(at, to, piece);
                }
            }
            FailureTable table;
            try {
                table = FailureTable.standard().toBuilder()
                        .rules(text.toString(), "mutated")
                        .build();
                read++;
            } catch (InvalidConfigurationException e) {
                assertThat(e.problems())
                        .isNotEmpty()
                        .allMatch(problem -> problem.path().startsWith("line "));
                continue;
            }
            assertThat(table.classify(anything(random))).isNotNull();
        }
        assertThat(read).as("some mutations are still tables").isGreaterThan(10);
    }

    private static ProviderFailure anything(Random random) {
        List<String> words =
                List.of("", "429", "rate_limit_error", "\ud83d", "prompt is too long", "insufficient_quota");
        return new ProviderFailure(
                List.of("", "openai", "ANTHROPIC", "nobody").get(random.nextInt(4)),
                List.of(0, -1, 200, 429, 500, 599, Integer.MAX_VALUE).get(random.nextInt(7)),
                words.get(random.nextInt(words.size())),
                words.get(random.nextInt(words.size())),
                words.get(random.nextInt(words.size())).repeat(1 + random.nextInt(2_000)),
                Map.of("x-should-retry", words.get(random.nextInt(words.size()))));
    }

    private static String shipped() throws IOException {
        try (InputStream in = FailureTable.class.getResourceAsStream("failures.tsv")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
