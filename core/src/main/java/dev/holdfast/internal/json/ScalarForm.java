package dev.holdfast.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A single value. */
final class ScalarForm implements Form {
    private static final int MOST_DIGITS = 1000;

    private static final Map<Class<?>, ScalarForm> FORMS = Map.ofEntries(
            Map.entry(String.class, new ScalarForm("string", null, null, ScalarForm::text)),
            Map.entry(boolean.class, new ScalarForm("boolean", null, null, ScalarForm::truth)),
            Map.entry(byte.class, integer(node -> (byte) whole(node, Byte.MIN_VALUE, Byte.MAX_VALUE))),
            Map.entry(short.class, integer(node -> (short) whole(node, Short.MIN_VALUE, Short.MAX_VALUE))),
            Map.entry(int.class, integer(node -> (int) whole(node, Integer.MIN_VALUE, Integer.MAX_VALUE))),
            Map.entry(long.class, integer(node -> whole(node, Long.MIN_VALUE, Long.MAX_VALUE))),
            Map.entry(BigInteger.class, integer(ScalarForm::wholeOfAnySize)),
            Map.entry(float.class, number(ScalarForm::single)),
            Map.entry(double.class, number(ScalarForm::real)),
            Map.entry(BigDecimal.class, number(node -> decimal(node, "a number"))),
            Map.entry(Instant.class, parsed("date-time", "2026-01-31T09:30:00Z", Instant::parse)),
            Map.entry(OffsetDateTime.class, parsed("date-time", "2026-01-31T09:30:00+01:00", OffsetDateTime::parse)),
            Map.entry(ZonedDateTime.class, parsed("date-time", "2026-01-31T09:30:00+01:00", ZonedDateTime::parse)),
            Map.entry(LocalDate.class, parsed("date", "2026-01-31", LocalDate::parse)),
            // JSON Schema's date-time and time want an offset, which these two must not have.
            Map.entry(LocalDateTime.class, parsed(null, "2026-01-31T09:30:00", LocalDateTime::parse)),
            Map.entry(LocalTime.class, parsed(null, "09:30:00", LocalTime::parse)),
            Map.entry(Duration.class, parsed("duration", "PT1H30M", Duration::parse)),
            Map.entry(UUID.class, parsed("uuid", "123e4567-e89b-12d3-a456-426614174000", ScalarForm::uuid)),
            Map.entry(URI.class, parsed("uri", "https://example.org/path", URI::create)));

    private static final Map<Class<?>, Class<?>> BOXED = Map.of(
            Boolean.class,
            boolean.class,
            Byte.class,
            byte.class,
            Short.class,
            short.class,
            Integer.class,
            int.class,
            Long.class,
            long.class,
            Float.class,
            float.class,
            Double.class,
            double.class);

    private final String type;
    private final @Nullable String format;
    private final @Nullable String hint;
    private final Function<JsonNode, Object> reader;

    private ScalarForm(String type, @Nullable String format, @Nullable String hint, Function<JsonNode, Object> reader) {
        this.type = type;
        this.format = format;
        this.hint = hint;
        this.reader = reader;
    }

    static @Nullable ScalarForm of(Class<?> type) {
        Class<?> unboxed = BOXED.get(type);
        return FORMS.get(unboxed == null ? type : unboxed);
    }

    @Override
    public void describe(ObjectNode schema) {
        schema.put("type", type);
        if (format != null) {
            schema.put("format", format);
        } else if (hint != null) {
            schema.put("description", hint);
        }
    }

    @Override
    public @Nullable Object read(JsonNode node, Place place, Reading reading) {
        try {
            return reader.apply(node);
        } catch (Mismatch e) {
            reading.mistake(place, e.with(Reading.words(node)), e.with(Reading.kind(node)));
            return null;
        }
    }

    private static ScalarForm integer(Function<JsonNode, Object> reader) {
        return new ScalarForm("integer", null, null, reader);
    }

