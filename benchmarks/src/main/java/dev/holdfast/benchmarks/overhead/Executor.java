package dev.holdfast.benchmarks.overhead;

import dev.holdfast.budget.RateLimit;
import dev.holdfast.budget.RateLimitLayer;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.resilience.Bulkhead;
import dev.holdfast.resilience.CircuitBreaker;
import dev.holdfast.resilience.Retry;

/** The resilience part of ours alone, in the order in which Resilience4j's is put together beside it. */
final class Executor {
    private Executor() {}

    static ModelLayer layers() {
        return layers(CircuitBreaker.builder("bench").build());
    }

    static ModelLayer layers(CircuitBreaker breaker) {
        RateLimitLayer limiter = RateLimitLayer.builder()
                .limit(RateLimit.perUser().requests(1_000_000_000).perSecond())
                .build();
        Bulkhead bulkhead = Bulkhead.builder("bench").maxConcurrent(64).build();
        return Retry.builder().build().over(breaker).over(limiter).over(bulkhead);
    }
}
