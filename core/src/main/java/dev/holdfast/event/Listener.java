package dev.holdfast.event;

/**
 * Is told what happens, which is not logged.
 *
 * <pre>{@code
 * Listener listener = event -> {
 *     if (event instanceof CoreEvent.AttemptEnded attempt && attempt.outcome().error() != null) {
 *         log.warn("{} failed: {}", attempt.endpoint(), attempt.outcome().error().getMessage());
 *     }
 * };
 * }</pre>
 *
 * <p><b>Threading.</b> Called in the thread in which it happens, possibly by many threads at once: be quick, hand slow
 * work to a queue.
 *
 * <p><b>Errors.</b> What a listener throws is logged and goes no further: it never harms the call.
 */
@FunctionalInterface
public interface Listener {

    /**
     * Takes notice.
     *
     * @param event what happened
     */
    void on(Event event);
}
