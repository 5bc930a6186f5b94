package dev.holdfast.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class JsonWriterTest {
    record Shipment(LocalDate day, Optional<String> note, OptionalInt boxes, Duration late) {}

    /** As applications have them: getters, and types of java.time within. */
    public static final class Order {
        public String getId() {
            return "1234";
        }

        public LocalDate getDay() {
            return LocalDate.of(2026, 1, 31);
        }

        public Duration getLate() {
            return Duration.ofMinutes(5);
        }

        public Optional<String> getNote() {
            return Optional.empty();
        }

        public List<Shipment> getShipments() {
            return List.of(new Shipment(getDay(), Optional.of("n"), OptionalInt.of(2), getLate()));
        }

        public BigDecimal getPrice() {
            return new BigDecimal("1E+3");
        }
    }

    @Test
    void writesABeanAsItWritesARecord() {
        assertThat(JsonWriter.write(Map.of("order", new Order()))).isEqualTo("""
                {"order":{"day":"2026-01-31","id":"1234","late":"PT5M","note":null,"price":1000,\
                "shipments":[{"day":"2026-01-31","note":"n","boxes":2,"late":"PT5M"}]}}""");
    }

    @Test
    void writesAPathAsText() { // a path is made of paths, without end
        assertThat(JsonWriter.write(List.of(Path.of("a", "b")))).isEqualTo("[\"a/b\"]");
    }

    @Test
    void refusesWhatContainsItself() {
        List<Object> circle = new ArrayList<>();
        circle.add(circle);

        assertThatThrownBy(() -> JsonWriter.write(circle)).isInstanceOf(IllegalArgumentException.class);
    }

    sealed interface Shape permits Circle, Square {}

    record Circle(double radius) implements Shape {}

    record Square(long side) implements Shape {}

    record Drawing(List<Shape> shapes) {}

    @Test
    void tellsTheRecordsOfASealedInterfaceApartAsTheyAreRead() throws MisfitException {
        Drawing drawing = new Drawing(List.of(new Circle(2.5), new Square(3)));

        assertThat(Binder.of(Drawing.class).read(JsonWriter.write(drawing))).isEqualTo(drawing);
    }
}
