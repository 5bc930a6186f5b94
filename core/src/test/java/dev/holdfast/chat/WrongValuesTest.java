package dev.holdfast.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.error.InvalidConfigurationException;
import org.junit.jupiter.api.Test;

/** What cannot work is refused where it is written, by an error of the taxonomy. */
class WrongValuesTest {
    record Odd(Object anything) {}

    @Test
    void aSchemaThatIsNoneOfAnObject() {
        assertThatThrownBy(() -> JsonSchema.of("{"))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("schema: the schema is not JSON");
        assertThatThrownBy(() -> JsonSchema.of("{\"type\":\"string\"}"))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("wrap a single value in a property");
        assertThatThrownBy(() -> JsonSchema.of(Odd.class))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("Odd.anything: java.lang.Object has no form in JSON");
    }

    @Test
    void aToolWhoseNameNoProviderAccepts() {
        assertThatThrownBy(() -> new ToolSpec("look up", "", JsonSchema.emptyObject()))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("name: 'look up' is not accepted by providers; use 1 to 64 letters");
    }

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

    @Test
    void noTokensAreNotAnUnknownNumberOfThem() {
        assertThatThrownBy(() -> Endpoint.builder("openai", "gpt-4o")
                        .contextWindow(0)
                        .maxOutputTokens(0)
                        .build())
                .hasMessageContaining("contextWindow: is 0; give a number of tokens, or leave it out")
                .hasMessageContaining("maxOutputTokens: is 0; give a number of tokens, or leave it out");
        assertThat(Endpoint.of("openai", "gpt-4o").maxOutputTokens()).isEmpty();
    }
}
