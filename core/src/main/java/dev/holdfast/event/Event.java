package dev.holdfast.event;

import dev.holdfast.context.CallContext;
import java.time.Instant;

/**
 * Something that happened. Core's events are in {@link CoreEvent}; other modules add their own, so a listener ignores
 * what it does not know.
 */
public interface Event {

    /**
     * Whose call it happened in.
     *
     * @return the context
     */
    CallContext context();

    /**
     * When.
     *
     * @return the instant, by the runtime's clock
     */
    Instant at();
}
