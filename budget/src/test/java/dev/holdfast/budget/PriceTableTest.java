package dev.holdfast.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.TokenClass;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.InvalidConfigurationException;
import org.junit.jupiter.api.Test;

class PriceTableTest {

    @Test
    void missingAndMalformedPricesAreNamedAtOnce() {
        PriceTable.Builder builder = PriceTable.builder()
                .price("openai", "no-output", Price.perMillion().input("1"))
                .price("openai", "words", Price.perMillion().input("cheap").output("2"))
                .price("openai", "below", Price.perMillion().input("-1").output("2"))
                .price("openai", "fine", Price.perMillion().input("0.0000001").output("2"));
        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(
                        InvalidConfigurationException.class,
                        e -> assertThat(e.problems())
                                .extracting(InvalidConfigurationException.Problem::path)
                                .containsExactly(
                                        "prices.openai/no-output.OUTPUT",
                                        "prices.openai/words.INPUT",
                                        "prices.openai/below.INPUT",
                                        "prices.openai/fine.INPUT"));
    }

    @Test
    void aModelHasOnePriceAndACopyMayChangeIt() {
        Price dear = Price.perMillion().input("3").output("15");
        Price cheap = Price.perMillion().input("1").output("5");
        PriceTable.Builder twice =
                PriceTable.builder().price("openai", "gpt", dear).price("openai", "gpt", cheap);
        assertThatThrownBy(twice::build)
                .hasMessageContaining("prices.openai/gpt: is given more than once; give each model one price");

        PriceTable table = PriceTable.builder().price("openai", "gpt", dear).build();
        PriceTable changed = table.toBuilder().price("openai", "gpt", cheap).build();
        assertThat(changed.find(Endpoint.of("openai", "gpt"))).contains(cheap);
    }

    @Test
    void aPriceHoldsForDatedVersionsAndForNoOtherModel() {
        PriceTable prices = PriceTable.builder()
                .price("openai", "gpt-4o", Price.perMillion().input("2.50").output("10"))
                .build();
        for (String model : new String[] {"gpt-4o", "gpt-4o-2024-08-06", "gpt-4o-20240806", "gpt-4o@20240806"}) {
            assertThat(prices.find(Endpoint.of("openai", model))).as(model).isPresent();
        }
        for (String model : new String[] {"gpt-4o-mini", "gpt-4o-audio-preview", "gpt-4", "gpt-4o-2024"}) {
            assertThat(prices.find(Endpoint.of("openai", model))).as(model).isEmpty();
        }
        assertThat(prices.find(Endpoint.of("azure", "gpt-4o"))).isEmpty();
    }

    @Test
    void fractionsOfANanoDollarAreSummedAndRoundedUpOnce() {
        Price price = Price.perMillion().input("0.0375").output("0.15"); // 37.5 nano-dollars a token
        assertThat(price.cost(Usage.of(1, 0))).contains(new Money(38));
        assertThat(price.cost(Usage.of(2, 0))).contains(new Money(75));
        assertThat(price.cost(Usage.of(1_000_000, 0))).contains(Money.dollars("0.0375"));
    }

    @Test
    void reasoningCostsAsOutputAndWhatCannotBeGuessedHasNoCost() {
        Price price = Price.perMillion().input("1").output("4");
        Usage thought = Usage.builder().add(TokenClass.REASONING, 5).build();
        Usage spoken = Usage.builder().add(TokenClass.AUDIO_OUTPUT, 5).build();
        assertThat(price.cost(thought)).contains(new Money(20_000));
        assertThat(price.cost(spoken)).isEmpty();
        assertThat(price.cost(Usage.unknown())).isEmpty();
    }

    @Test
    void whatIsChargedEachTimeIsPartOfTheCost() {
        Price price = Price.perMillion().input("1").output("4").each("web_search_requests", "0.01");
        Usage searched = Usage.builder()
                .add(TokenClass.INPUT, 5)
                .addExtra("web_search_requests", 3)
                .build();
        Usage ran = Usage.of(5, 0).plus(Usage.builder().addExtra("code_runs", 1).build());

        assertThat(price.cost(searched)).contains(new Money(5_000 + 30_000_000));
        assertThat(price.cost(ran)).as("nobody said what it costs").isEmpty();
        assertThat(price.each("code_runs", "0").cost(ran))
                .as("somebody said that it is free")
                .contains(new Money(5_000));
        assertThat(price).hasToString("dollars per million: INPUT 1 OUTPUT 4 each web_search_requests 0.01");
    }

    @Test
    void aTierHasItsOwnPricesOrNone() {
        Price price = Price.perMillion()
                .input("1")
                .output("4")
                .each("search", "0.01")
                .tier("flex", Price.perMillion().input("0.5").output("2"))
                .tier("fast", Price.perMillion().input("6").output("24").each("search", "0.02"));

        assertThat(price.cost(atTier("flex"))).contains(new Money(5 * 500 + 2 * 2_000 + 10_000_000));
        assertThat(price.cost(atTier("fast"))).contains(new Money(5 * 6_000 + 2 * 24_000 + 20_000_000));
        assertThat(price.cost(atTier(""))).contains(new Money(5 * 1_000 + 2 * 4_000 + 10_000_000));
        assertThat(price.cost(atTier("priority"))).isEmpty();
        assertThat(price.cost(atTier("flex").plus(atTier("fast"))))
                .as("a sum of both")
                .isEmpty();
    }

    private static Usage atTier(String tier) {
        return Usage.builder()
                .add(TokenClass.INPUT, 5)
                .add(TokenClass.OUTPUT, 2)
                .addExtra("search", 1)
                .tier(tier)
                .build();
    }

    @Test
    void wrongAmountsOfExtrasAndTiersAreNamed() {
        Price fine = Price.perMillion().input("1").output("2");
        PriceTable.Builder builder = PriceTable.builder()
                .price(
                        "openai",
                        "words",
                        fine.each("search", "a cent").each("search-2", "-1").tier("fast", fine.input("dear")))
                .price("openai", "nested", fine.tier("fast", fine.tier("faster", fine)));

        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(
                        InvalidConfigurationException.class,
                        e -> assertThat(e.problems())
                                .extracting(InvalidConfigurationException.Problem::path)
                                .containsExactly(
                                        "prices.openai/words.each.search",
                                        "prices.openai/words.each.search-2",
                                        "prices.openai/words.tier.fast.INPUT",
                                        "prices.openai/nested.tier.fast"));
        assertThatThrownBy(builder::build).hasMessageContaining("dollars for one");
    }
}
