package dev.holdfast.tool;

import dev.holdfast.chat.Part;
import dev.holdfast.chat.ToolSpec;

/**
 * Something that a model may ask to be done.
 *
 * <p><b>Threading.</b> Called by many threads; the calls of one message may run at the same time.
 */
public interface Tool {

    /**
     * What the model is told about it.
     *
     * @return name, description and parameters
     */
    ToolSpec spec();

    /**
     * Does it.
     *
     * @param use the call and its context
     * @return the answer for the model, which may be an error in words
     * @throws Exception when it fails; the model is told the message, and may try otherwise
     */
    Part.ToolResult call(ToolUse use) throws Exception;
}
