package dev.holdfast.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ErrorTableTest {
    private static final ErrorTable TABLE = ErrorTable.read(List.of(
            "provider\tstatus\tmatch\tclass\tnotes\tevidence",
            "any\tany\tx-should-retry: true|false\tobey\t\t",
            "any\t408,409\t-\tretry\t\t",
            "any\t>=500\t-\tretry then fallback\t\t",
            "openai\t400\tcode=too_long\tshrink\t\t",
            "openai\t400\tcode=odd_parameter|odd_value\tno\t\t",
            "openai\t400\tother invalid_request_error\tno\t\t",
            "openai\t404 (chat), 400 (responses)\tcode=no_model\tfallback\t\t",
            "openai\t429\tcode=slow and 'try again in'; code=slower\tretry\t\t",
            "openai\t429\tcode=slow and 'too large' (Requested > Limit)\tshrink\t\t",
            "other\t400\tBadRequest 'context length'\tshrink\t\t",
            "vllm\t400\tBadRequest 'context length'\tshrink\t\t",
            "ollama\t404\t{\"error\":\"model ... not found\"} (error is a string)\tfallback\t\t",
            "ollama\t429,502\tcloud\tretry then fallback\t\t",
            "openrouter\t402\twithout Retry-After\tescalate+fallback\t\t",
            "openrouter\t502,503\t-\tfallback\t\t",
            "bedrock\t400\tValidation + 'Tokens Exceeded' | 'too long'\tshrink\t\t",
            "anthropic\t401\tauth_error\tescalate\t\t",
            "google\t429\tcredit balance message\tescalate|fallback\t\t"));

    private static String classify(String provider, int status, String body) {
        return classify(provider, status, body, Map.of());
    }

    private static String classify(String provider, int status, String body, Map<String, String> headers) {
        String wire = provider.equals("anthropic") ? "anthropic-messages" : "openai-chat";
        return TABLE.classify(new ErrorTable.Failure(provider, wire, status, headers, body))
                .map(verdict -> verdict.errorClass() + " " + verdict.ground())
                .orElse("none");
    }

    @Test
    void theMostSpecificRowWins() {
        assertThat(classify("openai", 400, "{\"error\":{\"type\":\"invalid_request_error\",\"code\":\"too_long\"}}"))
                .isEqualTo("shrink OWN");
        assertThat(classify(
                        "openai", 400, "{\"error\":{\"type\": \"invalid_request_error\", \"code\": \"odd_value\"\n}}"))
                .isEqualTo("no OWN");
        assertThat(classify("openai", 400, "{\"error\":{\"type\":\"invalid_request_error\",\"code\":null}}"))
                .isEqualTo("no OWN");
        assertThat(classify("openai", 400, "{}")).isEqualTo("none");
    }

    @Test
    void bothConditionsMustHold() {
        assertThat(classify("openai", 429, "{\"code\":\"slow\",\"message\":\"Please try again in 2s\"}"))
                .isEqualTo("retry OWN");
        assertThat(classify("openai", 429, "{\"code\":\"slow\",\"message\":\"Request too large\"}"))
                .isEqualTo("shrink OWN");
        assertThat(classify("openai", 429, "{\"code\":\"slower\"}")).isEqualTo("retry OWN");
        assertThat(classify("openai", 429, "{\"message\":\"try again in 2s\"}")).isEqualTo("none");
    }

    @Test
    void relativesHelpOut() {
        assertThat(classify(
                        "deepseek",
                        400,
                        "{\"error\":{\"message\":\"the context length is 9\",\"type\":\"invalid_request_error\"}}"))
                .isEqualTo("shrink RELATED");
        assertThat(classify("groq", 404, "{\"code\":\"no_model\"}")).isEqualTo("fallback RELATED");
        assertThat(classify("groq", 418, "{}")).isEqualTo("none");
    }

    @Test
    void rowsByStatusAlone() {
        assertThat(classify("groq", 409, "{}")).isEqualTo("retry GENERAL");
        assertThat(classify("anthropic", 529, "text")).isEqualTo("retry then fallback GENERAL");
        assertThat(classify("openrouter", 502, "from Cloudflare")).isEqualTo("fallback OWN");
        assertThat(classify("ollama", 502, "{}")).isEqualTo("retry then fallback OWN");
    }

    @Test
    void sketchesHeadersAndWildcards() {
        assertThat(classify("ollama", 404, "{\"error\":\"model 'x' not found\"}"))
                .isEqualTo("fallback OWN");
        assertThat(classify("ollama", 404, "{\"error\":\"page missing\"}")).isEqualTo("none");
        assertThat(classify("openrouter", 402, "{}")).isEqualTo("escalate+fallback OWN");
        assertThat(classify("openrouter", 402, "{}", Map.of("retry-after", "3")))
                .isEqualTo("none");
        assertThat(classify("bedrock", 400, "Validation: Input is too long")).isEqualTo("shrink OWN");
        assertThat(classify("google", 429, "your Credit balance is low")).isEqualTo("escalate|fallback OWN");
    }

    @Test
    void theHeaderIsKept() {
        ErrorTable.Verdict verdict = TABLE.classify(new ErrorTable.Failure(
                        "anthropic", "anthropic-messages", 401, Map.of("x-should-retry", "false"), "auth_error"))
                .orElseThrow();
        assertThat(verdict.obeys()).isEqualTo("false");
        assertThat(verdict.errorClass().beginsWith(ErrorClass.Action.ESCALATE)).isTrue();
    }

    @Test
    void classesHaveStepsAndParts() {
        ErrorClass steps = ErrorClass.parse("retry once then fallback");
        assertThat(steps.beginsWith(ErrorClass.Action.RETRY)).isTrue();
        assertThat(steps.beginsWith(ErrorClass.Action.FALLBACK)).isFalse();
        assertThat(steps.has(ErrorClass.Action.FALLBACK)).isTrue();
        assertThat(ErrorClass.parse("no|fallback").choice()).isTrue();
        assertThat(ErrorClass.parse("fallback+escalate").choice()).isFalse();
        assertThat(ErrorClass.parse("shrink|longer deadline").beginsWith(ErrorClass.Action.MORE_TIME))
                .isTrue();
        assertThatThrownBy(() -> ErrorClass.parse("pray")).hasMessageContaining("pray");
    }

    @Test
    void aBrokenTableIsNamed() {
        assertThatThrownBy(() -> ErrorTable.read(List.of("head", "openai\t400")))
                .hasMessageContaining("line 2");
    }
}
