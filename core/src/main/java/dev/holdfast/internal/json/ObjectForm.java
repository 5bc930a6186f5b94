package dev.holdfast.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.invoke.MethodHandle;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An object of named properties: a record, or the parameters of a method. */
final class ObjectForm implements Form {
    /** The property that tells the records of a sealed interface apart. */
    static final String DISCRIMINATOR = "type";

    private final Map<String, Property> properties;
    private final String description;
    private final @Nullable MethodHandle maker;
    private final @Nullable String variant;

    /**
     * One property.
     *
     * @param absent what the record gets when it is missing or null; meaningless when it is required
     * @param wrap puts a value that is there into what the record wants
     */
    record Property(
            String name,
            String description,
            Form form,
            boolean required,
            @Nullable Object absent,
            Function<Object, Object> wrap) {}

    private ObjectForm(
            Map<String, Property> properties,
            String description,
            @Nullable MethodHandle maker,
            @Nullable String variant) {
        this.properties = properties;
        this.description = description;
        this.maker = maker;
        this.variant = variant;
    }

    /** Read, it is what the maker makes of the values: {@code (Object[])Object}; without a maker, the values. */
    static ObjectForm of(List<Property> properties, String description, @Nullable MethodHandle maker) {
        Map<String, Property> byName = new LinkedHashMap<>();
        for (Property property : properties) {
            byName.put(property.name(), property);
        }
        return new ObjectForm(byName, description, maker, null);
    }

    /** The same object as one of several, told apart by the discriminator. */
    ObjectForm asVariant(String name) {
        return new ObjectForm(properties, description, maker, name);
    }

    boolean has(String property) {
        return properties.containsKey(property);
    }

    @Override
    public void describe(ObjectNode schema) {
        schema.put("type", "object");
        if (!description.isEmpty()) {
            schema.put("description", description);
        }
        ObjectNode described = schema.putObject("properties");
        ArrayNode required = Json.MAPPER.createArrayNode();
        if (variant != null) {
            described
                    .putObject(DISCRIMINATOR)
                    .put("type", "string")
                    .putArray("enum")
                    .add(variant);
            required.add(DISCRIMINATOR);
        }
        for (Property property : properties.values()) {
            ObjectNode own = described.putObject(property.name());
            property.form().describe(own);
            if (!property.description().isEmpty()) {
                // What the type says of itself (how a local time is written) stays; the place says more than the type.
                String ofType = own.path("description").asText("");
                own.put(
                        "description",
                        ofType.isEmpty() ? property.description() : property.description() + " (" + ofType + ")");
            }
            if (property.required()) {
                required.add(property.name());
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        schema.put("additionalProperties", false);
    }

    @Override
    public @Nullable Object read(JsonNode node, Place place, Reading reading) {
        if (!node.isObject()) {
            reading.mismatch(place, "an object", node);
            return null;
        }
        int before = reading.count();
        refuseUnknown(node, place, reading);
        @Nullable Object[] values = new Object[properties.size()];
        int i = 0;
        for (Property property : properties.values()) {
            values[i++] = value(property, node.get(property.name()), place, reading);
        }
        return reading.count() > before ? null : made(values, place, reading);
    }

    private void refuseUnknown(JsonNode node, Place place, Reading reading) {
        node.fieldNames().forEachRemaining(name -> {
            if (!properties.containsKey(name) && !(variant != null && name.equals(DISCRIMINATOR))) {
                String known = properties.isEmpty()
                        ? "the object has no properties"
                        : "known are " + String.join(", ", properties.keySet());
                reading.mistake(
                        place,
                        "\"" + Reading.shortened(name) + "\" is not known; " + known,
                        "a property is not known; " + known);
            }
        });
    }

    private static @Nullable Object value(Property property, @Nullable JsonNode node, Place parent, Reading reading) {
        if (node == null || node.isNull()) {
            if (property.required()) {
                reading.mistake(
                        parent.property(property.name()),
                        node == null ? "is missing; it is required" : "is null; a value is required");
            }
            return property.absent();
        }
        Object value = property.form().read(node, parent.property(property.name()), reading);
        return value == null ? null : property.wrap().apply(value);
    }

    private @Nullable Object made(@Nullable Object[] values, Place place, Reading reading) {
        if (maker == null) {
            return values;
        }
        try {
            return maker.invoke(values);
        } catch (Error e) {
            throw e;
        } catch (Throwable thrownByConstructor) {
            // A constructor checks its record in the user's words: the model can mend by them.
            String words = thrownByConstructor.getMessage();
            reading.mistake(
                    place,
                    words == null ? "is not accepted: " + thrownByConstructor : words,
                    "is not accepted by the record: "
                            + thrownByConstructor.getClass().getSimpleName());
            return null;
        }
    }
}
