package dev.holdfast.chat;

import dev.holdfast.context.CallContext;
import java.util.concurrent.Callable;

/**
 * Something that stands in front of a model and is then a model itself: a limit, a retry, a breaker, a memory.
 *
 * <p>A layer keeps its state in itself, not in what {@link #around} returns: put around several models it counts them
 * together.
 *
 * <p><b>Threading.</b> A layer is safe for use by many threads.
 */
@FunctionalInterface
public interface ModelLayer {

    /**
     * Stands in front of a model.
     *
     * @param next the model below
     * @return the model behind this layer
     */
    ChatModel around(ChatModel next);

    /**
     * Stands in front of an endpoint's model, which goes on to be that endpoint: prices, breakers and events know it by
     * the same name.
     *
     * @param next the model below
     * @return the model behind this layer
     */
    default EndpointModel around(EndpointModel next) {
        return NamedModel.as(next.endpoint(), around((ChatModel) next));
    }

    /**
     * Puts another layer below this one.
     *
     * @param inner the layer below
     * @return both, this one outermost
     */
    default ModelLayer over(ModelLayer inner) {
        return Layers.of(this, inner);
    }

    /**
     * Does any work of the application behind this layer, as if it were a call of a model.
     *
     * <p>The work may run several times, or never, as the layer decides. It runs in the calling thread, and the layer
     * sees an empty request; what the work throws, layers see as the cause of a
     * {@link dev.holdfast.error.TaskException}. When the layer closes the call while the work runs, as a deadline does,
     * the thread is interrupted. An answer that a layer gives instead of a model's cannot stand in for a result: what the
     * work threw is thrown all the same.
     *
     * @param context on whose behalf, until when
     * @param work what to do
     * @param <T> the type of its result
     * @return what the work returned
     * @throws Exception what the work threw, as it was thrown, or the layer's own error
     */
    default <T> T call(CallContext context, Callable<? extends T> work) throws Exception {
        return call(context, (Work<T>) within -> work.call());
    }

    /**
     * Does work that wants to know the context that this layer passes on. For the rest as
     * {@link #call(CallContext, Callable)}.
     *
     * @param context on whose behalf, until when
     * @param work what to do
     * @param <T> the type of its result
     * @return what the work returned
     * @throws Exception what the work threw, as it was thrown, or the layer's own error
     */
    default <T> T call(CallContext context, Work<? extends T> work) throws Exception {
        return WorkModel.run(this, context, work);
    }
}
