package dev.holdfast;

import dev.holdfast.budget.Budget;
import dev.holdfast.budget.BudgetThresholdReached;
import dev.holdfast.budget.BudgetUnit;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.Outcome;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.RejectedException;
import dev.holdfast.event.CoreEvent;
import dev.holdfast.event.Event;
import dev.holdfast.event.Listener;
import dev.holdfast.resilience.CircuitBreaker;
import dev.holdfast.resilience.Fallback;
import dev.holdfast.resilience.ResilienceEvent;
import dev.holdfast.routing.RouteDecided;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts events into the log, field by field: an event's own text may hold what was asked and answered. It stands here
 * because nothing below sees the events of all rooms.
 */
final class EventLog implements Listener {
    /** By the name that {@link Holdfast#logging} promises. */
    static final EventLog STANDARD = new EventLog(LoggerFactory.getLogger("dev.holdfast.events"));

    private static final int LONGEST = 500;

    private final Logger log;

    EventLog(Logger log) {
        this.log = log;
    }

    @Override
    public void on(Event event) {
        if (event instanceof CoreEvent.RunEnded run) {
            ended(run);
        } else if (event instanceof ResilienceEvent.BreakerChanged breaker) {
            changed(breaker);
        } else if (event instanceof BudgetThresholdReached budget) {
            reached(budget);
        } else if (event instanceof ResilienceEvent.FellBack fallback
                && fallback.to().equals(Fallback.FIXED_ANSWER.id())) {
            log.warn(
                    "the fixed answer was given, because {} failed: {} [{}]",
                    fields(fallback, fallback.from(), told(fallback.why())));
        } else if (log.isDebugEnabled()) {
            detail(event);
        }
    }

    private void ended(CoreEvent.RunEnded run) {
        HoldfastException error = run.outcome().error();
        if (run.outcome() instanceof Outcome.Failed && error != null) {
            if (error instanceof RejectedException) { // a rule did what it is there for
                log.info("run refused: {} [{}]", fields(run, told(error)));
            } else {
                log.warn("run failed after {}: {} [{}]", fields(run, millis(run.took()), told(error)));
            }
        } else if (log.isDebugEnabled()) {
            log.debug("run {} after {} [{}]", fields(run, how(run.outcome()), millis(run.took())));
        }
    }

    private void changed(ResilienceEvent.BreakerChanged event) {
        CircuitBreaker.State to = event.to();
        switch (to) {
            case OPEN, FORCED_OPEN ->
                log.warn("breaker {} is {}: calls are refused [{}]", fields(event, event.breaker(), to));
            case CLOSED, FORCED_CLOSED ->
                log.info("breaker {} is {}: calls go through [{}]", fields(event, event.breaker(), to));
            case HALF_OPEN -> log.debug("breaker {} is {}: a call tries [{}]", fields(event, event.breaker(), to));
        }
    }

    private void reached(BudgetThresholdReached event) {
        Budget.Limit limit = event.limit();
        Object settled = limit.unit() == BudgetUnit.MONEY ? new Money(event.settled()) : event.settled();
        log.warn(
                "budget of {}: {}% of {} is spent ({}) [{}]",
                fields(event, event.key(), event.percent(), limit, settled));
    }

    private void detail(Event event) {
        if (event instanceof CoreEvent core) {
            detail(core);
        } else if (event instanceof ResilienceEvent.Retrying retry) {
            log.debug("tries again in {}: {} [{}]", fields(retry, millis(retry.delay()), told(retry.why())));
        } else if (event instanceof ResilienceEvent.FellBack fallback) {
            log.debug(
                    "falls back from {} to {}: {} [{}]",
                    fields(fallback, fallback.from(), fallback.to(), told(fallback.why())));
        } else if (event instanceof RouteDecided route) {
            log.debug(
                    "route to {}: score {}, strong from {} [{}]",
                    fields(route, route.chosen(), route.score().value(), route.threshold()));
        }
    }

    private void detail(CoreEvent event) {
        if (event instanceof CoreEvent.AttemptEnded attempt) {
            log.debug(
                    "attempt at {} {} after {} [{}]",
                    fields(attempt, attempt.endpoint(), how(attempt.outcome()), millis(attempt.took())));
        } else if (event instanceof CoreEvent.CallEnded call) {
            log.debug("call {} after {} [{}]", fields(call, how(call.outcome()), millis(call.took())));
        } else if (event instanceof CoreEvent.ToolEnded tool) {
            String how = tool.result().error() ? "failed" : "answered";
            log.debug("tool {} {} after {} [{}]", fields(tool, tool.call().name(), how, millis(tool.took())));
        } else if (event instanceof CoreEvent.Refused refused) {
            log.debug("refused: {} [{}]", fields(refused, refused.refusal()));
        } else if (event instanceof CoreEvent.AttemptStarted attempt) {
            log.debug("attempt at {} begins [{}]", fields(attempt, attempt.endpoint()));
        } else if (event instanceof CoreEvent.ToolStarted tool) {
            log.debug("tool {} begins [{}]", fields(tool, tool.call().name()));
        } else if (event instanceof CoreEvent.CallStarted) {
            log.debug("call begins [{}]", fields(event));
        } else if (event instanceof CoreEvent.RunStarted) {
            log.debug("run begins [{}]", fields(event));
        }
    }

    private static String how(Outcome outcome) {
        HoldfastException error = outcome.error();
        if (error == null) {
            return "completed";
        }
        return outcome instanceof Outcome.Cancelled ? "was given up" : "failed (" + told(error) + ")";
    }

    /** By their law the messages of these errors hold no contents. Those of causes may, and so are left out. */
    private static String told(HoldfastException error) {
        return error.getClass().getSimpleName() + ": " + error.getMessage();
    }

    private static String millis(Duration duration) {
        return duration.toMillis() + " ms";
    }

    /** What a line says, and at last in whose call. */
    private static Object[] fields(Event event, Object... said) {
        Object[] fields = new Object[said.length + 1];
        for (int i = 0; i < said.length; i++) {
            fields[i] = oneLine(said[i].toString());
        }
        fields[said.length] = oneLine(event.context().toString());
        return fields;
    }

    /** Models choose the names of the tools they call, and callers their own: neither may forge a line of the log. */
    private static String oneLine(String text) {
        int length = Math.min(text.length(), LONGEST);
        StringBuilder line = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            boolean breaks = Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
            line.append(breaks ? ' ' : c);
        }
        return text.length() > LONGEST ? line.append('…').toString() : line.toString();
    }

    @Override
    public String toString() {
        return "the log " + log.getName();
    }
}
