package dev.holdfast.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The forms of values that hold other values, or are one of several. */
final class Forms {
    private Forms() {}

    /** Stands where a flaw was told; whoever told it never uses what was built. */
    static final Form FLAWED = new Form() {
        @Override
        public void describe(ObjectNode schema) {}

        @Override
        public @Nullable Object read(JsonNode node, Place place, Reading reading) {
            return null;
        }
    };

    static Form list(Form element) {
        return new Elements(element, Collections::unmodifiableList);
    }

    static Form set(Form element) {
        return new Elements(element, elements -> Collections.unmodifiableSet(new LinkedHashSet<>(elements)));
    }

    static Form array(Form element, Class<?> elementType) {
        return new Elements(element, elements -> {
            Object array = Array.newInstance(elementType, elements.size());
            for (int i = 0; i < elements.size(); i++) {
                Array.set(array, i, elements.get(i));
            }
            return array;
        });
    }

    static Form map(Form value) {
        return new Values(value);
    }

    static Form enumeration(Class<?> type) {
        Map<String, Object> constants = new LinkedHashMap<>();
        for (Object constant : type.getEnumConstants()) {
            constants.put(((Enum<?>) constant).name(), constant);
        }
        return new OneOf(constants);
    }

    static Form variants(Map<String, ObjectForm> variants) {
        return new Variants(variants);
    }

    /** The element type of a list, set, collection or array; null for anything else. */
    static @Nullable Type elementType(Type type, Class<?> raw) {
        if (raw.isArray()) {
            return type instanceof GenericArrayType generic
                    ? generic.getGenericComponentType()
                    : raw.getComponentType();
        }
        boolean many = raw == List.class || raw == Collection.class || raw == Set.class;
        return many && type instanceof ParameterizedType generic ? generic.getActualTypeArguments()[0] : null;
    }

    private record Elements(Form element, Function<List<Object>, Object> collect) implements Form {
        @Override
        public void describe(ObjectNode schema) {
            schema.put("type", "array");
            element.describe(schema.putObject("items"));
        }

        @Override
        public @Nullable Object read(JsonNode node, Place place, Reading reading) {
            if (!node.isArray()) {
                reading.mismatch(place, "an array", node);
                return null;
            }
            int before = reading.count();
            List<Object> elements = new ArrayList<>(node.size());
            for (int i = 0; i < node.size(); i++) {
                Object value = element.read(node.get(i), place.element(i), reading);
                if (value != null) {
                    elements.add(value);
                }
            }
            return reading.count() > before ? null : collect.apply(elements);
        }
    }

    private record Values(Form value) implements Form {
        @Override
        public void describe(ObjectNode schema) {
            schema.put("type", "object");
            value.describe(schema.putObject("additionalProperties"));
        }

        @Override
        public @Nullable Object read(JsonNode node, Place place, Reading reading) {
            if (!node.isObject()) {
                reading.mismatch(place, "an object", node);
                return null;
            }
            Map<String, Object> values = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> entry : node.properties()) {
                Object read = value.read(entry.getValue(), place.key(entry.getKey()), reading);
                if (read != null) {
                    values.put(entry.getKey(), read);
                }
            }
            return Collections.unmodifiableMap(values);
        }
    }

    private record OneOf(Map<String, Object> constants) implements Form {
        @Override
        public void describe(ObjectNode schema) {
            ArrayNode names = schema.put("type", "string").putArray("enum");
            constants.keySet().forEach(names::add);
        }

        @Override
        public @Nullable Object read(JsonNode node, Place place, Reading reading) {
            Object constant = node.isTextual() ? constants.get(node.textValue()) : null;
            if (constant == null) {
                String names = " is not one of " + String.join(", ", constants.keySet());
                String kind = node.isTextual() ? names : names + ", as a string";
                reading.mistake(place, Reading.words(node) + kind, Reading.kind(node) + kind);
            }
            return constant;
        }
    }

    private record Variants(Map<String, ObjectForm> variants) implements Form {
        @Override
        public void describe(ObjectNode schema) {
            ArrayNode anyOf = schema.putArray("anyOf");
            variants.values().forEach(variant -> variant.describe(anyOf.addObject()));
        }

        @Override
        public @Nullable Object read(JsonNode node, Place place, Reading reading) {
            if (!node.isObject()) {
                reading.mismatch(place, "an object", node);
                return null;
            }
            JsonNode name = node.path(ObjectForm.DISCRIMINATOR);
            ObjectForm variant = name.isTextual() ? variants.get(name.textValue()) : null;
            if (variant == null) {
                String names = "; give one of " + String.join(", ", variants.keySet());
                reading.mistake(
                        place.property(ObjectForm.DISCRIMINATOR),
                        (name.isMissingNode() ? "is missing" : Reading.words(name) + " is not known") + names,
                        (name.isMissingNode() ? "is missing" : Reading.kind(name) + " is not known") + names);
                return null;
            }
            return variant.read(node, place, reading);
        }
    }
}
