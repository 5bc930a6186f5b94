package dev.holdfast.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CutPlanTest {
    private static final String CHAT = ": hello\n\n"
            + MadeUp.stream(
                    "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}",
                    "{\"choices\":[{\"delta\":{\"content\":\"ü}\"}}]}",
                    "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}",
                    "{\"choices\":[],\"usage\":{}}",
                    "[DONE]");

    private static Decoded.End endOf(String body, int length) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return ChatOracle.decode(new String(Arrays.copyOf(bytes, length), StandardCharsets.UTF_8))
                .end();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void noPlaceLeavesAWholeAnswer(String lineEnd) {
        String body = CHAT.replace("\n", lineEnd);
        CutPlan plan = CutPlan.of(body.getBytes(StandardCharsets.UTF_8), false);
        assertThat(plan.hasPlaces()).isTrue();
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            int between = plan.between(random);
            assertThat(plan.wholeWithin(between)).isEqualTo(between);
            assertThat(endOf(body, between)).isEqualTo(Decoded.End.CUT);
            int within = plan.within(random);
            assertThat(plan.wholeWithin(within)).isLessThanOrEqualTo(within);
            assertThat(endOf(body, within)).isEqualTo(Decoded.End.CUT);
            assertThat(endOf(body, plan.anywhereInside(random))).isNotEqualTo(Decoded.End.COMPLETE);
            assertThat(plan.anywhere(random)).isLessThan(body.indexOf("usage"));
        }
    }

    @Test
    void whatIsOverWithItsFirstEventHasNoPlace() {
        byte[] body = MadeUp.stream("[DONE]").getBytes(StandardCharsets.UTF_8);
        assertThat(CutPlan.of(body, false).hasPlaces()).isFalse();
    }
}
