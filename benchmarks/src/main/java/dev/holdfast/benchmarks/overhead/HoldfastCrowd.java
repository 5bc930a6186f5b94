package dev.holdfast.benchmarks.overhead;

import dev.holdfast.chat.ModelLayer;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import java.util.EnumSet;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/** Sixteen threads that share one agent, one caller and so every key, and one set of layers. */
@State(Scope.Benchmark)
@Threads(HoldfastCrowd.THREADS)
public class HoldfastCrowd {
    static final int THREADS = 16;

    private final Caller caller = Guarded.caller("s-1");
    private final CallContext context = CallContext.of(caller);
    private final Guarded agent = new Guarded(EnumSet.allOf(Guarded.Feature.class), false);
    private final ModelLayer layers = Executor.layers();

    /** For JMH. */
    public HoldfastCrowd() {}

    /** Fills the window. */
    @Setup
    public void fill() {
        agent.fill(caller);
    }

    /**
     * Asks and is answered.
     *
     * @return the answer
     */
    @Benchmark
    public String turn() {
        return agent.turn(caller);
    }

    /**
     * Calls through retry, breaker, limiter and bulkhead.
     *
     * @return the answer
     * @throws Exception when there is none
     */
    @Benchmark
    public String call() throws Exception {
        return layers.call(context, () -> Turn.ANSWER);
    }
}
