package dev.holdfast.chat;

import dev.holdfast.context.CallContext;
import java.util.Objects;

/**
 * A request together with the context that it is made in: what goes down a stack of layers.
 *
 * @param request what is asked
 * @param context who asks, for whom, until when
 */
public record ChatCall(ChatRequest request, CallContext context) {
    /** Checks the fields. */
    public ChatCall {
        Objects.requireNonNull(request, "request");
        Objects.requireNonNull(context, "context");
    }

    /**
     * The same call with another request.
     *
     * @param request what is asked now
     * @return a copy
     */
    public ChatCall with(ChatRequest request) {
        return new ChatCall(request, context);
    }

    /**
     * The same call in another context.
     *
     * @param context the context now
     * @return a copy
     */
    public ChatCall with(CallContext context) {
        return new ChatCall(request, context);
    }
}
