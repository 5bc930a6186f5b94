package dev.holdfast.internal.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.io.Writer;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.temporal.Temporal;
import java.time.temporal.TemporalAmount;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Flow;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;

/** Writes values as JSON: the types that a {@link Binder} reads, and beans by their getters. */
public final class JsonWriter {
    private static final ClassValue<List<Component>> COMPONENTS = new ClassValue<>() {
        @Override
        protected List<Component> computeValue(Class<?> type) {
            return componentsOf(type);
        }
    };

    /** Jackson for beans, by name since the JVM has no order of methods; what they hold is written as elsewhere. */
    private static final JsonMapper MAPPER = Json.MAPPER
            .rebuild()
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .addModule(ours())
            .build();

    private JsonWriter() {}

    private static SimpleModule ours() {
        JsonSerializer<Object> serializer = new JsonSerializer<>() {
            @Override
            public void serialize(Object value, JsonGenerator json, SerializerProvider unused) throws IOException {
                write(value, json);
            }
        };
        SimpleModule module = new SimpleModule("holdfast");
        for (Class<?> type : List.of(
                Record.class,
                Optional.class,
                OptionalInt.class,
                OptionalLong.class,
                OptionalDouble.class,
                BigDecimal.class,
                Temporal.class,
                TemporalAmount.class,
                Path.class)) {
            module.addSerializer(type, serializer);
        }
        return module;
    }

    private record Component(String name, MethodHandle accessor) {}

    /**
     * Writes a value.
     *
     * @param value any value
     * @return JSON
     * @throws IllegalArgumentException when it, or one within it, has no form in JSON
     */
    public static String write(@Nullable Object value) {
        return write(value, Integer.MAX_VALUE);
    }

