package dev.holdfast.benchmarks.overhead;

import dev.holdfast.context.Caller;
import java.util.EnumSet;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One turn of an agent of ours over a full window of 20 messages, with everything on. */
@State(Scope.Thread)
public class HoldfastTurn {
    private final Caller caller = Guarded.caller("s-1");

    /** What the budgets count. */
    @Param({"tokens", "tokens and money"})
    public String budgets = "tokens";

    private Guarded agent = new Guarded(EnumSet.allOf(Guarded.Feature.class), false);

    /** For JMH. */
    public HoldfastTurn() {}

    /** Builds the agent, fills its window, and refuses to measure something that does not answer. */
    @Setup
    public void build() {
        agent = new Guarded(EnumSet.allOf(Guarded.Feature.class), !budgets.equals("tokens"));
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
     * The same for who comes with every request anew, as behind a web server: the peers have no callers, so it is compared
     * with nobody.
     *
     * @return the answer
     */
    @Benchmark
    public String turnOfANewCaller() {
        return agent.turn(Guarded.caller("s-1"));
    }
}
