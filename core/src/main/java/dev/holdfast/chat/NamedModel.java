package dev.holdfast.chat;

/** A model under the name of an endpoint. */
record NamedModel(Endpoint endpoint, ChatModel model) implements EndpointModel {
    /** The model as this endpoint; itself where it is that already. */
    static EndpointModel as(Endpoint endpoint, ChatModel model) {
        return model instanceof EndpointModel named && named.endpoint().equals(endpoint)
                ? named
                : new NamedModel(endpoint, model);
    }

    /** The model without its names. */
    static ChatModel bare(ChatModel model) {
        ChatModel bare = model;
        while (bare instanceof NamedModel named) {
            bare = named.model;
        }
        return bare;
    }

    @Override
    public ChatReply send(ChatCall call) {
        return model.send(call);
    }

    @Override
    public String toString() {
        return endpoint.toString();
    }
}
