package dev.holdfast.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.tool.Describe;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BinderTest {
    enum Size {
        SMALL,
        LARGE
    }

    record Line(String article, int quantity) {
        Line {
            if (quantity < 1) {
                throw new IllegalArgumentException("order at least one " + article);
            }
        }
    }

    @Describe("An order")
    record Order(
            @Describe(value = "who pays", name = "customer_id")
            String customer,

            List<Line> lines,
            Set<Size> sizes,
            Map<String, BigDecimal> prices,
            @Nullable String note,
            Optional<LocalDate> due,
            OptionalInt floor,
            boolean gift) {}

    @Test
    void describesARecordWithEverythingInIt() {
        assertThat(Binder.of(Order.class).schema()).isEqualTo("""
                {"type":"object","description":"An order","properties":{\
                "customer_id":{"type":"string","description":"who pays"},\
                "lines":{"type":"array","items":{"type":"object","properties":{"article":{"type":"string"},\
                "quantity":{"type":"integer"}},"required":["article","quantity"],"additionalProperties":false}},\
                "sizes":{"type":"array","items":{"type":"string","enum":["SMALL","LARGE"]}},\
                "prices":{"type":"object","additionalProperties":{"type":"number"}},\
                "note":{"type":"string"},"due":{"type":"string","format":"date"},"floor":{"type":"integer"},\
                "gift":{"type":"boolean"}},\
                "required":["customer_id","lines","sizes","prices","gift"],"additionalProperties":false}""");
    }

    @Test
    void readsWhatItDescribes() throws MisfitException {
        Order order = Binder.of(Order.class).read("""
                {"customer_id":"c1","lines":[{"article":"pizza","quantity":2}],"sizes":["LARGE"],
                 "prices":{"pizza":12345678901234567890.123456789},"due":"2026-01-31","gift":true}""");

        assertThat(order)
                .isEqualTo(new Order(
                        "c1",
                        List.of(new Line("pizza", 2)),
                        Set.of(Size.LARGE),
                        Map.of("pizza", new BigDecimal("12345678901234567890.123456789")),
                        null,
                        Optional.of(LocalDate.of(2026, 1, 31)),
                        OptionalInt.empty(),
                        true));
    }

    @Test
    void namesAllMistakesAtOnceEachWithItsPath() {
        assertThat(mistakes(Order.class, """
                {"lines":[{"article":"pizza","quantity":"5"},{"article":7,"quantity":5.5}],"sizes":["HUGE"],
                 "prices":{"pizza":null},"due":"tomorrow","gift":"yes","colour":"red"}"""))
                .containsExactlyInAnyOrder(
                        "$: \"colour\" is not known; known are customer_id, lines, sizes, prices, note, due, floor, gift",
                        "$.customer_id: is missing; it is required",
                        "$.lines[0].quantity: expected an integer, got the string \"5\"; write a number without quotes",
                        "$.lines[1].article: expected a string, got the number 7",
                        "$.lines[1].quantity: expected an integer, got the number 5.5, which has a fraction",
                        "$.sizes[0]: the string \"HUGE\" is not one of SMALL, LARGE",
                        "$.prices.pizza: expected a number, got null",
                        "$.due: the string \"tomorrow\" cannot be read; write it as \"2026-01-31\"",
                        "$.gift: expected true or false, got the string \"yes\"; write it without quotes");
    }

    @Test
    void tellsNothingOfTheTextInTheOutline() {
        MisfitException misfit = catchThrowableOfType(
                MisfitException.class,
                () -> Binder.of(Order.class)
                        .read(
                                "{\"customer_id\":\"secret\",\"lines\":[\"secret\"],\"sizes\":[\"secret\"],"
                                        + "\"prices\":{\"a\":\"secret\"},\"due\":\"secret\",\"gift\":\"secret\",\"secret\":1}"));

        assertThat(misfit.mistakes()).anyMatch(line -> line.contains("secret"));
        assertThat(misfit.outline()).hasSameSizeAs(misfit.mistakes()).noneMatch(line -> line.contains("secret"));
        assertThat(misfit).hasMessageNotContaining("secret");
    }

    @Test
    void tellsTheModelWhatTheRecordItselfRefuses() {
        assertThat(mistakes(Line.class, "{\"article\":\"pizza\",\"quantity\":0}"))
                .containsExactly("$: order at least one pizza");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "   ", "{\"article\":\"a\",\"quantity\":1} and more", "{\"article\":\"a\"", "nonsense", "[]"
            })
    void refusesWhatIsNotOneWholeObject(String text) {
        assertThat(mistakes(Line.class, text)).hasSize(1).first().asString().startsWith("$: ");
    }

    @Test
    void refusesAPropertyThatIsGivenTwice() {
        assertThat(mistakes(Line.class, "{\"article\":\"a\",\"quantity\":1,\"quantity\":2}"))
                .hasSize(1)
                .first()
                .asString()
                .contains("quantity");
    }

    record Numbers(int small, long large, BigDecimal exact, BigInteger huge, double real) {}

    @ParameterizedTest
    @CsvSource({
        "5.0, 9223372036854775807, 0.1000, 1e3, 1",
        "-2147483648, -9223372036854775808, 123456789012345678901234567890.1, 99999999999999999999999, 1e-400",
        "0e5, 1E2, 1, 0, 0.5"
    })
    void losesNoDigit(String small, String large, String exact, String huge, String real) throws MisfitException {
        Numbers read = Binder.of(Numbers.class).read(numbers(small, large, exact, huge, real));

        assertThat(read.small()).isEqualTo(new BigDecimal(small).intValueExact());
        assertThat(read.large()).isEqualTo(new BigDecimal(large).longValueExact());
        assertThat(read.exact()).isEqualTo(new BigDecimal(exact));
        assertThat(read.huge()).isEqualTo(new BigDecimal(huge).toBigIntegerExact());
        assertThat(read.real()).isEqualTo(Double.parseDouble(real));
    }

    @ParameterizedTest
    @CsvSource({
        "2147483648, 0, 0, 0, 0, $.small",
        "1e999999999, 0, 0, 0, 0, $.small",
        "1e-999999999, 0, 0, 0, 0, $.small",
        "0, 9223372036854775808, 0, 0, 0, $.large",
        "0, -9223372036854775809, 0, 0, 0, $.large",
        "0, 9.5, 0, 0, 0, $.large",
        "0, 0, 0, 1e999999999, 0, $.huge",
        "0, 0, 0, 0, 1e400, $.real",
        "true, 0, 0, 0, 0, $.small"
    })
    void refusesANumberThatDoesNotFitRatherThanChangeIt(
            String small, String large, String exact, String huge, String real, String path) {
        assertThat(mistakes(Numbers.class, numbers(small, large, exact, huge, real)))
                .hasSize(1)
                .first()
                .asString()
                .startsWith(path + ": ");
    }

    private static String numbers(String small, String large, String exact, String huge, String real) {
        return "{\"small\":" + small + ",\"large\":" + large + ",\"exact\":" + exact + ",\"huge\":" + huge
                + ",\"real\":" + real + "}";
    }

    record Times(Instant at, LocalDateTime local, Duration took, int[] marks, String[][] grid) {}

    @Test
    void readsTimesAndArrays() throws MisfitException {
        Times times = Binder.of(Times.class).read("""
                {"at":"2026-01-31T09:30:00+01:00","local":"2026-01-31T09:30:00","took":"PT90S","marks":[1,2],
                 "grid":[["a"],[]]}""");

        assertThat(times.at()).isEqualTo(Instant.parse("2026-01-31T08:30:00Z"));
        assertThat(times.local()).isEqualTo(LocalDateTime.of(2026, 1, 31, 9, 30));
        assertThat(times.took()).isEqualTo(Duration.ofSeconds(90));
        assertThat(times.marks()).containsExactly(1, 2);
        assertThat(times.grid()).isDeepEqualTo(new String[][] {{"a"}, {}});
    }

    sealed interface Payment permits Card, Invoice {}

    record Card(String number) implements Payment {}

    record Invoice(String address) implements Payment {}

    record Paid(Payment by) {}

    @Test
    void tellsTheRecordsOfASealedInterfaceApartByTheirType() throws MisfitException {
        Binder<Paid> binder = Binder.of(Paid.class);

        assertThat(binder.schema())
                .contains("\"by\":{\"anyOf\":[{", "\"type\":{\"type\":\"string\",\"enum\":[\"Card\"]}");
        assertThat(binder.read("{\"by\":{\"type\":\"Invoice\",\"address\":\"here\"}}"))
                .isEqualTo(new Paid(new Invoice("here")));
        assertThat(mistakes(Paid.class, "{\"by\":{\"type\":\"Cash\"}}"))
                .containsExactly("$.by.type: the string \"Cash\" is not known; give one of Card, Invoice");
        assertThat(mistakes(Paid.class, "{\"by\":{\"address\":\"here\"}}"))
                .containsExactly("$.by.type: is missing; give one of Card, Invoice");
    }

    record Page<T>(List<T> items, @Nullable String next) {}

    record Pair<A, B>(A first, Optional<B> second) {}

    record Named<T>(String name, Pair<T, Size> pair) {}

    record Search(Page<Line> lines, Pair<Integer, List<String>> words, Named<LocalDate> day) {}

    @Test
    void readsGenericRecordsByWhatTheyAreOf() throws MisfitException {
        Binder<Search> binder = Binder.of(Search.class);

        assertThat(binder.schema()).isEqualTo("""
                {"type":"object","properties":{\
                "lines":{"type":"object","properties":{"items":{"type":"array","items":{"type":"object","properties":{\
                "article":{"type":"string"},"quantity":{"type":"integer"}},"required":["article","quantity"],\
                "additionalProperties":false}},"next":{"type":"string"}},"required":["items"],\
                "additionalProperties":false},\
                "words":{"type":"object","properties":{"first":{"type":"integer"},"second":{"type":"array",\
                "items":{"type":"string"}}},"required":["first"],"additionalProperties":false},\
                "day":{"type":"object","properties":{"name":{"type":"string"},"pair":{"type":"object","properties":{\
                "first":{"type":"string","format":"date"},"second":{"type":"string","enum":["SMALL","LARGE"]}},\
                "required":["first"],"additionalProperties":false}},"required":["name","pair"],\
                "additionalProperties":false}},\
                "required":["lines","words","day"],"additionalProperties":false}""");
        Search search = new Search(
                new Page<>(List.of(new Line("pizza", 2)), null),
                new Pair<>(1, Optional.of(List.of("a"))),
                new Named<>("day", new Pair<>(LocalDate.of(2026, 1, 31), Optional.of(Size.LARGE))));
        assertThat(binder.read(JsonWriter.write(search))).isEqualTo(search);
        assertThat(catchThrowableOfType(
                                MisfitException.class,
                                () -> binder.read(JsonWriter.write(search).replace("pizza\"", "pizza\",\"x\":1")))
                        .mistakes())
                .containsExactly("$.lines.items[0]: \"x\" is not known; known are article, quantity");
    }

    record Grow<T>(List<Grow<List<T>>> grown) {}

    record Unsettled<T>(T value) {}

    @SuppressWarnings("rawtypes")
    record Generics(Grow<String> grow, Page raw, Unsettled<?> unsettled, Page<Object> anything) {}

    @Test
    void namesGenericRecordsThatHaveNoForm() {
        assertThatThrownBy(() -> Binder.of(Generics.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Generics.grow.grown[]: " + Grow.class.getName() + " contains itself")
                .hasMessageContaining("Generics.raw: " + Page.class.getName() + " is generic; say what it is of")
                .hasMessageContaining("Generics.unsettled.value: the type ? is not settled here")
                .hasMessageContaining("Generics.anything.items[]: java.lang.Object has no form in JSON");
        assertThatThrownBy(() -> Binder.of(Page.class)).hasMessageContaining("is generic; say what it is of");
    }

    record Node(String name, List<Node> children) {}

    record Holder(Node root, Object anything, Map<Integer, String> byNumber, List<?> wild) {}

    @Test
    void namesEveryPlaceThatHasNoFormInJson() {
        assertThatThrownBy(() -> Binder.of(Holder.class).schema())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Holder.root.children[]: " + Node.class.getName() + " contains itself")
                .hasMessageContaining("Holder.anything: java.lang.Object has no form in JSON")
                .hasMessageContaining("Holder.byNumber: ")
                .hasMessageContaining("Holder.wild[]: the type ? is not settled here");
    }

    @Test
    void acceptsOneRecordInTwoPlaces() {
        record Two(Line first, Line second) {}

        assertThat(Binder.of(Two.class).schema()).contains("\"first\":{", "\"second\":{");
    }

    @Test
    void writesBackWhatItReads() throws MisfitException {
        Order order = new Order(
                "c \"1\"",
                List.of(new Line("pizza", 2)),
                Set.of(Size.LARGE),
                Map.of("pizza", new BigDecimal("0.10")),
                "n",
                Optional.of(LocalDate.of(2026, 1, 31)),
                OptionalInt.of(3),
                false);

        String json = JsonWriter.write(order);

        assertThat(json).contains("\"customer_id\":\"c \\\"1\\\"\"", "\"pizza\":0.10", "\"due\":\"2026-01-31\"");
        assertThat(Binder.of(Order.class).read(json)).isEqualTo(order);
    }

    @Test
    void writesTheSameValueInOneWay() {
        assertThat(Json.canonical("{ \"b\": [1.0, \"x\"], \"a\": {} }"))
                .isEqualTo(Json.canonical("{\"a\":{},\"b\":[1,\"x\"]}"));
        assertThat(Json.canonical("{\"a\":1}")).isNotEqualTo(Json.canonical("{\"a\":\"1\"}"));
        assertThat(Json.canonical("[[1],2]")).isNotEqualTo(Json.canonical("[1,[2]]"));
        assertThat(Json.canonical(" not json ")).isEqualTo("not json");
    }

    private static List<String> mistakes(Class<?> type, String json) {
        return catchThrowableOfType(MisfitException.class, () -> Binder.of(type).read(json))
                .mistakes();
    }
}
