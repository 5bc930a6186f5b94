package dev.holdfast;

import dev.holdfast.budget.Budget;
import dev.holdfast.budget.RateLimit;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.testkit.FakeTool;
import dev.holdfast.testkit.LayerLaws;
import java.time.Duration;

/** An agent with everything on keeps the laws of a reply like any layer. */
class AgentLawsTest extends LayerLaws {
    @Override
    protected ModelLayer layer(HoldfastRuntime runtime) {
        return next -> Holdfast.agent("desk")
                .model(next)
                .tools(FakeTool.named("lookup_order"))
                .permit("lookup_order")
                .memory(20)
                .limit(RateLimit.perUser().requests(100_000).tokens(100_000_000).perMinute())
                .budget(Budget.perUser().tokens(100_000_000).perDay())
                .budget(Budget.perSession().tokens(100_000_000).lifetime())
                .bulkhead(bulkhead -> bulkhead.maxConcurrent(10).maxWait(Duration.ofSeconds(1)))
                .retry(retry -> retry.maxAttempts(1))
                .breaker(breaker -> breaker.failures(1_000))
                .listener(event -> {})
                .version("v7")
                .runtime(runtime)
                .build();
    }
}
