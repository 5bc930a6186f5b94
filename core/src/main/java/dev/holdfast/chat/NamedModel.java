package dev.holdfast.chat;

/** A model under the name of an endpoint. */
record NamedModel(Endpoint endpoint, ChatModel model) implements EndpointModel {
    @Override
    public ChatReply send(ChatCall call) {
        return model.send(call);
    }

    @Override
    public String toString() {
        return endpoint.toString();
    }
}
