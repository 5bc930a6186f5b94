package dev.holdfast.context;

import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class CallContextTest {
    /** A field that is missing must show where it was left out, not in the midst of a layer that gives back a permit. */
    @Test
    @SuppressWarnings("NullAway") // that is the point
    void refusesWhatIsMissingAtOnce() {
        refuses("callId", builder -> builder.callId(null));
        refuses("runId", builder -> builder.runId(null));
        refuses("caller", builder -> builder.caller(null));
        refuses("agent", builder -> builder.agent(null));
        refuses("priority", builder -> builder.priority(null));
        refuses("deadline", builder -> builder.deadline(null));
        refuses("attemptKind", builder -> builder.attempt(1, null));
        refuses("configVersion", builder -> builder.configVersion(null));
        CallContext context = CallContext.of(Caller.of("ann"));
        assertThatNullPointerException().isThrownBy(() -> context.withCallId(null));
        assertThatNullPointerException().isThrownBy(() -> context.withDeadline(null));
    }

    private static void refuses(String field, UnaryOperator<CallContext.Builder> change) {
        assertThatNullPointerException()
                .as(field)
                .isThrownBy(() ->
                        change.apply(CallContext.builder(Caller.of("ann"))).build())
                .withMessage(field);
    }
}
