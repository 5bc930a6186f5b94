package dev.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.JsonSchema;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.ToolSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ComplexityTest {
    private static final String HARD = """
            Refactor the following method without changing its signature. It must run in O(n log n), and every step has
            to be explained. Prove that 2^n > n^2 for n >= 5, compare both variants, and say why the first is slower.

            ```java
            int sum(int[] values) {
                int total = 0;
                for (int i = 0; i < values.length; i++) {
                    for (int j = 0; j < i; j++) { total += values[j] * values[i]; }
                }
                return total;
            }
            ```
            Which invariants hold? What is the worst case? Is 17 + 4 * 3 = 29?
            """;

    private final Scorer rules = Complexity.rules();

    @Test
    void tellsAHelloFromAPageOfRequirements() {
        double hello = value("Hello!");
        double order = value("Where is my order 1234?");
        double hard = value(HARD);

        assertThat(hello).isLessThan(0.05);
        assertThat(order).isGreaterThan(hello).isLessThan(0.3);
        assertThat(hard).isGreaterThan(0.5);
    }

    @Test
    void aShortHardQuestionLooksEasyToIt() {
        assertThat(value("Is every even number above two the sum of two primes?"))
                .as("what the documentation owns up to")
                .isLessThan(0.3);
    }

    @Test
    void moreNeverScoresLess() {
        String[] pieces = {
            "hello",
            "must",
            "1234",
            "x = y + 2",
            "```\ncode();\n```",
            "why?",
            "\u2211\u222b",
            "{ }",
            "\u5fc5\u9808",
            "`a`",
        };
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            double before = 0;
            for (int i = 0; i < 30; i++) {
                text.append(pieces[random.nextInt(pieces.length)]).append(' ');
                double now = value(text.toString());
                assertThat(now).as("seed %d: %s", seed, text).isBetween(before, 1.0);
                before = now;
            }
        }
    }

    @Test
    void toolsAndTurnsCount() {
        ChatRequest plain = ChatRequest.of("go on");
        List<ToolSpec> tools = new ArrayList<>();
        List<Message> talk = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            tools.add(new ToolSpec("tool_" + i, "does something", JsonSchema.emptyObject()));
            talk.add(Message.user("go on"));
            talk.add(Message.assistant("on and on"));
        }
        talk.add(Message.user("go on"));

        double alone = score(plain).value();
        assertThat(score(plain.toBuilder().tools(tools).build()).value()).isGreaterThan(alone);
        assertThat(score(ChatRequest.of(talk)).value()).isGreaterThan(alone);
    }

    @Test
    void looksAtTheLastThingThatTheUserSaid() {
        ChatRequest after = ChatRequest.of(
                List.of(Message.user(HARD), Message.assistant("Done: " + HARD), Message.user("Thanks!")));

        assertThat(score(after).value()).isLessThan(0.05);
    }

    @Test
    void theSignalsAddUpToTheScoreAndSayWhatWasSeen() {
        Score score = score(ChatRequest.of("Why must 12 + 3 be 15? ```x``` ```` {"));

        assertThat(score.signals())
                .extracting(Score.Signal::name, Score.Signal::amount)
                .containsExactly(
                        tuple("length", 37.0),
                        tuple("code", 3 * 6 + 1.0),
                        tuple("maths", 6.0),
                        tuple("questions", 1.0),
                        tuple("constraints", 2.0));
        double sum = 0;
        for (Score.Signal signal : score.signals()) {
            sum += signal.share();
        }
        assertThat(score.value()).isCloseTo(sum, within(1e-9));
    }

    @Test
    void wordsCountWholeAndInAnyCase() {
        assertThat(constraints("MUST Must must")).isEqualTo(3);
        assertThat(constraints("mustard musty humus t must")).isEqualTo(1);
    }

    private double constraints(String text) {
        for (Score.Signal signal : score(ChatRequest.of(text)).signals()) {
            if (signal.name().equals("constraints")) {
                return signal.amount();
            }
        }
        return 0;
    }

    @Test
    void aHugeMessageIsNotReadToItsEnd() {
        Score score = score(ChatRequest.of("a ".repeat(5_000) + "must ".repeat(100_000)));

        assertThat(score.signals()).extracting(Score.Signal::name).containsExactly("length");
    }

    @Test
    void nothingAskedIsNothingHard() {
        assertThat(score(ChatRequest.empty()).value()).isZero();
        assertThat(score(ChatRequest.empty()).signals()).isEmpty();
    }

    private double value(String text) {
        return score(ChatRequest.of(text)).value();
    }

    private Score score(ChatRequest request) {
        return rules.score(new ChatCall(request, Calls.CONTEXT));
    }
}
