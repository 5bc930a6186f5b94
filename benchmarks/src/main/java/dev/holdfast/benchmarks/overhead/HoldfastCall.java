package dev.holdfast.benchmarks.overhead;

import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Our retry over breaker over limiter over bulkhead, around what answers at once. */
@State(Scope.Thread)
public class HoldfastCall {
    private static final ChatRequest REQUEST = ChatRequest.of(Turn.QUESTION);

    private final CallContext context = CallContext.of(Caller.of("acme", "ann"));
    private final ModelLayer layers = Executor.layers();
    private final ChatModel model = layers.around(new Guarded.InstantModel("gpt-4o-mini"));

    /** For JMH. */
    public HoldfastCall() {}

    /**
     * Refuses to measure something that does not answer.
     *
     * @throws Exception when it does not
     */
    @Setup
    public void check() throws Exception {
        Turn.check(call());
        Turn.check(model().text());
    }

    /**
     * Calls through all four.
     *
     * @return the answer
     * @throws Exception when there is none
     */
    @Benchmark
    public String call() throws Exception {
        return layers.call(context, () -> Turn.ANSWER);
    }

    /**
     * Calls a model through all four.
     *
     * @return the model's response
     */
    @Benchmark
    public ChatResponse model() {
        return model.chat(REQUEST, context);
    }
}
