package dev.holdfast.chat;

import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.error.ErrorDetails;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Values that models of the application make: what is missing shows where it was left out, not in a layer above, in the
 * midst of giving back what the call holds.
 */
@SuppressWarnings("NullAway") // that is the point
class MissingValuesTest {
    private static final Endpoint ENDPOINT = Endpoint.of("house", "small");

    @Test
    void ofAResponse() {
        refuses("message", builder -> builder.message(null));
        refuses("usage", builder -> builder.usage(null));
        refuses("finishReason", builder -> builder.finishReason(null));
        refuses("model", builder -> builder.model(null));
        refuses("responseId", builder -> builder.responseId(null));
        refuses("limits", builder -> builder.limits(null));
    }

    private static void refuses(String field, UnaryOperator<ChatResponse.Builder> change) {
        assertThatNullPointerException()
                .as(field)
                .isThrownBy(() -> change.apply(ChatResponse.builder(ENDPOINT, Message.assistant("ok")))
                        .build())
                .withMessage(field);
    }

    @Test
    void ofAnError() {
        lacks("partial", builder -> builder.partial(null));
        lacks("usage", builder -> builder.usage(null, Billing.BILLED));
        lacks("billing", builder -> builder.usage(Usage.none(), null));
        lacks("classification", builder -> builder.classification(null));
    }

    private static void lacks(String field, UnaryOperator<ErrorDetails.Builder> change) {
        assertThatNullPointerException()
                .as(field)
                .isThrownBy(() -> change.apply(ErrorDetails.builder()).build())
                .withMessage(field);
    }

    @Test
    void ofAChunk() {
        assertThatNullPointerException().isThrownBy(() -> new Chunk.Text(null));
        assertThatNullPointerException().isThrownBy(() -> new Chunk.Thought(null));
        assertThatNullPointerException().isThrownBy(() -> new Chunk.ToolCallPart(0, null, ""));
        assertThatNullPointerException().isThrownBy(() -> new Chunk.ToolCallPart(0, "", null));
        assertThatNullPointerException().isThrownBy(() -> new Chunk.Whole(null));
        assertThatNullPointerException().isThrownBy(() -> new Chunk.ToolAnswer(null));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, Double.NaN, Double.POSITIVE_INFINITY})
    void aTemperatureIsANumberThatJsonCanSay(double temperature) {
        assertThatThrownBy(() -> ChatRequest.builder().temperature(temperature))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("request.temperature");
    }
}
