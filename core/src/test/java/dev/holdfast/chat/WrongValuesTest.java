package dev.holdfast.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.error.InvalidConfigurationException;
import org.junit.jupiter.api.Test;

/** What cannot work is refused where it is written, by an error of the taxonomy. */
class WrongValuesTest {
    @Test
    void anEndpointThatIsNoOne() {
        InvalidConfigurationException error = catchThrowableOfType(
                InvalidConfigurationException.class,
                () -> Endpoint.builder(" ", "")
                        .contextWindow(-1)
                        .maxOutputTokens(-1)
                        .build());

        assertThat(error.problems())
                .extracting(InvalidConfigurationException.Problem::path)
                .containsExactly("provider", "model", "contextWindow", "maxOutputTokens");
    }
}
