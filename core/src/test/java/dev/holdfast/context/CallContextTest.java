package dev.holdfast.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    @Test
    void attributesKeepTheOrderInWhichTheyWereGiven() { // Map.copyOf has another order in every process
        Map<String, String> given = new LinkedHashMap<>();
        for (int i = 20; i > 0; i--) {
            given.put("name-" + i, "value");
        }
        CallContext context =
                CallContext.builder(Caller.of("ann")).attributes(given).build();
        List<String> names = List.copyOf(given.keySet());
        given.clear();

        assertThat(List.copyOf(context.attributes().keySet())).isEqualTo(names);
        assertThatThrownBy(() -> context.attributes().put("a", "b")).isInstanceOf(UnsupportedOperationException.class);
    }

    private static void refuses(String field, UnaryOperator<CallContext.Builder> change) {
        assertThatNullPointerException()
                .as(field)
                .isThrownBy(() ->
                        change.apply(CallContext.builder(Caller.of("ann"))).build())
                .withMessage(field);
    }
}
