package dev.holdfast.routing;

import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.EndpointModel;
import java.util.List;

/**
 * Makes one model of the targets that a router has put in order: what to do when the first of them fails.
 *
 * <p>Called once for each order that comes up, not once a call, and the result serves many calls at once: what has to be
 * remembered from call to call (breakers, statistics) belongs to the targets, not to the chain.
 */
@FunctionalInterface
public interface Chain {

    /**
     * Makes one model of several.
     *
     * @param ordered the chosen target first, then the ones to fall back on; never empty, immutable
     * @return a model over them
     */
    ChatModel over(List<EndpointModel> ordered);

    /**
     * The chosen target alone: when it fails, the call fails.
     *
     * @return the chain
     */
    static Chain firstOnly() {
        return ordered -> ordered.get(0);
    }
}
