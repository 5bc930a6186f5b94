package dev.holdfast.budget;

import dev.holdfast.chat.Money;
import dev.holdfast.chat.TokenClass;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.Problems;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a model's tokens cost, by class, as providers state it: in dollars for a million tokens. Immutable; every method
 * returns a changed copy.
 *
 * <pre>{@code
 * Price.perMillion().input("0.15").cachedInput("0.075").output("0.60")
 *
 * Price.perMillion().input("3").output("15")
 *         .each("web_search_requests", "0.01")
 *         .tier("priority", Price.perMillion().input("6").output("30"))
 * }</pre>
 *
 * <p><b>Units.</b> Kept in integer pico-dollars (10⁻¹² dollars) a token, in which every price of up to six decimals a
 * million is exact. A call's cost is summed in them and rounded up to a nano-dollar once.
 *
 * <p><b>What is not given.</b> Cached input is charged as input and reasoning as output. Nothing else has a price that
 * could be guessed: usage that has cache writes, audio, {@linkplain Usage#extras() extras} or a {@linkplain Usage#tier()
 * tier} without a price has no known cost, and a budget charges all that it had reserved for it.
 *
 * <p><b>Errors.</b> Amounts are checked where the price is used, by {@link PriceTable.Builder#build}, which names all
 * that are wrong.
 */
@SuppressWarnings("EnumOrdinal") // the ordinal indexes an array that never leaves the process
public final class Price {
    private static final TokenClass[] CLASSES = TokenClass.values();
    private static final int PICOS_PER_TOKEN_SCALE = 6; // a dollar for a million tokens is 10^6 pico-dollars a token
    private static final int PICOS_SCALE = 12;
    private static final long UNPRICED = -1;

    private static final Price EMPTY = new Price(unpriced(), Map.of(), Map.of(), Map.of());

    private final long[] picos;
    private final Map<String, Long> eachPicos;
    private final Map<String, Price> tiers;
    private final Map<String, String> malformed; // by the path of the amount
    private final long dearestInput;
    private final long dearestOutput;

    private Price(long[] picos, Map<String, Long> eachPicos, Map<String, Price> tiers, Map<String, String> malformed) {
        this.picos = picos;
        this.eachPicos = eachPicos;
        this.tiers = tiers;
        this.malformed = malformed;
        long input = Math.max(
                Math.max(picosOf(TokenClass.INPUT), picosOf(TokenClass.CACHED_INPUT)),
                Math.max(picosOf(TokenClass.CACHE_WRITE), picosOf(TokenClass.CACHE_WRITE_1H)));
        long output = Math.max(picosOf(TokenClass.OUTPUT), picosOf(TokenClass.REASONING));
        for (Price tier : tiers.values()) {
            input = Math.max(input, tier.dearestInput);
            output = Math.max(output, tier.dearestOutput);
        }
        this.dearestInput = input;
        this.dearestOutput = output;
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
        long amount = picos(dollars, PICOS_PER_TOKEN_SCALE);
        long[] copy = picos.clone();
        copy[tokenClass.ordinal()] = amount;
        return new Price(copy, eachPicos, tiers, malformedWith(tokenClass.name(), dollars, amount));
    }

    /**
     * Sets the price of what is charged each time, beside the tokens. Of everything that has such a price one is reserved
     * with every call; how often it happened is settled as the provider reports it.
     *
     * @param name as in {@link Usage#extras()}, such as {@code web_search_requests}
     * @param dollars for one, a decimal number such as {@code "0.01"}; {@code "0"} where it is free
     * @return a copy
     */
    public Price each(String name, String dollars) {
        long amount = picos(dollars, PICOS_SCALE);
        Map<String, Long> copy = new TreeMap<>(eachPicos);
        copy.put(name, Math.max(0, amount));
        return new Price(picos, copy, tiers, malformedWith("each." + name, dollars, amount));
    }

    /**
     * Sets the prices of a tier. A call reserves by the dearest of all, for nobody knows before which one it gets.
     *
     * @param name as in {@link Usage#tier()}, such as {@code priority}
     * @param price what tokens cost there; what is charged each time costs the same unless it says otherwise
     * @return a copy
     */
    public Price tier(String name, Price price) {
        Map<String, Price> copy = new TreeMap<>(tiers);
        copy.put(name, Objects.requireNonNull(price, "price"));
        return new Price(picos, eachPicos, copy, malformed);
    }

    private static long picos(String dollars, int scale) {
        try {
            return new BigDecimal(dollars).movePointRight(scale).longValueExact();
        } catch (NumberFormatException | ArithmeticException e) {
            return UNPRICED;
        }
    }

    private Map<String, String> malformedWith(String path, String dollars, long amount) {
        Map<String, String> copy = new LinkedHashMap<>(malformed);
        if (amount < 0) {
            copy.put(path, dollars);
        } else {
            copy.remove(path);
        }
        return copy;
    }

    void check(Problems problems, String path) {
        malformed.forEach((amount, text) -> problems.add(
                path + "." + amount,
                "is '" + text + "'; give "
                        + (amount.startsWith("each.")
                                ? "dollars for one as a decimal number of 0 or more, such as \"0.01\""
                                : "dollars for a million tokens as a decimal number of 0 or more with at most six"
                                        + " decimals, such as \"0.15\"")));
        for (TokenClass needed : new TokenClass[] {TokenClass.INPUT, TokenClass.OUTPUT}) {
            problems.require(
                    isPriced(needed) || malformed.containsKey(needed.name()),
                    path + "." + needed,
                    "is missing; give dollars for a million tokens, \"0\" where they are free");
        }
        tiers.forEach((name, tier) -> {
            tier.check(problems, path + ".tier." + name);
            problems.require(
                    tier.tiers.isEmpty(), path + ".tier." + name, "has tiers of its own; give them to the model");
        });
    }

    private boolean isPriced(TokenClass tokenClass) {
        return picos[tokenClass.ordinal()] != UNPRICED;
    }

    /**
     * What a usage costs.
     *
     * @param usage what was used
     * @return the cost, rounded up to a whole nano-dollar; empty when the usage is not known, or has something without a
     *     price
     */
    public Optional<Money> cost(Usage usage) {
        List<String> unpriced = new ArrayList<>(0);
        long sum = picos(usage, unpriced);
        return usage.isKnown() && unpriced.isEmpty() ? Optional.of(new Money(Demand.nanos(sum))) : Optional.empty();
    }

    /** What of a usage has no price. */
    List<String> unpriced(Usage usage) {
        List<String> unpriced = new ArrayList<>();
        picos(usage, unpriced);
        return unpriced;
    }

    /** What of a usage has a price; for an unknown tier the ordinary one. */
    Money least(Usage usage) {
        return new Money(Demand.nanos(picos(usage, new ArrayList<>(0))));
    }

    private long picos(Usage usage, List<String> unpriced) {
        Price tokens = usage.tier().isEmpty() ? this : tiers.get(usage.tier());
        if (tokens == null) {
            unpriced.add("tier " + usage.tier());
            tokens = this;
        }
        long sum = 0;
        for (TokenClass tokenClass : CLASSES) {
            long count = usage.tokens(tokenClass);
            if (count > 0) {
                sum = Demand.plus(sum, costOf(tokenClass.name(), count, tokens.picosOf(tokenClass), unpriced));
            }
        }
        for (Map.Entry<String, Long> extra : usage.extras().entrySet()) {
            String name = extra.getKey();
            Long each = tokens.eachPicos.getOrDefault(name, eachPicos.get(name));
            sum = Demand.plus(sum, costOf(name, extra.getValue(), each == null ? UNPRICED : each, unpriced));
        }
        return sum;
    }

    private static long costOf(String name, long count, long picos, List<String> unpriced) {
        if (picos == UNPRICED) {
            unpriced.add(name);
            return 0;
        }
        return Demand.times(count, picos);
    }

    /** The most that so many tokens can cost: an estimate knows how many they are, but not of which class. */
    Money most(Usage usage) {
        long tokens =
                Demand.plus(Demand.times(usage.input(), dearestInput), Demand.times(usage.output(), dearestOutput));
        return new Money(Demand.nanos(Demand.plus(tokens, oneOfEachPicos())));
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
        return dearestInput;
    }

    /** The most that a token of text that the model makes can cost. */
    long dearestOutputPicos() {
        return dearestOutput;
    }

    /** What it costs when everything that is charged each time happens once. */
    long oneOfEachPicos() {
        long sum = 0;
        for (Map.Entry<String, Long> each : eachPicos.entrySet()) {
            long dearest = each.getValue();
            for (Price tier : tiers.values()) {
                dearest = Math.max(dearest, tier.eachPicos.getOrDefault(each.getKey(), 0L));
            }
            sum = Demand.plus(sum, dearest);
        }
        return sum;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Price that
                && Arrays.equals(picos, that.picos)
                && eachPicos.equals(that.eachPicos)
                && tiers.equals(that.tiers)
                && malformed.equals(that.malformed);
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
                append(text, tokenClass.name(), picos[tokenClass.ordinal()], PICOS_PER_TOKEN_SCALE);
            }
        }
        eachPicos.forEach((name, each) -> append(text, "each " + name, each, PICOS_SCALE));
        tiers.forEach(
                (name, tier) -> text.append(", tier ").append(name).append(' ').append(tier));
        return text.toString();
    }

    private static void append(StringBuilder text, String name, long picos, int scale) {
        BigDecimal dollars = BigDecimal.valueOf(picos, scale);
        text.append(' ')
                .append(name)
                .append(' ')
                .append(dollars.stripTrailingZeros().toPlainString());
    }
}
