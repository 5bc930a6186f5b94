package dev.holdfast.anthropic;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.chat.Part;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a block of text or a tool call carries beside what core has words for, citations for example: an opaque part
 * right behind the part that it belongs to, so that it travels with the message and finds its way back into the block.
 */
final class BlockExtras {
    private static final String BEFORE = "{\"extras\":{";
    private static final String AFTER = "}}";

    private BlockExtras() {}

    static String of(ObjectNode fields) {
        String json = fields.toString();
        return BEFORE + json.substring(1, json.length() - 1) + AFTER;
    }

    static boolean isExtras(Part part) {
        return part instanceof Part.Opaque opaque && opaque.json().startsWith(BEFORE);
    }

    /** Writes the fields into the object that is being written, which has a field already. */
    static void write(JsonGenerator json, @Nullable Part next, String provider) throws IOException {
        if (next instanceof Part.Opaque opaque
                && opaque.provider().equals(provider)
                && opaque.json().startsWith(BEFORE)
                && opaque.json().endsWith(AFTER)) {
            String text = opaque.json();
            json.writeRaw(',');
            json.writeRaw(text, BEFORE.length(), text.length() - BEFORE.length() - AFTER.length());
        }
    }
}
