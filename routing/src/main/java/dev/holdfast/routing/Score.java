package dev.holdfast.routing;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How much a call asks of a model, and why a scorer thinks so. Immutable. */
public final class Score {
    private static final Logger log = LoggerFactory.getLogger(Score.class);

    private final double value;
    private final Supplier<List<Signal>> signals;

    /**
     * One thing that a scorer saw.
     *
     * @param name what it looked at, for example {@code code}
     * @param amount how much of it there was, in the scorer's own unit
     * @param share what it added to the score; negative where it speaks for the cheap model
     */
    public record Signal(String name, double amount, double share) {
        /** Checks the name. */
        public Signal {
            Objects.requireNonNull(name, "name");
        }
    }

    private Score(double value, Supplier<List<Signal>> signals) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException("score is " + value + "; give 0 to 1");
        }
        this.value = value;
        this.signals = Objects.requireNonNull(signals, "signals");
    }

    /**
     * A score without reasons.
     *
     * @param value 0 to 1
     * @return the score
     */
    public static Score of(double value) {
        return new Score(value, List::of);
    }

    /**
     * A score with its reasons, which are put into words only if somebody listens.
     *
     * @param value 0 to 1
     * @param signals makes the list of what the scorer saw; asked by listeners of decisions, in any thread and as often
     *     as they like, so it should keep what it needs and not the whole request
     * @return the score
     */
    public static Score of(double value, Supplier<List<Signal>> signals) {
        return new Score(value, signals);
    }

    /**
     * How much.
     *
     * @return 0 to 1
     */
    public double value() {
        return value;
    }

    /**
     * Why.
     *
     * @return what the scorer saw, in its order; empty, and logged, where the scorer fails to say
     */
    public List<Signal> signals() {
        try {
            return List.copyOf(signals.get());
        } catch (RuntimeException e) { // the decision is as good without them
            log.warn("a scorer failed to give its reasons", e);
            return List.of();
        }
    }

    @Override
    public String toString() {
        return Double.toString(value);
    }
}
