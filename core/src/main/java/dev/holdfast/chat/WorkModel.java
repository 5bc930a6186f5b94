package dev.holdfast.chat;

import dev.holdfast.context.CallContext;
import dev.holdfast.error.HoldfastException;
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
    private boolean done;
    private @Nullable T result;
    private @Nullable Exception thrown;

    private WorkModel(Work<? extends T> work) {
        this.work = work;
    }

    @SuppressWarnings("NullAway") // null is a result that work may return
    static <T> T run(ModelLayer layer, CallContext context, Work<? extends T> work) throws Exception {
        WorkModel<T> model = new WorkModel<>(work);
        try {
            layer.around(model).send(new ChatCall(ChatRequest.empty(), context)).await();
        } catch (HoldfastException e) {
            throw Work.thrown(e, model.thrown);
        }
        if (!model.done) {
            throw answeredInstead(model.thrown);
        }
        return model.result;
    }

    /** A fixed answer stands in for a model's. There is none that could stand in for the result of work. */
    static Exception answeredInstead(@Nullable Exception thrown) {
        return thrown != null
                ? thrown
                : new IllegalStateException("a layer gave a model's answer in place of work that was never begun");
    }

    @Override
    public ChatReply send(ChatCall call) {
        return new WorkReply(call.context(), Usage.none(), () -> {
            done = false;
            try {
                result = work.call(call.context());
            } catch (Exception e) {
                thrown = e;
                throw e;
            }
            done = true;
            return RESPONSE;
        });
    }
}