    private static ScalarForm number(Function<JsonNode, Object> reader) {
        return new ScalarForm("number", null, null, reader);
    }

    private static ScalarForm parsed(@Nullable String format, String example, Function<String, Object> parser) {
        return new ScalarForm("string", format, "written as " + example, node -> {
            String text = text(node);
            try {
                return parser.apply(text);
            } catch (DateTimeException | IllegalArgumentException e) {
                throw new Mismatch("", " cannot be read; write it as \"" + example + "\"");
            }
        });
    }

    /** {@link UUID#fromString} takes {@code 1-1-1-1-1} for one, too. */
    private static UUID uuid(String text) {
        UUID uuid = UUID.fromString(text);
        if (!uuid.toString().equalsIgnoreCase(text)) {
            throw new IllegalArgumentException("digits are missing");
        }
        return uuid;
    }

    private static String text(JsonNode node) {
        if (!node.isTextual()) {
            throw new Mismatch("expected a string, got ", "");
        }
        return node.textValue();
    }

    private static Boolean truth(JsonNode node) {
        if (!node.isBoolean()) {
            throw new Mismatch("expected true or false, got ", node.isTextual() ? "; write it without quotes" : "");
        }
        return node.booleanValue();
    }

    private static BigDecimal decimal(JsonNode node, String expected) {
        if (!node.isNumber()) {
            throw new Mismatch(
                    "expected " + expected + ", got ", node.isTextual() ? "; write a number without quotes" : "");
        }
        return node.decimalValue();
    }

    private static long whole(JsonNode node, long min, long max) {
        long value = node.isIntegralNumber() && node.canConvertToLong() ? node.longValue() : exact(node, min, max);
        if (value < min || value > max) {
            throw outOfRange(min, max);
        }
        return value;
    }

    private static long exact(JsonNode node, long min, long max) {
        BigDecimal decimal = wholeDecimal(node);
        // 19 digits hold every long; the bound also keeps 1e999999999 from being written out.
        if (digits(decimal) > 19) {
            throw outOfRange(min, max);
        }
        try {
            return decimal.longValueExact();
        } catch (ArithmeticException e) {
            throw outOfRange(min, max);
        }
    }

    private static Mismatch outOfRange(long min, long max) {
        return new Mismatch("", " is out of range; give an integer from " + min + " to " + max);
    }

    private static Object wholeOfAnySize(JsonNode node) {
        BigDecimal decimal = wholeDecimal(node);
        if (digits(decimal) > MOST_DIGITS) {
            throw new Mismatch("", " has more than " + MOST_DIGITS + " digits");
        }
        return decimal.toBigIntegerExact();
    }

    private static BigDecimal wholeDecimal(JsonNode node) {
        BigDecimal decimal = decimal(node, "an integer");
        if (decimal.signum() != 0
                && decimal.scale() > 0
                && decimal.stripTrailingZeros().scale() > 0) {
            throw new Mismatch("expected an integer, got ", ", which has a fraction");
        }
        return decimal.signum() == 0 ? BigDecimal.ZERO : decimal;
    }

    private static long digits(BigDecimal decimal) {
        return (long) decimal.precision() - decimal.scale();
    }

    private static Object real(JsonNode node) {
        double value = decimal(node, "a number").doubleValue();
        if (Double.isInfinite(value)) {
            throw new Mismatch("", " is too large");
        }
        return value;
    }

    private static Object single(JsonNode node) {
        float value = decimal(node, "a number").floatValue();
        if (Float.isInfinite(value)) {
            throw new Mismatch("", " is too large");
        }
        return value;
    }

    /** Within this class alone: what to say before and after the value. */
    private static final class Mismatch extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String before;
        private final String after;

        Mismatch(String before, String after) {
            super(null, null, false, false);
            this.before = before;
            this.after = after;
        }

        String with(String value) {
            return before + value + after;
        }
    }
}
