package dev.holdfast.testkit;

import dev.holdfast.chat.ModelLayer;
import dev.holdfast.resilience.Bulkhead;
import dev.holdfast.resilience.CircuitBreaker;
import dev.holdfast.resilience.Deadlines;
import dev.holdfast.resilience.Fallback;
import dev.holdfast.resilience.FirstChunkTimeout;
import dev.holdfast.resilience.Retry;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import org.junit.jupiter.api.Nested;

/** The layers for failing calls keep the laws of a reply, each alone and all in their order. */
class ResilienceLawsTest {
    private static Retry retry(HoldfastRuntime runtime) {
        return Retry.builder()
                .maxAttempts(2)
                .backoff(Duration.ofMillis(1), Duration.ofMillis(1))
                .runtime(runtime)
                .build();
    }

    private static CircuitBreaker breaker(HoldfastRuntime runtime) {
        return CircuitBreaker.builder("below").failures(1_000).runtime(runtime).build();
    }

    private static Bulkhead bulkhead(HoldfastRuntime runtime) {
        return Bulkhead.builder("below")
                .maxConcurrent(2)
                .maxWait(Duration.ofSeconds(1))
                .runtime(runtime)
                .build();
    }

    @Nested
    class OfRetry extends LayerLaws {
        @Override
        protected ModelLayer layer(HoldfastRuntime runtime) {
            return retry(runtime);
        }
    }

    @Nested
    class OfFallback extends LayerLaws {
        @Override
        protected ModelLayer layer(HoldfastRuntime runtime) {
            return Fallback.builder().to(below).runtime(runtime).build();
        }
    }

    @Nested
    class OfAFallbackBehindGuardsAndAroundARetry extends LayerLaws {
        @Override
        protected ModelLayer layer(HoldfastRuntime runtime) {
            return bulkhead(runtime)
                    .over(Fallback.builder().to(below).runtime(runtime).build())
                    .over(retry(runtime))
                    .over(breaker(runtime));
        }
    }

    @Nested
    class OfCircuitBreaker extends LayerLaws {
        @Override
        protected ModelLayer layer(HoldfastRuntime runtime) {
            return breaker(runtime);
        }
    }

    @Nested
    class OfBulkhead extends LayerLaws {
        @Override
        protected ModelLayer layer(HoldfastRuntime runtime) {
            return bulkhead(runtime);
        }
    }

    @Nested
    class OfDeadlines extends LayerLaws {
        @Override
        protected ModelLayer layer(HoldfastRuntime runtime) {
            return Deadlines.of(Duration.ofMinutes(1), runtime);
        }
    }

    @Nested
    class OfFirstChunkTimeout extends LayerLaws {
        @Override
        protected ModelLayer layer(HoldfastRuntime runtime) {
            return FirstChunkTimeout.of(Duration.ofMinutes(1), runtime);
        }
    }

    @Nested
    class OfFirstChunkTimeoutBelowADeadline extends LayerLaws {
        @Override
        protected ModelLayer layer(HoldfastRuntime runtime) {
            return Deadlines.of(Duration.ofMinutes(2), runtime).over(FirstChunkTimeout.halfOfTimeLeft(runtime));
        }
    }

    @Nested
    class OfAllInTheirOrder extends LayerLaws {
        @Override
        protected ModelLayer layer(HoldfastRuntime runtime) {
            return Deadlines.of(Duration.ofMinutes(1), runtime)
                    .over(retry(runtime))
                    .over(breaker(runtime))
                    .over(bulkhead(runtime));
        }
    }
}
