package dev.holdfast.chat;

import dev.holdfast.error.Problems;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What a model is told about a tool.
 *
 * @param name letters, digits, underscores and hyphens, 64 at the most: what all providers accept
 * @param description what it does and when to use it, in words for the model
 * @param parameters the schema of the arguments
 */
public record ToolSpec(String name, String description, JsonSchema parameters) {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,64}");
    private static final String ACCEPTED = "use 1 to 64 letters, digits, underscores and hyphens";

    /**
     * Checks the fields.
     *
     * @throws dev.holdfast.error.InvalidConfigurationException when providers do not accept the name
     */
    public ToolSpec {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(description, "description");
        Objects.requireNonNull(parameters, "parameters");
        if (!NAME.matcher(name).matches()) {
            new Problems()
                    .add("name", "'" + name + "' is not accepted by providers; " + ACCEPTED)
                    .throwIfAny("the tool '" + name + "'");
        }
    }
}
