package dev.holdfast.routing;

import dev.holdfast.chat.Endpoint;
import dev.holdfast.context.CallContext;
import dev.holdfast.event.Event;
import java.time.Instant;
import java.util.List;

/**
 * A router has chosen. Who answered in the end is in the response: the chosen target may have failed.
 *
 * @param context whose call
 * @param at when
 * @param chosen who is asked first
 * @param fallbacks who is asked after that, if the router's chain falls back
 * @param score how much the call asks of a model, and why; its reasons are put into words when they are asked for
 * @param threshold the score from which on a strong target is wanted
 * @param skipped which targets could not take the call, and why
 */
public record RouteDecided(
        CallContext context,
        Instant at,
        Endpoint chosen,
        List<Endpoint> fallbacks,
        Score score,
        double threshold,
        List<Skipped> skipped)
        implements Event {
    /** Copies the lists. */
    public RouteDecided {
        fallbacks = List.copyOf(fallbacks);
        skipped = List.copyOf(skipped);
    }
}
