package dev.holdfast.routing;

import dev.holdfast.chat.ChatCall;

/**
 * Says how much a call asks of a model.
 *
 * <p><b>Threading.</b> Called by many threads at once.
 *
 * <p><b>Errors.</b> When a scorer throws, the router takes the call for a hard one; a
 * {@link dev.holdfast.error.HoldfastException} ends the call.
 */
@FunctionalInterface
public interface Scorer {

    /**
     * Scores a call.
     *
     * @param call what is asked, by whom
     * @return from 0, any model will do, to 1, only a strong one
     */
    Score score(ChatCall call);
}
