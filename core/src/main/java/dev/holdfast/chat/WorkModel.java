package dev.holdfast.chat;

import dev.holdfast.context.CallContext;
import dev.holdfast.error.TaskException;
import org.jspecify.annotations.Nullable;

/** Any work as a model, for layers that need a reply which can be closed. One instance a call. */
final class WorkModel<T> implements ChatModel {
    private static final ChatResponse RESPONSE = ChatResponse.builder(
                    Endpoint.of("application", "work"), Message.nothing())
            .usage(Usage.none())
            .finishReason(FinishReason.STOP)
            .build();

    /** How work ends that returns. */
    static final Outcome DONE = new Outcome.Completed(RESPONSE);

    private final Work<? extends T> work;
    private @Nullable T result;

    private WorkModel(Work<? extends T> work) {
        this.work = work;
    }

    @SuppressWarnings("NullAway") // null is a result that work may return
    static <T> T run(ModelLayer layer, CallContext context, Work<? extends T> work) throws Exception {
        WorkModel<T> model = new WorkModel<>(work);
        try {
            layer.around(model).send(new ChatCall(ChatRequest.empty(), context)).await();
        } catch (TaskException e) {
            throw Work.thrown(e);
        }
        return model.result;
    }

    @Override
    public ChatReply send(ChatCall call) {
        return new WorkReply(call.context(), Usage.none(), () -> {
            result = work.call(call.context());
            return RESPONSE;
        });
    }
}
