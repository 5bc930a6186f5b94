package dev.holdfast.benchmarks.overhead;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.retry.Retry;
import java.time.Duration;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Resilience4j's retry over breaker over limiter over bulkhead, around what answers at once. */
@State(Scope.Thread)
public class Resilience4jCall {
    private static final ChatRequest REQUEST =
            ChatRequest.builder().messages(UserMessage.from(Turn.QUESTION)).build();

    private final Supplier<String> constant;
    private final Supplier<ChatResponse> model;

    /** Decorates. */
    public Resilience4jCall() {
        ChatModel instant = new LangChain4jTurn.InstantModel();
        constant = decorated(() -> Turn.ANSWER);
        model = decorated(() -> instant.doChat(REQUEST));
    }

    /** Limits are so high that nothing is ever refused. */
    static <T> Supplier<T> decorated(Supplier<T> supplier) {
        RateLimiter limiter = RateLimiter.of(
                "bench",
                RateLimiterConfig.custom()
                        .limitForPeriod(Integer.MAX_VALUE)
                        .limitRefreshPeriod(Duration.ofMillis(100))
                        .timeoutDuration(Duration.ZERO)
                        .build());
        Bulkhead bulkhead = Bulkhead.of(
                "bench", BulkheadConfig.custom().maxConcurrentCalls(64).build());
        CircuitBreaker breaker = CircuitBreaker.ofDefaults("bench");
        Retry retry = Retry.ofDefaults("bench");
        return Retry.decorateSupplier(
                retry,
                CircuitBreaker.decorateSupplier(
                        breaker, RateLimiter.decorateSupplier(limiter, Bulkhead.decorateSupplier(bulkhead, supplier))));
    }

    /** Refuses to measure something that does not answer. */
    @Setup
    public void check() {
        Turn.check(call());
        Turn.check(model().aiMessage().text());
    }

    /**
     * Calls through all four.
     *
     * @return the answer
     */
    @Benchmark
    public String call() {
        return constant.get();
    }

    /**
     * Calls a model through all four.
     *
     * @return the model's response
     */
    @Benchmark
    public ChatResponse model() {
        return model.get();
    }
}
