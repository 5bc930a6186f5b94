package dev.holdfast;

import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;

/**
 * A model of an agent.
 *
 * @param use what it is for
 * @param model what answers
 */
record ModelSlot(Use use, EndpointModel model) {

    /** What a model is for. */
    enum Use {
        ANY("model"),
        CHEAP("cheap"),
        STRONG("strong");

        private final String field;

        Use(String field) {
            this.field = field;
        }

        /** The builder's method, as problems call it. */
        String field() {
            return field;
        }
    }

    Endpoint endpoint() {
        return model.endpoint();
    }
}
