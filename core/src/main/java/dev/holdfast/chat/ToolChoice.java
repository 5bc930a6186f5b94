package dev.holdfast.chat;

/** Whether the model may, must or must not call tools. */
public sealed interface ToolChoice {
    /** The model decides. */
    ToolChoice AUTO = new Auto();

    /** The model calls no tool. */
    ToolChoice NONE = new None();

    /** The model calls at least one tool. */
    ToolChoice REQUIRED = new Required();

    /** The model decides. */
    record Auto() implements ToolChoice {}

    /** The model calls no tool. */
    record None() implements ToolChoice {}

    /** The model calls at least one tool. */
    record Required() implements ToolChoice {}

    /**
     * The model calls this tool.
     *
     * @param name the tool's name
     */
    record Tool(String name) implements ToolChoice {}
}
