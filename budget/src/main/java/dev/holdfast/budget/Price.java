package dev.holdfast.budget;

import dev.holdfast.chat.Money;
import dev.holdfast.chat.TokenClass;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.Problems;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a model's tokens cost, by class, as providers state it: in dollars for a million tokens. Immutable; every method
 * returns a changed copy.
 *
 * <pre>{@code
 * Price.perMillion().input("0.15").cachedInput("0.075").output("0.60")
 * }</pre>
 *
 * <p><b>Units.</b> Kept in integer pico-dollars (10⁻¹² dollars) a token, in which every price of up to six decimals a
 * million is exact. A call's cost is summed in them and rounded up to a nano-dollar once.
 *
 * <p><b>What is not given.</b> Cached input is charged as input and reasoning as output. Cache writes and audio have no
 * price that could be guessed: usage that has such tokens then has no known cost.
 *
 * <p><b>Errors.</b> Amounts are checked where the price is used, by {@link PriceTable.Builder#build}, which names all
 * that are wrong.
 */
@SuppressWarnings("EnumOrdinal") // the ordinal indexes an array that never leaves the process
public final class Price {
    private static final TokenClass[] CLASSES = TokenClass.values();
    private static final int PICOS_PER_TOKEN_SCALE = 6; // a dollar for a million tokens is 10^6 pico-dollars a token
    private static final long UNPRICED = -1;

    private static final Price EMPTY = new Price(unpriced(), Map.of());

    private final long[] picos;
    private final Map<TokenClass, String> malformed;

    private Price(long[] picos, Map<TokenClass, String> malformed) {
        this.picos = picos;
        this.malformed = malformed;
    }

    private static long[] unpriced() {
        long[] picos = new long[CLASSES.length];
        Arrays.fill(picos, UNPRICED);
        return picos;
    }

    /**
     * Starts a price in dollars for a million tokens.
     *
     * @return a price that has no amounts yet; input and output must be given
     */
    public static Price perMillion() {
        return EMPTY;
    }

    /**
     * Sets the price of input that is read afresh.
     *
     * @param dollars for a million tokens, a decimal number such as {@code "0.15"}
     * @return a copy
     */
    public Price input(String dollars) {
        return with(TokenClass.INPUT, dollars);
    }

    /**
     * Sets the price of input out of the provider's cache.
     *
     * @param dollars for a million tokens
     * @return a copy
     */
    public Price cachedInput(String dollars) {
        return with(TokenClass.CACHED_INPUT, dollars);
    }

    /**
     * Sets the price of output.
     *
     * @param dollars for a million tokens
     * @return a copy
     */
    public Price output(String dollars) {
        return with(TokenClass.OUTPUT, dollars);
    }

    /**
     * Sets the price of any class.
     *
     * @param tokenClass the class
     * @param dollars for a million tokens
     * @return a copy
     */
    public Price with(TokenClass tokenClass, String dollars) {
        long[] copy = picos.clone();
        Map<TokenClass, String> wrong = new EnumMap<>(TokenClass.class);
        wrong.putAll(malformed);
        try {
            copy[tokenClass.ordinal()] = new BigDecimal(dollars)
                    .movePointRight(PICOS_PER_TOKEN_SCALE)
                    .longValueExact();
            wrong.remove(tokenClass);
        } catch (NumberFormatException | ArithmeticException e) {
            wrong.put(tokenClass, dollars);
        }
        if (copy[tokenClass.ordinal()] < 0) {
            wrong.put(tokenClass, dollars);
        }
        return new Price(copy, wrong);
    }

    void check(Problems problems, String path) {
        malformed.forEach((tokenClass, text) -> problems.add(
                path + "." + tokenClass,
                "is '" + text + "'; give dollars for a million tokens as a decimal number of 0 or more with at most"
                        + " six decimals, such as \"0.15\""));
        for (TokenClass needed : new TokenClass[] {TokenClass.INPUT, TokenClass.OUTPUT}) {
            problems.require(
                    isPriced(needed) || malformed.containsKey(needed),
                    path + "." + needed,
                    "is missing; give dollars for a million tokens, \"0\" where they are free");
        }
    }

    private boolean isPriced(TokenClass tokenClass) {
        return picos[tokenClass.ordinal()] != UNPRICED;
    }

    /**
     * What a usage costs.
     *
     * @param usage what was used
     * @return the cost, rounded up to a whole nano-dollar; empty when the usage is not known, or has tokens of a class
     *     without a price
     */
    public Optional<Money> cost(Usage usage) {
        if (!usage.isKnown()) {
            return Optional.empty();
        }
        long sum = 0;
        for (TokenClass tokenClass : CLASSES) {
            long tokens = usage.tokens(tokenClass);
            if (tokens > 0) {
                long pico = picosOf(tokenClass);
                if (pico == UNPRICED) {
                    return Optional.empty();
                }
                sum = Demand.plus(sum, Demand.times(tokens, pico));
            }
        }
        return Optional.of(new Money(Demand.nanos(sum)));
    }

    /** The most that so many tokens can cost: an estimate knows how many they are, but not of which class. */
    Money most(Usage usage) {
        return new Money(Demand.nanos(Demand.plus(
                Demand.times(usage.input(), dearestInputPicos()), Demand.times(usage.output(), dearestOutputPicos()))));
    }

    private long picosOf(TokenClass tokenClass) {
        long own = picos[tokenClass.ordinal()];
        if (own != UNPRICED) {
            return own;
        }
        return switch (tokenClass) {
            case CACHED_INPUT -> picos[TokenClass.INPUT.ordinal()];
            case REASONING -> picos[TokenClass.OUTPUT.ordinal()];
            default -> UNPRICED;
        };
    }

    /** The most that a token of text sent to the model can cost: a cache write costs more than plain input. */
    long dearestInputPicos() {
        return Math.max(
                Math.max(picosOf(TokenClass.INPUT), picosOf(TokenClass.CACHED_INPUT)),
                Math.max(picosOf(TokenClass.CACHE_WRITE), picosOf(TokenClass.CACHE_WRITE_1H)));
    }

    /** The most that a token of text that the model makes can cost. */
    long dearestOutputPicos() {
        return Math.max(picosOf(TokenClass.OUTPUT), picosOf(TokenClass.REASONING));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Price that && Arrays.equals(picos, that.picos) && malformed.equals(that.malformed);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(picos);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("dollars per million:");
        for (TokenClass tokenClass : CLASSES) {
            if (isPriced(tokenClass)) {
                BigDecimal dollars = BigDecimal.valueOf(picos[tokenClass.ordinal()], PICOS_PER_TOKEN_SCALE);
                text.append(' ')
                        .append(tokenClass)
                        .append(' ')
                        .append(dollars.stripTrailingZeros().toPlainString());
            }
        }
        return text.toString();
    }
}
