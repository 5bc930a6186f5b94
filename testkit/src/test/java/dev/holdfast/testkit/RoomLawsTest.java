package dev.holdfast.testkit;

import dev.holdfast.budget.Budget;
import dev.holdfast.budget.BudgetLayer;
import dev.holdfast.budget.Ledger;
import dev.holdfast.budget.RateLimit;
import dev.holdfast.budget.RateLimitLayer;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.event.Events;
import dev.holdfast.event.Observed;
import dev.holdfast.memory.InMemoryConversations;
import dev.holdfast.memory.WindowMemory;
import dev.holdfast.routing.Router;
import dev.holdfast.routing.Target;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.tool.ToolLoop;
import org.junit.jupiter.api.Nested;

/** Every layer of the other rooms, and of core, keeps the laws of a reply. */
class RoomLawsTest {
    private static final Endpoint BELOW = Endpoint.of("fake", "below");

    @Nested
    class OfBudgets extends LayerLaws {
        @Override
        protected ModelLayer layer(HoldfastRuntime runtime) {
            return BudgetLayer.builder(BELOW)
                    .ledger(Ledger.inMemory(runtime))
                    .runtime(runtime)
                    .budget(
                            Budget.perUser()
                                    .tokens(100_000_000)
                                    .perDay()
                                    .calls(100_000)
                                    .perHour(),
                            Budget.perSession().tokens(100_000_000).lifetime())
                    .build();
        }
    }

    @Nested
    class OfRateLimits extends LayerLaws {
        @Override
        protected ModelLayer layer(HoldfastRuntime runtime) {
            return RateLimitLayer.builder(BELOW)
                    .runtime(runtime)
                    .limit(RateLimit.perUser()
                            .requests(100_000)
                            .tokens(100_000_000)
                            .perMinute())
                    .build();
        }
    }

    @Nested
    class OfMemory extends LayerLaws {
        @Override
        protected ModelLayer layer(HoldfastRuntime runtime) {
            return WindowMemory.builder(
                            InMemoryConversations.builder().runtime(runtime).build())
                    .messages(20)
                    .build();
        }
    }

    @Nested
    class OfTheRouter extends LayerLaws {
        @Override
        protected ModelLayer layer(HoldfastRuntime runtime) {
            return next -> Router.builder()
                    .runtime(runtime)
                    .target(Target.cheap(EndpointModel.of(Endpoint.of("fake", "mini"), next)))
                    .target(Target.strong(EndpointModel.of(Endpoint.of("fake", "large"), next)))
                    .build();
        }
    }

    @Nested
    class OfTheLoop extends LayerLaws {
        @Override
        protected ModelLayer layer(HoldfastRuntime runtime) {
            return ToolLoop.builder()
                    .tools(FakeTool.named("lookup_order"))
                    .runtime(runtime)
                    .build();
        }
    }

    @Nested
    class OfObservation extends LayerLaws {
        @Override
        protected ModelLayer layer(HoldfastRuntime runtime) {
            Events events = Events.to(event -> {});
            return Observed.runs(events, runtime)
                    .over(Observed.calls(events, runtime))
                    .over(Observed.attempts(BELOW, events, runtime));
        }
    }
}
