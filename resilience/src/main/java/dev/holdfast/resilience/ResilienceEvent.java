package dev.holdfast.resilience;

import dev.holdfast.context.CallContext;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.event.Event;
import java.time.Duration;
import java.time.Instant;

/** What happens when calls fail. */
public sealed interface ResilienceEvent extends Event {

    /**
     * The same target will be tried again.
     *
     * @param context whose call, and which attempt of it failed
     * @param at when
     * @param delay how long until the next attempt
     * @param why what the attempt failed with
     */
    record Retrying(CallContext context, Instant at, Duration delay, HoldfastException why)
            implements ResilienceEvent {}

    /**
     * Another target will be tried.
     *
     * @param context whose call
     * @param at when
     * @param from the target that failed, by name
     * @param to the target that is tried now, by name
     * @param why what it failed with
     */
    record FellBack(CallContext context, Instant at, String from, String to, HoldfastException why)
            implements ResilienceEvent {}

    /**
     * A breaker has changed its state.
     *
     * @param context the call that made it change; of the caller {@code operator} where a person or a program forced it
     * @param at when
     * @param breaker its name
     * @param from the state until now
     * @param to the state from now on
     */
    record BreakerChanged(
            CallContext context, Instant at, String breaker, CircuitBreaker.State from, CircuitBreaker.State to)
            implements ResilienceEvent {}
}
