package dev.holdfast.chat;

import java.util.Objects;

/** A model that is one endpoint: what providers give, and what is priced, routed to, limited and broken by. */
public interface EndpointModel extends ChatModel {

    /**
     * Who answers.
     *
     * @return the endpoint
     */
    Endpoint endpoint();

    /**
     * A model out of code of the application's that asks somebody, blocks, and returns the whole answer: a client that
     * is there already, for example.
     *
     * <pre>{@code
     * Endpoint house = Endpoint.of("in-house", "small");
     * ChatModel small = EndpointModel.blocking(house, call -> ChatResponse.of(house, client.complete(call.request())));
     * }</pre>
     *
     * <p>The code runs in the thread that reads the answer, with its first {@link ChatReply#next}. When the call is closed
     * meanwhile, as a deadline does, that thread is interrupted. What the code throws surfaces as a
     * {@link dev.holdfast.error.TaskException}; one of Holdfast's own errors as itself. After a
     * {@code TaskException} a fallback asks somebody else, but a retry runs the code again only where the cause is an I/O
     * error or a timeout: for others that pass, and for those that nobody else should be asked after, throw a
     * {@link dev.holdfast.error.TransportException} or {@link dev.holdfast.error.ProviderException} with a
     * {@linkplain dev.holdfast.error.Classification classification}.
     *
     * @param endpoint who answers
     * @param work asks and waits
     * @return the model
     */
    static EndpointModel blocking(Endpoint endpoint, Blocking work) {
        Objects.requireNonNull(work, "work");
        String who = endpoint.toString();
        return of(endpoint, call -> new WorkReply(call.context(), Usage.unknown(), who, () -> work.answer(call)));
    }

    /** Code that blocks until it has the whole answer. Called by many threads. */
    @FunctionalInterface
    interface Blocking {

        /**
         * Asks and waits.
         *
         * @param call what is asked, by whom, until when
         * @return the answer
         * @throws Exception when there is none
         */
        ChatResponse answer(ChatCall call) throws Exception;
    }

    /**
     * Gives any model an endpoint.
     *
     * @param endpoint who it is
     * @param model what answers
     * @return the model under this name
     */
    static EndpointModel of(Endpoint endpoint, ChatModel model) {
        return new NamedModel(endpoint, model);
    }

    /**
     * A model with something in front of it, under the name that it had, if it had one. For layers: what the compiler knows
     * as a {@link ChatModel} may be an endpoint all the same.
     *
     * @param next the model
     * @param layered the model behind a layer
     * @return the latter, an {@link EndpointModel} of the same endpoint where the former is one
     */
    static ChatModel keepName(ChatModel next, ChatModel layered) {
        return next instanceof EndpointModel named ? NamedModel.as(named.endpoint(), layered) : layered;
    }
}
