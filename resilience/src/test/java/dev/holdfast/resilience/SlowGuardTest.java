package dev.holdfast.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.GuardLayer;
import dev.holdfast.chat.GuardedCall;
import dev.holdfast.chat.Permit;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SlowGuardTest {
    @Test
    void aGuardThatTakesItsTimeTakesNoneOfTheAttempt() {
        ManualRuntime runtime = ManualRuntime.passing();
        GuardLayer slow = new GuardLayer() {
            @Override
            protected Permit admit(GuardedCall call) {
                call.nanoTime(runtime); // as an observer does
                runtime.advance(Duration.ofSeconds(3)); // a moderation, a store
                return Permit.none();
            }
        };
        long[] until = new long[1];
        Script model = Script.of("a").replies(call -> {
            until[0] = call.context().deadline().nanosLeft(runtime);
            return ChatReply.completed(Script.of("a").response("ok"));
        });
        slow.around(Retry.builder()
                        .runtime(runtime)
                        .build()
                        .around(Deadlines.of(Duration.ofSeconds(5), runtime).around((ChatModel) model)))
                .send(new ChatCall(ChatRequest.of("x"), CallContext.of(Caller.of("acme", "ann"))))
                .await();
        assertThat(Duration.ofNanos(until[0])).isEqualTo(Duration.ofSeconds(5));
    }
}
