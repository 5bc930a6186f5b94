package dev.holdfast.examples;

import dev.holdfast.budget.BudgetThresholdReached;
import dev.holdfast.chat.Outcome;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.event.CoreEvent;
import dev.holdfast.event.Event;
import dev.holdfast.event.Listener;
import dev.holdfast.resilience.ResilienceEvent;
import dev.holdfast.routing.RouteDecided;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tells a person what happens inside the agent while it happens. */
final class Narrator implements Listener {
    private final Console console;

    Narrator(Console console) {
        this.console = console;
    }

    @Override
    public void on(Event event) {
        String line = lineFor(event);
        if (line != null) {
            console.line("      · " + line);
        }
    }

    private static @Nullable String lineFor(Event event) {
        if (event instanceof RouteDecided route) {
            return String.format(
                    Locale.ROOT,
                    "routed to %s: complexity %.2f, the strong model begins at %.2f%s",
                    route.chosen(),
                    route.score().value(),
                    route.threshold(),
                    route.skipped().isEmpty() ? "" : "; skipped " + route.skipped());
        }
        if (event instanceof CoreEvent.AttemptEnded attempt && attempt.outcome() instanceof Outcome.Failed failed) {
            return attempt.endpoint() + " failed: " + brief(failed.error());
        }
        if (event instanceof ResilienceEvent.Retrying retry) {
            return "trying again in " + retry.delay().toMillis() + " ms";
        }
        if (event instanceof ResilienceEvent.FellBack fallback) {
            return "falling back from " + fallback.from() + " to " + fallback.to();
        }
        if (event instanceof ResilienceEvent.BreakerChanged breaker) {
            return "circuit breaker " + breaker.breaker() + ": " + breaker.from() + " → " + breaker.to();
        }
        if (event instanceof CoreEvent.ToolStarted tool) {
            return "tool " + tool.call().name() + " " + tool.call().arguments();
        }
        if (event instanceof CoreEvent.ToolEnded tool) {
            return "tool " + tool.call().name() + (tool.result().error() ? " was refused or failed: " : " answered: ")
                    + tool.result().text();
        }
        if (event instanceof BudgetThresholdReached budget) {
            return "budget of " + budget.key() + ": " + budget.percent() + "% of " + budget.limit() + " is used";
        }
        return null;
    }

    static String brief(HoldfastException error) {
        String message = String.valueOf(error.getMessage());
        int end = message.indexOf('\n');
        return error.getClass().getSimpleName() + ": " + (end < 0 ? message : message.substring(0, end));
    }
}
