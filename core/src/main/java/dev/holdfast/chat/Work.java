package dev.holdfast.chat;

import dev.holdfast.context.CallContext;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.TaskException;
import org.jspecify.annotations.Nullable;

/**
 * Any work of the application that stands behind a layer instead of a model, and is told the context that the layers
 * pass on: how long it may take, which attempt it is.
 *
 * @param <T> the type of its result
 */
@FunctionalInterface
public interface Work<T> {

    /**
     * Does the work.
     *
     * @param context on whose behalf, until when, as changed by the layers in front
     * @return its result
     * @throws Exception when there is none
     */
    T call(CallContext context) throws Exception;

    /**
     * The error that stands for what work has thrown, for layers that decide by the error. Sets the interrupt flag of the
     * thread again where the work was interrupted.
     *
     * @param thrown what the work threw
     * @param context the context that it ran in
     * @return itself if it is one of ours; cancelled for an interrupt; else a {@link TaskException} with it as the cause
     */
    static HoldfastException errorOf(Throwable thrown, CallContext context) {
        return WorkReply.errorOf(thrown, context, Usage.none());
    }

    /**
     * What the caller of the work gets to see: what the work threw, as it was thrown, or how a layer ended it instead.
     *
     * @param error how the work ended
     * @param thrown what the work threw last; null when it never did
     * @return the exception to throw
     */
    static Exception thrown(HoldfastException error, @Nullable Exception thrown) {
        return thrown != null && error instanceof TaskException && error.getCause() == thrown ? thrown : error;
    }
}
