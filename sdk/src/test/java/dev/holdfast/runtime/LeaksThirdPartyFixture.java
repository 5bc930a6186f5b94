package dev.holdfast.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Breaks a rule of the house on purpose, once for each place a type can stand in. */
public abstract class LeaksThirdPartyFixture implements Supplier<JsonNode> {
    public JsonNode[] asReturn() {
        return new JsonNode[0];
    }

    protected void asTypeArgument(Map<String, List<JsonNode>> arguments) {}

    public void asThrown() throws JsonProcessingException {}

    JsonNode hidden() {
        return null;
    }
}
