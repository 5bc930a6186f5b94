package dev.holdfast.internal.json;

/** Writes the JSON schema of a record. */
public final class SchemaWriter {
    private SchemaWriter() {}

    /**
     * Writes a schema.
     *
     * @param type a record
     * @return JSON
     * @throws IllegalArgumentException when the type, or one within it, has no form in JSON; the message names every
     *     such place by its path
     */
    public static String schemaOf(Class<?> type) {
        return Binder.of(type).schema();
    }
}
