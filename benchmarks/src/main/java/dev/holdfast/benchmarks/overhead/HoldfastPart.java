package dev.holdfast.benchmarks.overhead;

import dev.holdfast.benchmarks.overhead.Guarded.Feature;
import dev.holdfast.context.Caller;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The same turn with one feature after the other taken away, so that the difference is what each one costs. */
@State(Scope.Thread)
public class HoldfastPart {
    /** Taken away in this order. */
    static final List<Feature> ORDER = List.of(Feature.values());

    private final Caller caller = Guarded.caller("s-1");

    /** How many of them are away. */
    @Param({"0", "1", "2", "3", "4", "5", "6", "7", "8"})
    public int away;

    private Guarded agent = new Guarded(left(0), false);

    /** For JMH. */
    public HoldfastPart() {}

    private static Set<Feature> left(int away) {
        Set<Feature> left = EnumSet.noneOf(Feature.class);
        left.addAll(ORDER.subList(away, ORDER.size()));
        return left;
    }

    /** Builds the agent. */
    @Setup
    public void build() {
        agent = new Guarded(left(away), false);
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
}
