package dev.holdfast.event;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where events go: to all listeners, in their order. Immutable.
 *
 * <p><b>Threading.</b> Safe for use by many threads.
 */
public final class Events {
    private static final Logger log = LoggerFactory.getLogger(Events.class);
    private static final Events NONE = new Events(List.of());

    private final Listener[] listeners;

    private Events(List<Listener> listeners) {
        this.listeners = listeners.toArray(new Listener[0]);
    }

    /**
     * To nobody.
     *
     * @return the shared instance
     */
    public static Events none() {
        return NONE;
    }

    /**
     * To these listeners.
     *
     * @param listeners in the order in which they are told
     * @return the events
     */
    public static Events to(Listener... listeners) {
        return to(List.of(listeners));
    }

    /**
     * To these listeners.
     *
     * @param listeners in the order in which they are told; copied
     * @return the events
     */
    public static Events to(List<? extends Listener> listeners) {
        return listeners.isEmpty() ? NONE : new Events(new ArrayList<>(listeners));
    }

    /**
     * Tells whether anybody listens; where nobody does, an event need not be made.
     *
     * @return true when there is a listener
     */
    public boolean isHeard() {
        return listeners.length > 0;
    }

    /**
     * Tells every listener.
     *
     * @param event what happened
     */
    public void emit(Event event) {
        for (Listener listener : listeners) {
            try {
                listener.on(event);
            } catch (RuntimeException | Error e) { // an assertion, a class that is missing: no reason to fail the call
                log.warn("listener {} threw at {}", listener, event.getClass().getSimpleName(), e);
            }
        }
    }
}
