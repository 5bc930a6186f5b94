package dev.holdfast.chat;

/** A model that is one endpoint: what providers give, and what is priced, routed to, limited and broken by. */
public interface EndpointModel extends ChatModel {

    /**
     * Who answers.
     *
     * @return the endpoint
     */
    Endpoint endpoint();

    /**
     * Gives any model an endpoint.
     *
     * @param endpoint who it is
     * @param model what answers
     * @return the model under this name
     */
    static EndpointModel of(Endpoint endpoint, ChatModel model) {
        return new EndpointModel() {
            @Override
            public Endpoint endpoint() {
                return endpoint;
            }

            @Override
            public ChatReply send(ChatCall call) {
                return model.send(call);
            }

            @Override
            public String toString() {
                return endpoint.toString();
            }
        };
    }
}
