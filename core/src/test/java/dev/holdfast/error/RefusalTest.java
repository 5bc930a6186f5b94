package dev.holdfast.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusalTest {

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0 s",
        "PT0.0000001S, 1 ms",
        "PT0.25S, 250 ms",
        "PT1S, 1 s",
        "PT1.2S, 2 s",
        "PT59.5S, 1 min",
        "PT9M33.393S, 9 min 34 s",
        "PT1H, 1 h",
        "PT1H0.5S, 1 h 1 min",
        "P1D, 24 h",
        "PT-1.5S, 0 s",
        "PT9223372036854775807.999999999S, 2562047788015215 h 31 min"
    })
    void saysHowLongToWaitInWordsForPeople(Duration wait, String words) {
        Refusal refusal = Refusal.of(Refusal.Kind.BUDGET, "budget", "the budget is used up")
                .retryAfter(wait);

        assertThat(refusal).hasToString("the budget is used up [rule: budget; try again in " + words + "]");
    }

    @Test
    void saysHowMuchInTheUnitOfTheLimit() {
        Refusal refusal = Refusal.of(Refusal.Kind.BUDGET, "budget", "the budget is used up")
                .quantity(5_107, 1_597, 6_000, "tokens");

        assertThat(refusal)
                .hasToString("the budget is used up"
                        + " [rule: budget; used 5107, requested at least 1597, limit 6000 tokens]");
        assertThat(Refusal.of(Refusal.Kind.RATE_LIMIT, "rate", "too fast").quantity(7, 1, 7, "requests"))
                .hasToString("too fast [rule: rate; used 7, requested 1, limit 7 requests]");
    }

    @Test
    void saysApartWhatIsUsedAndWhatRunningCallsHold() {
        Refusal refusal = Refusal.of(Refusal.Kind.BUDGET, "budget", "too much is reserved")
                .quantity(new Refusal.Quantity(500, 1_500_000_000, 282, 2_000_000_000, "nano-dollars"));

        assertThat(refusal)
                .hasToString("too much is reserved [rule: budget; used $0.0000005, reserved $1.50 by calls that are"
                        + " running, requested at least $0.000000282, limit $2.00]");
    }

    @Test
    void saysMoneyInDollars() {
        Refusal refusal = Refusal.of(Refusal.Kind.BUDGET, "budget", "the budget is used up")
                .quantity(990_001_500, 2_737_500, 1_000_000_000, "nano-dollars");

        assertThat(refusal)
                .hasToString("the budget is used up"
                        + " [rule: budget; used $0.9900015, requested at least $0.0027375, limit $1.00]");
    }
}
