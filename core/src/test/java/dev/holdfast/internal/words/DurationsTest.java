package dev.holdfast.internal.words;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({
        ", missing",
        "PT-1S, negative",
        "PT0S, 0 s",
        "PT0.0000001S, 100 ns",
        "PT0.25S, 250 ms",
        "PT1.5S, 1 s 500 ms",
        "PT1M30S, 1 min 30 s",
        "PT1H0.001S, 1 h 1 ms",
        "P2D, 48 h",
        "PT9223372036854775807.999999999S, 2562047788015215 h 30 min 7 s 999 ms 999999 ns"
    })
    void saysWhatWasSetWithNothingLeftOut(@Nullable Duration set, String words) {
        assertThat(Durations.exactly(set)).isEqualTo(words);
    }
}
