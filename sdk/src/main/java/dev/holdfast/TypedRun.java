package dev.holdfast;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.InvalidOutputException;
import dev.holdfast.resilience.Fallback;
import dev.holdfast.tool.StructuredOutput;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One run that asks for a record. As a model it stands below what tells of runs and bounds them, so that an answer with
 * all its repairs is one run with one deadline.
 */
final class TypedRun<T> implements ChatModel {
    private static final Endpoint ENDPOINT = Endpoint.of("application", "structured-output");

    /** How to ask for a record: found out once for each. */
    private static final ClassValue<StructuredOutput<?>> OUTPUTS = new ClassValue<>() {
        @Override
        protected StructuredOutput<?> computeValue(Class<?> type) {
            return StructuredOutput.of(type);
        }
    };

    private final StructuredOutput<T> output;
    private final ChatModel below;
    private final ChatModel asked = EndpointModel.blocking(ENDPOINT, this::ask);
    private @Nullable T value; // written and read in the one thread that waits for the answer

    private TypedRun(StructuredOutput<T> output, ChatModel below) {
        this.output = output;
        this.below = below;
    }

    @SuppressWarnings("unchecked") // what is kept for a class was made of it
    static <T> TypedRun<T> of(Class<T> type, ChatModel below) {
        return new TypedRun<>((StructuredOutput<T>) OUTPUTS.get(Objects.requireNonNull(type, "type")), below);
    }

    @Override
    public ChatReply send(ChatCall call) {
        return asked.send(call);
    }

    private ChatResponse ask(ChatCall call) {
        StructuredOutput.Result<T> result = output.ask(new Asked(below), call.request(), call.context());
        value = result.value();
        return result.response();
    }

    TypedAnswer<T> answer(ChatResponse response, String runId) {
        return new TypedAnswer<>(Objects.requireNonNull(value, "value"), response, runId);
    }

    /** What is asked for the record, and asked again when it was not one. */
    private static final class Asked implements ChatModel {
        private final ChatModel below;
        private @Nullable ChatResponse fixedAnswer;

        Asked(ChatModel below) {
            this.below = below;
        }

        @Override
        public ChatReply send(ChatCall call) {
            return below.send(call);
        }

        @Override
        public ChatResponse chat(ChatRequest request, CallContext context) {
            ChatResponse fixed = fixedAnswer;
            if (fixed != null) { // no model gave it, so none can mend it
                throw new InvalidOutputException(
                        "no model has answered, and the fixed answer of the agent does not have the form that was asked"
                                + " for",
                        ErrorDetails.builder()
                                .context(context)
                                .endpoint(fixed.endpoint())
                                .partial(fixed.message())
                                .build(),
                        null);
            }
            ChatResponse response = below.chat(request, context);
            fixedAnswer = response.endpoint().equals(Fallback.FIXED_ANSWER) ? response : null;
            return response;
        }
    }
}
