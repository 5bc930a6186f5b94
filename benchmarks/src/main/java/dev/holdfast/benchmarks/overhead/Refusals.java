package dev.holdfast.benchmarks.overhead;

import dev.holdfast.chat.ModelLayer;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.RejectedException;
import dev.holdfast.resilience.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What it costs to be refused by a breaker that is open. */
@State(Scope.Thread)
public class Refusals {
    private final CallContext context = CallContext.of(Caller.of("acme", "ann"));
    private final ModelLayer ours = open();
    private final Supplier<String> theirs = openTheirs();

    /** For JMH. */
    public Refusals() {}

    private static ModelLayer open() {
        CircuitBreaker breaker = CircuitBreaker.builder("bench").build();
        breaker.forceOpen();
        return breaker;
    }

    private static Supplier<String> openTheirs() {
        io.github.resilience4j.circuitbreaker.CircuitBreaker breaker =
                io.github.resilience4j.circuitbreaker.CircuitBreaker.of("bench", CircuitBreakerConfig.ofDefaults());
        breaker.transitionToForcedOpenState();
        return io.github.resilience4j.circuitbreaker.CircuitBreaker.decorateSupplier(breaker, () -> Turn.ANSWER);
    }

    /**
     * Refused by our breaker, with a refusal that explains itself.
     *
     * @return the refusal
     * @throws Exception when it is none
     */
    @Benchmark
    public Exception holdfast() throws Exception {
        try {
            throw new IllegalStateException(ours.call(context, () -> Turn.ANSWER));
        } catch (RejectedException refused) {
            return refused;
        }
    }

    /**
     * Refused by Resilience4j's.
     *
     * @return the refusal
     */
    @Benchmark
    public Exception resilience4j() {
        try {
            throw new IllegalStateException(theirs.get());
        } catch (CallNotPermittedException refused) {
            return refused;
        }
    }
}
