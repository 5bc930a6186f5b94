package dev.holdfast.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.chat.ProviderLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitHeadersTest {
    private static final Instant NOW = Instant.parse("2026-03-10T22:26:00Z");

    @ParameterizedTest
    @CsvSource({
        "17ms, PT0.017S",
        "6m0s, PT6M",
        "224.999999ms, PT0.224999999S",
        "1m26.4s, PT1M26.4S",
        "1h29m16.8s, PT1H29M16.8S",
        "2d1h, PT49H",
        "48s, PT48S",
        "0s, PT0S",
        "0, PT0S",
        "60, PT60S",
        "24482.894107818604, PT6H48M2.894107818S",
        "1773181569000, PT9S",
        "1773181569, PT9S",
        "1600000000000, PT0S",
        "2026-03-10T22:26:48Z, PT48S",
        "2026-03-10T23:26:48.5+01:00, PT48.5S",
        "2026-03-10T22:20:00Z, PT0S"
    })
    void readsEveryFormOfAReset(String text, Duration expected) {
        assertThat(LimitHeaders.reset(text, NOW)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-1",
                "soon",
                "5x",
                "1e9",
                "1..2",
                "1.2.3s",
                "9999999999999999999999",
                "2026-99-99T00:00:00Z",
                "s",
                "999999999999999d",
                "999999999999999h999999999999999h999999999999999h"
            })
    void whatCannotBeReadSaysNothing(String text) {
        assertThat(LimitHeaders.reset(text, NOW)).isNull();
    }

    @Test
    void readsTheNamesOfAllProviders() {
        ProviderLimits limits = LimitHeaders.limits(
                Map.ofEntries(
                        Map.entry("x-ratelimit-limit-tokens", "150000"),
                        Map.entry("x-ratelimit-remaining-tokens", "149984"),
                        Map.entry("x-ratelimit-reset-tokens", "6ms"),
                        Map.entry("x-ratelimit-remaining-tokens-minute", "12"),
                        Map.entry("x-ratelimit-limit", "2"),
                        Map.entry("x-ratelimit-reset", "2"),
                        Map.entry("anthropic-ratelimit-input-tokens-limit", "30000"),
                        Map.entry("anthropic-ratelimit-input-tokens-reset", "2026-03-10T22:26:48Z"),
                        Map.entry("x-ratelimit-renewalperiod-tokens", "60"),
                        Map.entry("content-type", "text/plain")),
                NOW);

        assertThat(limits.windows()).containsOnlyKeys("tokens", "tokens-minute", "requests", "input-tokens");
        assertThat(limits.windows().get("tokens"))
                .isEqualTo(new ProviderLimits.Window(
                        OptionalLong.of(150_000), OptionalLong.of(149_984), Duration.ofMillis(6)));
        assertThat(limits.windows().get("requests").reset()).isEqualTo(Duration.ofSeconds(2));
        assertThat(limits.windows().get("input-tokens"))
                .isEqualTo(new ProviderLimits.Window(
                        OptionalLong.of(30_000), OptionalLong.empty(), Duration.ofSeconds(48)));
    }

    @Test
    void aLimitOfMinusOneIsNone() {
        assertThat(LimitHeaders.limits(
                        Map.of("x-ratelimit-limit-tokens", "-1", "x-ratelimit-remaining-tokens", "-1"), NOW))
                .isSameAs(ProviderLimits.none());
    }

    @ParameterizedTest
    @CsvSource({
        "retry-after-ms, 1500, PT1.5S",
        "retry-after-ms, 0.5, PT0.0005S",
        "retry-after, 20, PT20S",
        "retry-after, 1.5, PT1.5S",
        "retry-after, 'Tue, 10 Mar 2026 22:26:30 GMT', PT30S",
        "retry-after-ms, 0, ",
        "retry-after, 0, ",
        "retry-after, -3, ",
        "retry-after, 'Tue, 10 Mar 2026 22:00:00 GMT', ",
        "retry-after, tomorrow, "
    })
    void readsEveryFormOfAWait(String name, String value, Duration expected) {
        assertThat(LimitHeaders.retryAfter(Map.of(name, value), ProviderLimits.none(), NOW))
                .isEqualTo(expected);
    }

    @Test
    void theFinerWaitGoesFirstAndZeroGivesWay() {
        assertThat(wait(Map.of("retry-after-ms", "300", "retry-after", "1"))).isEqualTo(Duration.ofMillis(300));
        assertThat(wait(Map.of("retry-after-ms", "0", "retry-after", "1"))).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aLimitThatIsUsedUpTellsTheWaitWhereNothingElseDoes() {
        assertThat(wait(Map.of(
                        "x-ratelimit-remaining-requests", "0",
                        "x-ratelimit-reset-requests", "3s",
                        "x-ratelimit-remaining-tokens", "5",
                        "x-ratelimit-reset-tokens", "9s")))
                .isEqualTo(Duration.ofSeconds(3));
    }

    private static Duration wait(Map<String, String> headers) {
        return LimitHeaders.retryAfter(headers, LimitHeaders.limits(headers, NOW), NOW);
    }
}
