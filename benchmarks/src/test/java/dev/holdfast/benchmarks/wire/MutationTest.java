package dev.holdfast.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MutationTest {
    private static final String CHAT = MadeUp.stream(
            "{\"id\":\"x\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\",\"reasoning\":\"b\"}}]}",
            "{\"id\":\"x\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}",
            "{\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"cost\":0.00000100}}",
            "[DONE]");

    private static String mutated(String body, long seed) {
        return new String(new Mutation(new Random(seed), false).of(body), StandardCharsets.UTF_8);
    }

    @Test
    void otherBytesMeanTheSame() {
        Set<String> bodies = new HashSet<>();
        for (int seed = 0; seed < 50; seed++) {
            String other = mutated(CHAT, seed);
            bodies.add(other);
            assertThat(ChatOracle.decode(other)).isEqualTo(ChatOracle.decode(CHAT));
        }
        assertThat(bodies).hasSizeGreaterThan(40);
        assertThat(bodies).anyMatch(body -> body.contains("x_unknown")).anyMatch(body -> body.contains("\r\n"));
    }

    @Test
    void confusionKeepsTheFormOfAStream() {
        Set<String> bodies = new HashSet<>();
        for (int seed = 0; seed < 50; seed++) {
            String other = new String(new Mutation(new Random(seed), false).confused(CHAT), StandardCharsets.UTF_8);
            bodies.add(other);
            assertThat(other.lines().filter(line -> line.startsWith("data: "))).hasSize(4);
        }
        assertThat(bodies).hasSizeGreaterThan(20);
    }

    @Test
    void aSeedAlwaysMakesTheSame() {
        assertThat(mutated(CHAT, 7)).isEqualTo(mutated(CHAT, 7));
    }
}
