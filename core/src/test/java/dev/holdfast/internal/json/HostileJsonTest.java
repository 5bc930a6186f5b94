package dev.holdfast.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a model may send by accident or because somebody told it to: every text is read, or refused in words. */
class HostileJsonTest {
    record Numbers(int small, long large, BigInteger whole, BigDecimal exact, double real, float single) {}

    record Prices(Map<String, Integer> prices) {}

    record Name(int value) {}

    sealed interface Shape permits Circle, Square {}

    record Circle(double radius) implements Shape {}

    record Square(long side, Optional<Shape2> within) implements Shape {}

    record Shape2(@Nullable String name) {}

    enum Size {
        SMALL,
        LARGE
    }

    record Everything(
            Numbers numbers,
            List<List<String>> texts,
            Set<Size> sizes,
            Map<String, List<Shape>> shapes,
            Optional<UUID> id,
            @Nullable Instant at,
            Duration pause,
            boolean[] flags) {}

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e9999999999", "-1e9999999999", "0e9999999999", "1e2147483648", "1e-2147483648",
                "0.000e-2147483645", "1000e2147483647", "1e2147483647", "10e-2147483647", "1e-999999999"
            })
    void aNumberOfAnyExponentIsReadOrRefusedInWords(String number) {
        String json = "{\"small\":N,\"large\":N,\"whole\":N,\"exact\":N,\"real\":N,\"single\":N}".replace("N", number);

        assertThatThrownBy(() -> Binder.of(Numbers.class).read(json)).isInstanceOf(MisfitException.class);
        assertThatCode(() -> Json.canonical(json)).doesNotThrowAnyException();
        assertThatCode(() -> Json.isObject(json)).doesNotThrowAnyException();
    }

    @Test
    void theOutlineHoldsNoKeyOfAMap() { // the keys are as much the model's text as the values
        MisfitException misfit = catchThrowableOfType(
                MisfitException.class, () -> Binder.of(Prices.class).read("{\"prices\":{\"ann@example.com\":\"x\"}}"));

        assertThat(misfit.mistakes()).singleElement().asString().startsWith("$.prices.ann@example.com: ");
        assertThat(misfit.outline()).singleElement().asString().startsWith("$.prices.*: ");
        assertThat(misfit).hasMessageNotContaining("ann");
    }

    @Test
    void aMistakeNeverHoldsHalfACharacter() { // UTF-8 has no form for it: the request with the mistake could not be
        // sent
        for (int before = 50; before < 65; before++) {
            String json = "{\"value\":\"" + "x".repeat(before) + "\ud83d\ude00\ud83d\ude00\ud83d\ude00\"}";
            MisfitException misfit = catchThrowableOfType(
                    MisfitException.class, () -> Binder.of(Name.class).read(json));

            assertThat(misfit.mistakes()).allMatch(HostileJsonTest::isWhole);
        }
    }

    @Test
    void aMistakeIsShortHoweverLongTheNameIs() {
        String json = "{\"value\":1,\"" + "x".repeat(40_000) + "\":1}";
        MisfitException misfit = catchThrowableOfType(
                MisfitException.class, () -> Binder.of(Name.class).read(json));

        assertThat(misfit.mistakes()).allMatch(line -> line.length() < 500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":", "{\"numbers\":{\"small\":"})
    void nestingWithoutEndIsRefused(String step) {
        String json = step.repeat(50_000);

        assertThatThrownBy(() -> Binder.of(Everything.class).read(json)).isInstanceOf(MisfitException.class);
        assertThat(Json.isObject(json)).isFalse();
        assertThat(Json.canonical(json)).isEqualTo(json);
    }

    /** Cuts, doubles, swaps and replaces pieces of a good text: read or misfit, whatever comes, and no half character. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void noMutationOfATextBreaksTheBinder(long seed) {
        String good = """
                {"numbers":{"small":-7,"large":9223372036854775807,"whole":1e30,"exact":0.10,"real":1.5,"single":2},
                 "texts":[["a","\ud83d\ude00\\u00e9\\n"],[]],"sizes":["SMALL","LARGE"],
                 "shapes":{"k":[{"type":"Circle","radius":2.5},{"type":"Square","side":3,"within":{"name":null}}]},
                 "id":"123e4567-e89b-12d3-a456-426614174000","at":"2026-01-31T09:30:00Z","pause":"PT1M","flags":[true]}""";
        Binder<Everything> binder = Binder.of(Everything.class);
        assertThatCode(() -> binder.read(good)).doesNotThrowAnyException();
        String[] pieces = {
            "\"",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\\",
            "\\u",
            "\\ud83d",
            "null",
            "true",
            "NaN",
            "1e999999999",
            "-0",
            "1e99999999999",
            "\u0000",
            "\ud83d",
            "\ude00",
            "\ufeff",
            "//",
            "\"type\"",
            "\"small\":1",
            "P-1DT",
            "9".repeat(40)
        };
        Random random = new Random(seed);
        for (int round = 0; round < 1_500; round++) {
            StringBuilder text = new StringBuilder(good);
            for (int change = random.nextInt(4); change >= 0; change--) {
                int at = random.nextInt(text.length());
                int to = Math.min(text.length(), at + random.nextInt(12));
                switch (random.nextInt(4)) {
                    case 0 -> text.delete(at, to);
                    case 1 -> text.insert(at, pieces[random.nextInt(pieces.length)]);
                    case 2 -> text.replace(at, to, pieces[random.nextInt(pieces.length)]);
                    default -> text.insert(random.nextInt(text.length()), text.substring(at, to));
                }
            }
            String json = text.toString();
            try {
                Everything read = binder.read(json);
                assertThat(read).isNotNull();
            } catch (MisfitException e) {
                assertThat(e.mistakes()).as(json).isNotEmpty().hasSameSizeAs(e.outline());
                assertThat(!isWhole(json) || e.mistakes().stream().allMatch(HostileJsonTest::isWhole))
                        .as(json)
                        .isTrue();
            }
            String canonical = Json.canonical(json);
            assertThat(Json.canonical(canonical.replace(",}", "}").replace(",]", "]")))
                    .as(json)
                    .isNotNull();
        }
    }

    private static boolean isWhole(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
