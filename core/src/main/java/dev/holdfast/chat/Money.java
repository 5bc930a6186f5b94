package dev.holdfast.chat;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * An amount of money in integer nano-dollars (10⁻⁹ US dollars), so that a token of the cheapest model still costs a
 * whole number and nothing is ever rounded away. The range is ± 9.2 billion dollars.
 *
 * @param nanos nano-dollars; may be negative
 */
public record Money(long nanos) implements Comparable<Money> {
    /** Nothing. */
    public static final Money ZERO = new Money(0);

    private static final int SCALE = 9;
    private static final int MOST_DIGITS = 10;

    /**
     * An amount in dollars, rounded up to a whole nano-dollar.
     *
     * @param amount a decimal number such as {@code "0.25"}
     * @return the amount
     * @throws IllegalArgumentException when it is not a decimal number or is out of range
     */
    public static Money dollars(String amount) {
        try {
            BigDecimal dollars = new BigDecimal(amount);
            long digits = (long) dollars.precision() - dollars.scale(); // before the point; negative after zeros
            if (dollars.signum() == 0) {
                return ZERO;
            }
            if (digits > MOST_DIGITS) { // before the exponent is written out: 1e99999999 has minutes of zeros
                throw new ArithmeticException("out of range");
            }
            if (digits < -SCALE) {
                return dollars.signum() > 0 ? new Money(1) : ZERO;
            }
            return new Money(dollars.movePointRight(SCALE)
                    .setScale(0, RoundingMode.CEILING)
                    .longValueExact());
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException(
                    "'" + amount + "' is not an amount in dollars; write a decimal number such as \"0.25\"", e);
        }
    }

    /**
     * An amount in whole dollars.
     *
     * @param amount dollars
     * @return the amount
     * @throws ArithmeticException when it is out of range
     */
    public static Money dollars(long amount) {
        return new Money(Math.multiplyExact(amount, 1_000_000_000L));
    }

    /**
     * The sum; the most or the least that there can be where it is out of range, for what somebody else states may be
     * nonsense.
     *
     * @param other what to add
     * @return this plus the other
     */
    public Money plus(Money other) {
        long sum = nanos + other.nanos;
        boolean overflown = ((nanos ^ sum) & (other.nanos ^ sum)) < 0;
        return new Money(overflown ? (nanos < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum);
    }

    @Override
    public int compareTo(Money other) {
        return Long.compare(nanos, other.nanos);
    }

    /** Dollars with as many digits as the amount has, two at the least: {@code $0.0000125}. */
    @Override
    public String toString() {
        BigDecimal dollars = BigDecimal.valueOf(nanos, SCALE).stripTrailingZeros();
        String digits = dollars.setScale(Math.max(2, dollars.scale()), RoundingMode.UNNECESSARY)
                .abs()
                .toPlainString();
        return (nanos < 0 ? "-$" : "$") + digits;
    }
}
