package dev.holdfast.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MoneyTest {
    @ParameterizedTest
    @CsvSource({
        "0.25, 250000000, $0.25",
        "1, 1000000000, $1.00",
        "0.000000001, 1, $0.000000001",
        "0.0000125, 12500, $0.0000125",
        "-3.5, -3500000000, -$3.50",
        "0, 0, $0.00",
        "9223372036.854775807, 9223372036854775807, $9223372036.854775807"
    })
    void readsAndWritesDollarsExactly(String dollars, long nanos, String text) {
        assertThat(Money.dollars(dollars)).isEqualTo(new Money(nanos)).hasToString(text);
    }

    @Test
    void roundsUpWhatIsSmallerThanANanoDollar() { // so that nothing is ever free by rounding
        assertThat(Money.dollars("0.0000000001")).isEqualTo(new Money(1));
        assertThat(Money.dollars("-0.0000000001")).isEqualTo(Money.ZERO);
    }

    @Test
    @Timeout(value = 5, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void anExponentCostsNoTime() { // a price file, or a provider, may say anything
        assertThat(Money.dollars("1e-999999999")).isEqualTo(new Money(1));
        assertThat(Money.dollars("1e-99999999")).isEqualTo(new Money(1));
        assertThat(Money.dollars("-1e-999999999")).isEqualTo(Money.ZERO);
        assertThat(Money.dollars("0e999999999")).isEqualTo(Money.ZERO);
        assertThat(Money.dollars("0e-2147483647")).isEqualTo(Money.ZERO);
        assertThat(Money.dollars("1000e-3")).isEqualTo(Money.dollars(1));
    }

    @ParameterizedTest
    @Timeout(value = 5, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    @ValueSource(
            strings = {
                "",
                "five",
                "9223372036.854775808",
                "1e20",
                "NaN",
                "1e99999999",
                "1e999999999",
                "-1e2147483647",
                "1e9999999999"
            })
    void refusesWhatIsNoAmount(String text) {
        assertThatThrownBy(() -> Money.dollars(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @Test
    void aSumBeyondAllAmountsIsTheLastOne() {
        Money most = new Money(Long.MAX_VALUE);
        Money least = new Money(Long.MIN_VALUE);

        assertThat(most.plus(new Money(1))).isEqualTo(most);
        assertThat(new Money(1).plus(most)).isEqualTo(most);
        assertThat(most.plus(most)).isEqualTo(most);
        assertThat(least.plus(new Money(-1))).isEqualTo(least);
        assertThat(least.plus(least)).isEqualTo(least);
        assertThat(most.plus(least)).isEqualTo(new Money(-1));
    }

    @Test
    void anAmountInWordsOfCodeOverflowsLoudly() {
        assertThatThrownBy(() -> Money.dollars(10_000_000_000L)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void isOrderedByAmount() {
        assertThat(Money.dollars(1)).isGreaterThan(Money.dollars("0.99")).isEqualByComparingTo(Money.dollars("1.00"));
        assertThat(Money.dollars("0.1").plus(Money.dollars("0.2"))).isEqualTo(Money.dollars("0.3"));
    }
}
