package dev.holdfast.chat;

import dev.holdfast.context.CallContext;
import dev.holdfast.error.TaskException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A callable as a model, so that one implementation of a layer serves both. One instance a call. */
final class WorkModel<T> implements ChatModel {
    private static final ChatResponse DONE = ChatResponse.builder(Endpoint.of("application", "work"), Message.nothing())
            .usage(Usage.none())
            .finishReason(FinishReason.STOP)
            .build();

    private final Callable<? extends T> work;
    private @Nullable T result;

    private WorkModel(Callable<? extends T> work) {
        this.work = work;
    }

    @SuppressWarnings("NullAway") // null is a result that a callable may return
    static <T> T run(ModelLayer layer, CallContext context, Callable<? extends T> work) throws Exception {
        WorkModel<T> model = new WorkModel<>(work);
        try {
            layer.around(model).send(new ChatCall(ChatRequest.empty(), context)).await();
        } catch (TaskException e) {
            if (e.getCause() instanceof Exception thrownByWork) {
                throw thrownByWork;
            }
            throw e;
        }
        return model.result;
    }

    @Override
    public ChatReply send(ChatCall call) {
        return new WorkReply(call.context(), Usage.none(), () -> {
            result = work.call();
            return DONE;
        });
    }
}
