package dev.holdfast.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class UsageTest {
    private static final Usage MIXED = Usage.builder()
            .add(TokenClass.INPUT, 1)
            .add(TokenClass.CACHED_INPUT, 2)
            .add(TokenClass.CACHE_WRITE, 4)
            .add(TokenClass.CACHE_WRITE_1H, 8)
            .add(TokenClass.AUDIO_INPUT, 16)
            .add(TokenClass.OUTPUT, 32)
            .add(TokenClass.REASONING, 64)
            .add(TokenClass.AUDIO_OUTPUT, 128)
            .build();

    @Test
    void countsEveryClassOnceAndOnItsSide() { // K08: tokens counted in two classes are paid twice
        assertThat(MIXED.input()).isEqualTo(31);
        assertThat(MIXED.output()).isEqualTo(224);
        assertThat(MIXED.total()).isEqualTo(255);
        assertThat(MIXED.tokens(TokenClass.CACHED_INPUT)).isEqualTo(2);
    }

    @Test
    void addsClassByClass() {
        Usage sum = MIXED.plus(MIXED);

        for (TokenClass tokenClass : TokenClass.values()) {
            assertThat(sum.tokens(tokenClass)).isEqualTo(2 * MIXED.tokens(tokenClass));
        }
        assertThat(Usage.none().plus(MIXED)).isEqualTo(MIXED);
        assertThat(MIXED.plus(Usage.none())).isEqualTo(MIXED);
    }

    @Test
    void aSumBeyondAllNumbersIsTheLargestAndNotNegative() {
        Usage most = Usage.of(Long.MAX_VALUE, Long.MAX_VALUE);

        assertThat(most.total()).isEqualTo(Long.MAX_VALUE);
        assertThat(most.plus(most).input()).isEqualTo(Long.MAX_VALUE);
        assertThat(Usage.builder()
                        .add(TokenClass.INPUT, Long.MAX_VALUE)
                        .add(TokenClass.INPUT, 1)
                        .build()
                        .input())
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aSumOfStatedCostsBeyondAllMoneyIsTheMost() {
        Usage dear = Usage.builder().statedCost(new Money(Long.MAX_VALUE - 1)).build();

        assertThat(dear.plus(dear).statedCost()).contains(new Money(Long.MAX_VALUE));
    }

    @Test
    void aSumWithAnUnknownPartIsUnknown() {
        Usage sum = Usage.of(10, 1).plus(Usage.unknown());

        assertThat(sum.isKnown()).isFalse();
        assertThat(sum.total()).isEqualTo(11);
        assertThat(Usage.unknown().plus(Usage.of(10, 1))).isEqualTo(sum);
        assertThat(Usage.none().plus(Usage.unknown())).isEqualTo(Usage.unknown());
        assertThat(Usage.unknown()).isNotEqualTo(Usage.none());
    }

    @Test
    void aSumWithAnEstimateIsAnEstimate() {
        Usage estimate = Usage.builder().add(TokenClass.INPUT, 5).estimated().build();

        assertThat(Usage.of(1, 1).plus(estimate).isEstimated()).isTrue();
        assertThat(Usage.of(1, 1).plus(Usage.of(1, 1)).isEstimated()).isFalse();
    }

    @Test
    void aStatedCostIsStatedForTheWholeOrNotAtAll() {
        Usage stated = Usage.builder()
                .add(TokenClass.INPUT, 5)
                .statedCost(new Money(3))
                .build();

        assertThat(stated.plus(stated).statedCost()).contains(new Money(6));
        assertThat(stated.plus(Usage.of(1, 1)).statedCost()).isEmpty();
        assertThat(stated.plus(Usage.none()).statedCost()).contains(new Money(3));
    }

    @Test
    void addsUpWhatIsChargedBesidesTokens() {
        Usage searched =
                Usage.builder().add(TokenClass.INPUT, 5).addExtra("search", 2).build();
        Usage fetched = Usage.builder()
                .addExtra("search", 1)
                .addExtra("fetch", 4)
                .addExtra("nothing", 0)
                .build();

        assertThat(searched.plus(fetched).extras()).containsExactly(Map.entry("fetch", 4L), Map.entry("search", 3L));
        assertThat(searched.plus(Usage.of(1, 1)).extras()).containsExactly(Map.entry("search", 2L));
        assertThat(Usage.of(1, 1).plus(searched).extras()).containsExactly(Map.entry("search", 2L));
        assertThat(searched).isNotEqualTo(Usage.of(5, 0));
        assertThat(searched.total()).as("tokens").isEqualTo(5);
        assertThat(searched).hasToString("5 input, 2 search");
        assertThatThrownBy(() -> searched.extras().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> Usage.builder().addExtra("search", -1)).hasMessageContaining("usage.search");
    }

    @Test
    void aSumOfTwoTiersIsOfNeither() {
        Usage fast = Usage.builder().add(TokenClass.INPUT, 5).tier("fast").build();

        assertThat(fast.plus(fast).tier()).isEqualTo("fast");
        assertThat(fast.plus(Usage.none()).tier()).isEqualTo("fast");
        assertThat(fast.plus(Usage.unknown()).tier()).isEqualTo("fast");
        assertThat(Usage.unknown().plus(fast).tier()).isEqualTo("fast");
        assertThat(fast.plus(Usage.of(1, 1)).tier()).isEqualTo("several");
        assertThat(fast).isNotEqualTo(Usage.of(5, 0)).hasToString("5 input at tier fast");
    }

    @Test
    void refusesANegativeNumber() {
        assertThatThrownBy(() -> Usage.of(-1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("usage.INPUT");
    }

    @Test
    void saysWhatItIs() {
        assertThat(Usage.none()).hasToString("none");
        assertThat(Usage.unknown()).hasToString("unknown");
        assertThat(Usage.of(10, 1)).hasToString("10 input, 1 output");
        assertThat(Usage.of(10, 1).plus(Usage.unknown())).hasToString("10 input, 1 output at least");
    }
}
