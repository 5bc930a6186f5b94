package dev.holdfast.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** How a Java type looks in JSON: schema and reading are one thing, so that they cannot disagree. Immutable. */
interface Form {

    /** Writes the keywords of the schema. */
    void describe(ObjectNode schema);

    /** Reads a value; after a mistake the result means nothing. */
    @Nullable
    Object read(JsonNode node, Place place, Reading reading);
}
