package dev.holdfast.chat;

import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Problems;
import dev.holdfast.internal.json.Binder;
import dev.holdfast.internal.json.Json;
import java.util.Objects;

/** A JSON schema that describes an object. Immutable. */
public final class JsonSchema {
    private static final JsonSchema EMPTY_OBJECT = new JsonSchema("{\"type\":\"object\",\"properties\":{}}");

    private final String json;

    private JsonSchema(String json) {
        this.json = json;
    }

    /**
     * A schema that the application wrote.
     *
     * @param json the schema; a JSON object whose {@code type} is {@code object}
     * @return the schema
     * @throws InvalidConfigurationException when it is not such an object
     */
    public static JsonSchema of(String json) {
        try {
            Json.requireObjectSchema(json);
        } catch (IllegalArgumentException e) {
            new Problems().add("schema", String.valueOf(e.getMessage())).throwIfAny("the JSON schema");
        }
        return new JsonSchema(json);
    }

    /**
     * The schema of a record: its components become properties, required unless they are {@link java.util.Optional} or
     * nullable.
     *
     * @param type a record class
     * @return the schema
     * @throws InvalidConfigurationException when the type, or one within it, has no form in JSON; it names every path
     */
    public static JsonSchema of(Class<?> type) {
        Problems problems = new Problems();
        Binder<?> binder = Binder.of(type, problems::add);
        problems.throwIfAny("the JSON schema of " + type.getName());
        return new JsonSchema(binder.schema());
    }

    /**
     * The schema of an object without properties: a tool without arguments.
     *
     * @return the shared instance
     */
    public static JsonSchema emptyObject() {
        return EMPTY_OBJECT;
    }

    /**
     * The schema as text.
     *
     * @return JSON
     */
    public String json() {
        return json;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonSchema that && json.equals(that.json);
    }

    @Override
    public int hashCode() {
        return Objects.hash(json);
    }

    @Override
    public String toString() {
        return json;
    }
}
