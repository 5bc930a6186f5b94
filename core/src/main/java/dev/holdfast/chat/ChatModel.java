package dev.holdfast.chat;

import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.HoldfastException;

/**
 * Anything that answers: a provider's model, a model behind layers, a router over many, a whole agent, a fake.
 *
 * <p><b>Threading.</b> A model is safe for use by many threads.
 */
@FunctionalInterface
public interface ChatModel {

    /**
     * Prepares a call. Does not block and does not fail: the work starts with the first {@link ChatReply#next}, and that
     * is where refusals and failures surface.
     *
     * @param call what is asked, by whom, until when
     * @return the answer on its way; read it to its end or close it
     */
    ChatReply send(ChatCall call);

    /**
     * Asks and waits for the whole answer.
     *
     * @param request what is asked
     * @param context who asks, for whom, until when
     * @return the answer
     * @throws HoldfastException when there is none
     */
    default ChatResponse chat(ChatRequest request, CallContext context) {
        return send(new ChatCall(request, context)).await();
    }

    /**
     * Asks on behalf of nobody in particular and waits for the whole answer.
     *
     * @param request what is asked
     * @return the answer
     * @throws HoldfastException when there is none
     */
    default ChatResponse chat(ChatRequest request) {
        return chat(request, CallContext.of(Caller.of("anonymous")));
    }

    /**
     * Asks one thing on behalf of nobody in particular and waits for the words of the answer.
     *
     * @param text what the user says
     * @return the words
     * @throws HoldfastException when there is no answer
     */
    default String chat(String text) {
        return chat(ChatRequest.of(text)).text();
    }
}
