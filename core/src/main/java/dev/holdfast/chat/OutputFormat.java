package dev.holdfast.chat;

import java.util.Objects;

/** The form that the answer must have. */
public sealed interface OutputFormat {
    /** Words. */
    OutputFormat TEXT = new Text();

    /** Words. */
    record Text() implements OutputFormat {}

    /**
     * A JSON object of a schema. Providers that cannot enforce it are told in words; the one who asked checks it.
     *
     * @param name a name for the model, as a tool's name
     * @param schema the schema
     */
    record Json(String name, JsonSchema schema) implements OutputFormat {
        /** Checks the fields. */
        public Json {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(schema, "schema");
        }
    }
}