    /**
     * Writes the beginning of a value, which need not have an end.
     *
     * @param value any value
     * @param mostChars how much is wanted of it
     * @return JSON; if it is longer than wanted, as much of it as was wanted
     * @throws IllegalArgumentException when it, or one within it, has no form in JSON
     */
    public static String write(@Nullable Object value, int mostChars) {
        Beginning text = new Beginning(mostChars);
        try (JsonGenerator json = MAPPER.createGenerator(text)) {
            json.enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN);
            write(value, json);
        } catch (IOException e) {
            if (!text.isFull()) {
                throw new IllegalArgumentException("cannot be written as JSON: " + e.getMessage(), e);
            }
        }
        return text.toString();
    }

    /** Takes so many characters and then throws, which ends the writing. */
    private static final class Beginning extends Writer {
        private final StringBuilder text = new StringBuilder();
        private final int mostChars;
        private boolean full;

        Beginning(int mostChars) {
            this.mostChars = mostChars;
        }

        boolean isFull() {
            return full;
        }

        @Override
        public void write(char[] chars, int offset, int length) throws IOException {
            int room = mostChars - text.length();
            text.append(chars, offset, Math.min(length, room));
            if (length > room) {
                full = true;
                throw new IOException("enough was written");
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}

        @Override
        public String toString() {
            return text.toString();
        }
    }

    /**
     * Tells whether values of a type say nothing until somebody subscribes to them.
     *
     * @param type any type
     * @return true for the JDK's publishers, and those of Reactive Streams, which need not be there
     */
    public static boolean isPublisher(Class<?> type) {
        if (Flow.Publisher.class.isAssignableFrom(type) || type.getName().equals("org.reactivestreams.Publisher")) {
            return true;
        }
        for (Class<?> above : type.getInterfaces()) {
            if (isPublisher(above)) {
                return true;
            }
        }
        return type.getSuperclass() != null && isPublisher(type.getSuperclass());
    }

    private static void write(@Nullable Object value, JsonGenerator json) throws IOException {
        if (value instanceof Optional<?> optional) {
            write(optional.orElse(null), json);
        } else if (value instanceof OptionalInt number) {
            write(number.isPresent() ? number.getAsInt() : null, json);
        } else if (value instanceof OptionalLong number) {
            write(number.isPresent() ? number.getAsLong() : null, json);
        } else if (value instanceof OptionalDouble number) {
            write(number.isPresent() ? number.getAsDouble() : null, json);
        } else if (value instanceof BigDecimal number) {
            writeDecimal(number, json);
        } else if (value instanceof Enum<?> constant) {
            json.writeString(constant.name());
        } else if (value != null && isText(value)) {
            json.writeString(value.toString());
        } else if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                json.writeFieldName(String.valueOf(entry.getKey()));
                write(entry.getValue(), json);
            }
            json.writeEndObject();
        } else if (value instanceof Iterable<?> elements) {
            writeAll(elements.iterator(), json);
        } else if (value instanceof Iterator<?> elements) {
            writeAll(elements, json);
        } else if (value instanceof BaseStream<?, ?> elements) {
            try (elements) {
                writeAll(elements.iterator(), json);
            }
        } else if (value != null && value.getClass().isArray()) {
            json.writeStartArray();
            for (int i = 0; i < Array.getLength(value); i++) {
                write(Array.get(value, i), json);
            }
            json.writeEndArray();
        } else if (value instanceof Record) {
            writeRecord(value, json);
        } else if (value != null && isPublisher(value.getClass())) {
            throw new IllegalArgumentException(value.getClass().getName() + " is a publisher, and has no form in JSON");
        } else {
            json.writeObject(value); // null, numbers, booleans, and beans by their getters
        }
    }

    private static void writeAll(Iterator<?> elements, JsonGenerator json) throws IOException {
        json.writeStartArray();
        while (elements.hasNext()) {
            write(elements.next(), json);
        }
        json.writeEndArray();
    }

    private static boolean isText(Object value) {
        return value instanceof CharSequence
                || value instanceof Character
                || value instanceof Temporal
                || value instanceof TemporalAmount
                || value instanceof UUID
                || value instanceof URI
                || value instanceof Path; // also an Iterable of paths, without end
    }

    /** Plain digits, unless the exponent would write a book of zeros. */
    private static void writeDecimal(BigDecimal number, JsonGenerator json) throws IOException {
        if (Math.abs((long) number.scale()) > 100) {
            json.writeNumber(number.toString());
        } else {
            json.writeNumber(number);
        }
    }

    private static void writeRecord(Object value, JsonGenerator json) throws IOException {
        json.writeStartObject();
        if (isVariant(value.getClass())) {
            json.writeStringField(ObjectForm.DISCRIMINATOR, value.getClass().getSimpleName());
        }
        for (Component component : COMPONENTS.get(value.getClass())) {
            json.writeFieldName(component.name());
            write(read(component, value), json);
        }
        json.writeEndObject();
    }

    /** Whether it is one of several records, which a reader has to tell apart. */
    private static boolean isVariant(Class<?> type) {
        for (Class<?> above : type.getInterfaces()) {
            if (above.isSealed()) {
                return COMPONENTS.get(type).stream()
                        .noneMatch(component -> component.name().equals(ObjectForm.DISCRIMINATOR));
            }
        }
        return false;
    }

    private static @Nullable Object read(Component component, Object value) {
        try {
            return component.accessor().invoke(value);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable checked) {
            throw new IllegalArgumentException(component.name() + " cannot be read: " + checked, checked);
        }
    }

    private static List<Component> componentsOf(Class<?> type) {
        List<Component> components = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            try {
                Method accessor = component.getAccessor();
                accessor.setAccessible(true);
                components.add(new Component(
                        FormFinder.nameOf(component, component.getName()),
                        MethodHandles.lookup()
                                .unreflect(accessor)
                                .asType(MethodType.methodType(Object.class, Object.class))));
            } catch (ReflectiveOperationException | RuntimeException e) {
                throw new IllegalArgumentException(
                        type.getName() + " cannot be read from here; let its module say: opens " + type.getPackageName()
                                + " to dev.holdfast.core;",
                        e);
            }
        }
        return List.copyOf(components);
    }
}
