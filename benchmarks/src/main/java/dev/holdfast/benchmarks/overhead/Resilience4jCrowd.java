package dev.holdfast.benchmarks.overhead;

import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/** Sixteen threads that share Resilience4j's retry, breaker, limiter and bulkhead. */
@State(Scope.Benchmark)
@Threads(HoldfastCrowd.THREADS)
public class Resilience4jCrowd {
    private final Supplier<String> constant = Resilience4jCall.decorated(() -> Turn.ANSWER);

    /** For JMH. */
    public Resilience4jCrowd() {}

    /**
     * Calls through all four.
     *
     * @return the answer
     */
    @Benchmark
    public String call() {
        return constant.get();
    }
}
