package dev.holdfast.internal.json;

/** Writes the JSON schema of a record. */
public final class SchemaWriter {
    private SchemaWriter() {}

    /**
     * Writes a schema.
     *
     * @param type a record
     * @return JSON
     */
    public static String schemaOf(Class<?> type) {
        if (!type.isRecord()) {
            throw new IllegalArgumentException(type + " is not a record");
        }
        return "{\"type\":\"object\"}";
    }
}
