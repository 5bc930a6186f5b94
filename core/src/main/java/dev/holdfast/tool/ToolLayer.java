package dev.holdfast.tool;

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
}
