package dev.holdfast.routing;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.chat.Message;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;

/** Calls, and endpoints that answer them with their own name. */
final class Calls {
    static final CallContext CONTEXT =
            CallContext.builder(Caller.of("acme", "ann")).callId("c-1").build();

    private Calls() {}

    static ChatCall of(String text) {
        return new ChatCall(ChatRequest.of(text), CONTEXT);
    }

    static Endpoint endpoint(String name, int window) {
        return Endpoint.builder("fake", name).contextWindow(window).build();
    }

    static EndpointModel model(String name) {
        return model(Endpoint.of("fake", name));
    }

    static EndpointModel model(Endpoint endpoint) {
        return EndpointModel.of(
                endpoint,
                call -> ChatReply.completed(
                        ChatResponse.builder(endpoint, Message.assistant("I am " + endpoint.model()))
                                .build()));
    }
}
