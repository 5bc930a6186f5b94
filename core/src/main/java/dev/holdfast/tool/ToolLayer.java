package dev.holdfast.tool;

import dev.holdfast.chat.ModelLayer;

/**
 * Something that stands in front of a tool and is then a tool itself: a permission, an approval, a deadline.
 *
 * <p><b>Threading.</b> Safe for use by many threads.
 */
@FunctionalInterface
public interface ToolLayer {

    /**
     * Stands in front of a tool.
     *
     * @param next the tool below
     * @return the tool behind this layer
     */
    Tool around(Tool next);

    /**
     * Puts a layer for models in front of tools: a breaker, a bulkhead, a deadline.
     *
     * <p>The tool sees the context as the layer hands it on, with its deadline and attempt, and the same idempotency key
     * at every try. An answer that tells the model of an error is an answer; what the layer counts as a failure is a tool
     * that throws. What the layer itself throws is thrown by the tool, as it is.
     *
     * @param layer the layer; its state is shared by all tools behind it
     * @return the layer for tools
     */
    static ToolLayer of(ModelLayer layer) {
        return next -> new LayeredTool(layer, next);
    }
}
