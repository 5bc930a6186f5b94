package dev.holdfast.tool;

import dev.holdfast.chat.Part;
import dev.holdfast.context.CallContext;
import java.util.Objects;

/**
 * One use of a tool.
 *
 * @param call what the model asks for
 * @param context whose run; its deadline bounds the tool
 * @param idempotencyKey the same for every try of this one use: hand it to whatever must not happen twice
 */
public record ToolUse(Part.ToolCall call, CallContext context, String idempotencyKey) {
    /** Checks the fields. */
    public ToolUse {
        Objects.requireNonNull(call, "call");
        Objects.requireNonNull(context, "context");
        Objects.requireNonNull(idempotencyKey, "idempotencyKey");
    }

    /**
     * Answers this use.
     *
     * @param text the answer in words for the model
     * @return the result
     */
    public Part.ToolResult answer(String text) {
        return new Part.ToolResult(call.id(), call.name(), text, false);
    }

    /**
     * Answers that this use failed or was refused.
     *
     * @param text what went wrong and what to do instead, in words for the model
     * @return the result
     */
    public Part.ToolResult failure(String text) {
        return new Part.ToolResult(call.id(), call.name(), text, true);
    }
}
