package dev.holdfast.error;

import static dev.holdfast.error.Remedy.ESCALATE;
import static dev.holdfast.error.Remedy.FALLBACK;
import static dev.holdfast.error.Remedy.RETRY;
import static dev.holdfast.error.Remedy.RETRY_ONCE;
import static dev.holdfast.error.Remedy.SHRINK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.chat.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class FailureTableTest {
    private static final FailureTable TABLE = FailureTable.standard();

    @ParameterizedTest(name = "{0} {1} {2}/{3} {4}")
    @CsvSource(
            delimiter = ';',
            emptyValue = "",
            value = {
                // what HTTP alone says, of a provider that nobody knows
                "acme; 400; ''; ''; ''; ''",
                "acme; 401; ''; ''; ''; ESCALATE",
                "acme; 402; ''; ''; ''; ESCALATE,FALLBACK",
                "acme; 403; ''; ''; ''; ESCALATE,FALLBACK",
                "acme; 404; ''; ''; ''; FALLBACK",
                "acme; 408; ''; ''; ''; RETRY",
                "acme; 409; ''; ''; ''; RETRY",
                "acme; 413; ''; ''; ''; SHRINK",
                "acme; 422; ''; ''; ''; ''",
                "acme; 429; ''; ''; ''; RETRY",
                "acme; 500; ''; ''; ''; RETRY,FALLBACK",
                "acme; 503; ''; ''; upstream connect error; RETRY,FALLBACK",
                "acme; 599; ''; ''; ''; RETRY,FALLBACK",
                // a provider that nobody knows speaks OpenAI's words
                "acme; 400; context_length_exceeded; invalid_request_error; ''; SHRINK",
                "acme; 400; ''; invalid_request_error; This model's maximum context length is 8 tokens; SHRINK",
                "acme; 400; 400; too_many_prompt_tokens; ''; SHRINK",
                "acme; 401; invalid_api_key; invalid_request_error; ''; ESCALATE",
                "acme; 429; insufficient_quota; insufficient_quota; ''; ESCALATE,FALLBACK",
                "acme; 403; insufficient_quota; ''; ''; ESCALATE,FALLBACK",
                "openai; 400; unsupported_parameter; invalid_request_error; ''; ''",
                "openai; 400; invalid_value; invalid_request_error; ''; ''",
                "openai; 403; unsupported_country_region_territory; request_forbidden; ''; FALLBACK,ESCALATE",
                "openai; 404; model_not_found; invalid_request_error; ''; FALLBACK",
                "openai; 400; model_not_found; invalid_request_error; ''; FALLBACK",
                "openai; 404; ''; invalid_request_error; tools is not supported in this model; FALLBACK",
                "openai; 429; rate_limit_exceeded; tokens; Please try again in 2s; RETRY",
                "openai; 429; rate_limit_exceeded; tokens; Request too large for the model; SHRINK",
                "openai; 429; slow_down; ''; ''; RETRY",
                "openai; 429; credit_balance_exhausted; insufficient_quota; ''; ESCALATE,FALLBACK",
                "openai; 500; ''; server_error; ''; RETRY",
                "openai; 503; server_is_overloaded; ''; ''; RETRY,FALLBACK",
                // the same errors within an answer
                "openai; 200; insufficient_quota; insufficient_quota; ''; ESCALATE,FALLBACK",
                "openai; 200; rate_limit_exceeded; ''; ''; RETRY",
                "openai; 200; ''; invalid_request_error; ''; ''",
                "openai; 200; content_filter; ''; ''; FALLBACK",
                "openai; 200; ''; ''; something; RETRY,FALLBACK",
                "openrouter; 200; 502; ''; Provider returned error; FALLBACK",
                "openrouter; 200; 429; ''; Provider returned error; RETRY,FALLBACK",
                "anthropic; 200; ''; overloaded_error; Overloaded; RETRY,FALLBACK",
                "anthropic; 200; ''; api_error; ''; RETRY",
                "anthropic; 200; ''; authentication_error; ''; ESCALATE",
                "bedrock; 200; ''; throttlingException; ''; RETRY",
                "bedrock; 200; ''; modelStreamErrorException; ''; RETRY_ONCE,FALLBACK",
                "gemini; 200; SAFETY; ''; ''; FALLBACK",
                "gemini; 200; MALFORMED_FUNCTION_CALL; ''; ''; RETRY_ONCE,FALLBACK",
                "ollama; 200; ''; ''; unexpected end; RETRY",
                // Anthropic
                "anthropic; 400; ''; invalid_request_error; prompt is too long: 9 tokens > 8 maximum; SHRINK",
                "anthropic; 400; ''; invalid_request_error; Your credit balance is too low; ESCALATE",
                "anthropic; 400; ''; invalid_request_error; messages.0: wrong; ''",
                "anthropic; 402; ''; billing_error; ''; ESCALATE,FALLBACK",
                "anthropic; 403; ''; permission_error; ''; ESCALATE,FALLBACK",
                "anthropic; 404; ''; not_found_error; model: x; FALLBACK",
                "anthropic; 413; ''; request_too_large; ''; SHRINK",
                "anthropic; 429; ''; rate_limit_error; ''; RETRY",
                "anthropic; 429; enforced_spend_limit_reached; rate_limit_error; ''; ESCALATE,FALLBACK",
                "anthropic; 504; ''; timeout_error; ''; RETRY",
                "anthropic; 529; ''; overloaded_error; ''; RETRY,FALLBACK",
                "claude-in-my-cloud; 200; ''; rate_limit_error; ''; RETRY",
                "claude-in-my-cloud; 200; ''; overloaded_error; ''; RETRY,FALLBACK",
                // Gemini
                "gemini; 400; 400; INVALID_ARGUMENT; The input token count exceeds the maximum; SHRINK",
                "gemini; 400; 400; INVALID_ARGUMENT; Wrong; ''",
                "gemini; 400; 400; INVALID_ARGUMENT; API key not valid.; ESCALATE",
                "gemini; 400; 400; FAILED_PRECONDITION; ''; ESCALATE",
                "gemini; 403; 403; PERMISSION_DENIED; ''; ESCALATE",
                "gemini; 404; 404; NOT_FOUND; ''; FALLBACK",
                "gemini; 429; 429; RESOURCE_EXHAUSTED; GenerateRequestsPerMinute; RETRY",
                "gemini; 429; 429; RESOURCE_EXHAUSTED; GenerateRequestsPerDayPerProject; FALLBACK",
                "gemini; 500; 500; INTERNAL; ''; RETRY,SHRINK",
                "gemini; 503; 503; UNAVAILABLE; ''; RETRY,FALLBACK",
                "gemini; 504; 504; DEADLINE_EXCEEDED; ''; SHRINK",
                // Azure, Bedrock
                "azure; 400; content_filter; ''; ''; FALLBACK",
                "azure; 401; 401; ''; ''; ESCALATE",
                "azure; 404; DeploymentNotFound; invalid_request_error; ''; FALLBACK,ESCALATE",
                "azure; 422; Invalid input; ''; ''; ''",
                "azure; 429; RateLimitReached; ''; ''; RETRY",
                "azure; 400; context_length_exceeded; ''; ''; SHRINK",
                "bedrock; 400; ''; ValidationException; Input is too long for the model; SHRINK",
                "bedrock; 400; ''; ValidationException; ''; ''",
                "bedrock; 400; ''; ServiceQuotaExceededException; ''; ESCALATE",
                "bedrock; 403; ''; ExpiredTokenException; ''; ESCALATE",
                "bedrock; 403; ''; AccessDeniedException; ''; ESCALATE",
                "bedrock; 404; ''; ResourceNotFoundException; ''; FALLBACK",
                "bedrock; 408; ''; ModelTimeoutException; ''; RETRY",
                "bedrock; 424; ''; ModelErrorException; ''; RETRY_ONCE,FALLBACK",
                "bedrock; 429; ''; ThrottlingException; ''; RETRY",
                "bedrock; 500; ''; InternalServerException; ''; RETRY",
                "bedrock; 503; ''; ServiceUnavailableException; ''; RETRY,FALLBACK",
                // OpenRouter, Groq, xAI, vLLM, llama.cpp, Ollama
                "openrouter; 402; 402; ''; ''; ESCALATE,FALLBACK",
                "openrouter; 404; 404; ''; No endpoints found for this; FALLBACK",
                "openrouter; 429; 429; ''; Rate limit exceeded; RETRY",
                "openrouter; 429; 429; ''; Provider returned error; RETRY,FALLBACK",
                "openrouter; 503; 503; ''; ''; FALLBACK",
                "groq; 400; tool_use_failed; invalid_request_error; ''; RETRY_ONCE",
                "groq; 400; model_decommissioned; invalid_request_error; ''; FALLBACK",
                "groq; 401; invalid_api_key; ''; ''; ESCALATE",
                "xai; 400; Client specified an invalid argument; ''; Incorrect API key provided; ESCALATE",
                "vllm; 400; 400; BadRequestError; the maximum context length is 8; SHRINK",
                "vllm; 400; 400; BadRequestError; ''; ''",
                "vllm; 404; 404; NotFoundError; ''; FALLBACK",
                "vllm; 500; 500; InternalServerError; ''; RETRY,FALLBACK",
                "llama.cpp; 400; 400; exceed_context_size_error; ''; SHRINK",
                "llama.cpp; 200; 400; exceed_context_size_error; ''; SHRINK",
                "ollama; 400; ''; invalid_request_error; prompt too long; SHRINK",
                "ollama; 404; ''; ''; model not found; FALLBACK",
                "ollama; 429; ''; ''; ''; RETRY,FALLBACK",
                "ollama; 500; ''; ''; model requires more system memory; FALLBACK",
                "ollama; 503; ''; ''; server busy, please try again; RETRY",
                // the words of one server from another name: a gateway, or a server that somebody runs
                "acme; 400; ''; exceed_context_size_error; ''; SHRINK",
                "acme; 400; tool_use_failed; ''; ''; RETRY_ONCE",
                "acme; 400; ''; ''; Incorrect API key provided; ESCALATE",
                "acme; 404; DeploymentNotFound; ''; ''; FALLBACK,ESCALATE",
                "acme; 503; ''; ''; server busy, please try again; RETRY",
                "acme; 429; ''; organization_spend_limit_exceeded; ''; ESCALATE,FALLBACK",
                "vertex; 429; ''; enforced_spend_limit_reached; ''; ESCALATE,FALLBACK",
                "vertex; 400; ''; invalid_request_error; Your credit balance is too low; ESCALATE",
            })
    void saysWhatHelps(String provider, int status, String code, String type, String message, String remedies) {
        assertThat(TABLE.classify(failure(provider, status, code, type, message))
                        .remedies())
                .isEqualTo(remediesOf(remedies));
    }

    @Test
    void neverRetriesAnExhaustedQuota() {
        for (String provider : List.of("openai", "azure", "groq", "openrouter", "never-heard-of")) {
            for (int status : new int[] {200, 400, 402, 403, 429}) {
                ProviderFailure spent = new ProviderFailure(
                        provider,
                        status,
                        "insufficient_quota",
                        "insufficient_quota",
                        "You exceeded your current quota",
                        Map.of("x-should-retry", "true"));

                assertThat(TABLE.classify(spent).isRetryable())
                        .as("%s %d", provider, status)
                        .isFalse();
            }
        }
    }

    @Test
    void tellsApartTheStatusesOf4xx() {
        assertThat(TABLE.classify(failure("openai", 400, "", "", "")).remedies())
                .as("a bad request is bad everywhere")
                .isEmpty();
        assertThat(TABLE.classify(failure("openai", 429, "", "", "")).isRetryable())
                .isTrue();
    }

    @Test
    void obeysWhatTheServerSaysOfRetrying() {
        assertThat(withHeader(529, "overloaded_error", "false").remedies()).containsExactly(FALLBACK);
        assertThat(withHeader(529, "overloaded_error", "True ").remedies()).containsExactlyInAnyOrder(RETRY, FALLBACK);
        assertThat(withHeader(404, "not_found_error", "true").remedies()).containsExactlyInAnyOrder(RETRY, FALLBACK);
        assertThat(withHeader(400, "invalid_request_error", "true").remedies()).containsExactly(RETRY);
        assertThat(withHeader(429, "rate_limit_error", "false").remedies()).isEmpty();
        assertThat(withHeader(429, "rate_limit_error", "perhaps").remedies()).containsExactly(RETRY);
    }

    @Test
    void doesNotRetryWhatNoWaitingMendsWhateverTheServerSays() {
        assertThat(withHeader(401, "authentication_error", "true").remedies()).containsExactly(ESCALATE);
        assertThat(withHeader(413, "request_too_large", "true").remedies()).containsExactly(SHRINK);
    }

    @Test
    void takesAPaymentThatMendsItselfFromItsHeader() {
        ProviderFailure inFlight =
                new ProviderFailure("openrouter", 402, "402", "", "in-flight", Map.of("retry-after", "3"));

        assertThat(TABLE.classify(inFlight).remedies()).containsExactly(RETRY);
    }

    @Test
    void namesTheRuleThatDecided() {
        assertThat(TABLE.classify(failure("anthropic", 529, "", "overloaded_error", ""))
                        .rule())
                .isEqualTo("anthropic 529 type=overloaded_error");
        assertThat(withHeader(529, "overloaded_error", "false").rule())
                .isEqualTo("anthropic 529 type=overloaded_error, any * header.x-should-retry=false");
    }

    @Test
    void asksTheApplicationsRulesFirstInTheirOrder() {
        FailureTable table = TABLE.toBuilder()
                .rule(FailureRule.builder()
                        .provider("OpenAI")
                        .status(400)
                        .code("invalid_image_url")
                        .remedies(RETRY_ONCE)
                        .note("our image server is slow")
                        .evidence("our logs")
                        .build())
                .rule(FailureRule.builder().status(400).remedies(SHRINK).build())
                .build();

        assertThat(table.classify(failure("openai", 400, "Invalid_Image_URL", "", ""))
                        .remedies())
                .containsExactly(RETRY_ONCE);
        assertThat(table.classify(failure("openai", 400, "other", "", "")).remedies())
                .containsExactly(SHRINK);
        assertThat(table.classify(failure("anthropic", 400, "", "", "")).remedies())
                .containsExactly(SHRINK);
        assertThat(table.classify(failure("openai", 429, "", "", "")).remedies())
                .containsExactly(RETRY);
        assertThat(TABLE.classify(failure("openai", 400, "invalid_image_url", "", ""))
                        .remedies())
                .as("the standard table is as it was")
                .isEmpty();
    }

    @Test
    void readsTheApplicationsRulesFromText() {
        FailureTable table = TABLE.toBuilder().rules("""
                        # ours
                        provider\tstatus\tmatch\tremedies\tnote\tevidence
                        acme\t418,500-502\tmessage~tea|coffee; header.x-pot=*\tretry-once,fallback\t-\tour logs
                        house\tlike\tanthropic\t-\t-\t-
                        """, "ours.tsv").build();

        assertThat(table.classify(new ProviderFailure("acme", 418, "", "", "No Coffee left", Map.of("x-pot", "1")))
                        .remedies())
                .containsExactlyInAnyOrder(RETRY_ONCE, FALLBACK);
        assertThat(table.classify(failure("acme", 418, "", "", "no coffee left"))
                        .remedies())
                .as("without the header")
                .isEmpty();
        assertThat(table.classify(failure("house", 529, "", "overloaded_error", ""))
                        .rule())
                .startsWith("anthropic 529");
    }

    @Test
    void knowsWhoseFormatAProviderSpeaks() {
        FailureTable table = TABLE.toBuilder()
                .like("claude-on-vertex", "anthropic")
                .like("ring-a", "ring-b")
                .like("ring-b", "ring-a")
                .build();

        ProviderFailure tooLong = failure("claude-on-vertex", 400, "", "x", "would exceed context limit");
        assertThat(table.classify(tooLong).remedies()).containsExactly(SHRINK);
        assertThat(TABLE.classify(tooLong).remedies()).isEmpty();
        assertThat(table.knows("Claude-on-Vertex")).isTrue();
        assertThat(TABLE.knows("claude-on-vertex")).isFalse();
        assertThat(table.classify(failure("ring-a", 500, "", "", "")).isRetryable())
                .as("a ring of formats ends")
                .isTrue();
    }

    @Test
    void asksTheRulesOfTheFormatInWhichAFailureCame() {
        for (String provider : List.of("claude-in-my-cloud", "bedrock", "openrouter", "anthropic")) {
            ProviderFailure crashed =
                    new ProviderFailure(provider, "anthropic", 500, "", "api_error", "Internal", Map.of());
            ProviderFailure tooLong = new ProviderFailure(
                    provider, "anthropic", 400, "", "invalid_request_error", "would exceed context limit", Map.of());

            assertThat(TABLE.classify(crashed).remedies()).as(provider).containsExactly(RETRY);
            assertThat(TABLE.classify(tooLong).remedies()).as(provider).containsExactly(SHRINK);
        }
        assertThat(TABLE.classify(new ProviderFailure(
                                "bedrock", "anthropic", 408, "ModelTimeoutException", "", "", Map.of()))
                        .rule())
                .as("the provider's own rules are asked first")
                .startsWith("bedrock 408");
        assertThat(TABLE.classify(new ProviderFailure("acme", "esperanto", 400, "model_not_found", "", "", Map.of()))
                        .rule())
                .as("a format that nobody knows is taken for OpenAI's")
                .startsWith("openai 400");
    }

    @Test
    void asksThoseThatTheApplicationNamesBeforeTheFormat() {
        FailureTable table = TABLE.toBuilder().like("relay", "anthropic").build();
        ProviderFailure tooLong = new ProviderFailure(
                "relay", "openai", 400, "", "invalid_request_error", "would exceed context limit", Map.of());
        ProviderFailure tooManyTokens =
                new ProviderFailure("relay", "openai", 429, "rate_limit_exceeded", "", "Request too large", Map.of());

        assertThat(table.classify(tooLong).remedies()).containsExactly(SHRINK);
        assertThat(table.classify(tooManyTokens).rule()).startsWith("openai 429");
        assertThat(TABLE.classify(tooLong).remedies()).isEmpty();
    }

    @Test
    void namesEveryLineThatCannotBeRead() {
        String text = """
                provider\tstatus\tmatch\tremedies\tnote\tevidence
                acme\t400\t-\tnone\t-
                acme\tteapot\t-\tnone\t-\t-
                acme\t500-400\t-\tnone\t-\t-
                acme\t400\tcolour=red\tnone\t-\t-
                acme\t400\tcode=a||b\tnone\t-\t-
                acme\t400\t-\tpray\t-\t-
                acme\t400\t-\t+retry,fallback\t-\t-
                \t400\t-\tnone\t-\t-
                acme\t400\t-\tretry\t-\t-
                acme\t400\theader.=x\tretry\t-\t-
                """;

        assertThatThrownBy(() -> TABLE.toBuilder().rules(text, "ours.tsv"))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("ours.tsv")
                .hasMessageContaining("line 2")
                .hasMessageContaining("line 3")
                .hasMessageContaining("line 4")
                .hasMessageContaining("line 5")
                .hasMessageContaining("line 6")
                .hasMessageContaining("line 7")
                .hasMessageContaining("line 8")
                .hasMessageContaining("line 9")
                .hasMessageContaining("line 11")
                .hasMessageNotContaining("line 10");
        assertThatThrownBy(() -> TABLE.toBuilder().rules("", "empty.tsv")).hasMessageContaining("columns");
        assertThatThrownBy(() -> TABLE.toBuilder().rules("a\tb\n", "odd.tsv")).hasMessageContaining("line 1");
    }

    @Test
    void refusesARuleThatWouldMatchEverythingByMistake() {
        assertThatThrownBy(() -> FailureRule.builder().message("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FailureRule.builder().code()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FailureRule.builder().status(500, 400)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FailureRule.builder().provider(" ").build())
                .isInstanceOf(InvalidConfigurationException.class);
    }

    @ParameterizedTest
    @EnumSource(Refusal.Kind.class)
    void sendsARefusalOfALimitToTheFallback(Refusal.Kind kind) {
        RejectedException refused =
                new RejectedException(Refusal.of(kind, "rule", "reason"), ErrorDetails.nothingSent());

        assertThat(TABLE.classify(refused).remedies())
                .isEqualTo(kind == Refusal.Kind.PERMISSION ? Set.of() : Set.of(FALLBACK));
    }

    @Test
    void classifiesWhateverACallCanFailWith() {
        ErrorDetails details = ErrorDetails.nothingSent();

        assertThat(remedies(new TransportException("x", details, null))).containsExactlyInAnyOrder(RETRY, FALLBACK);
        assertThat(remedies(new StreamInterruptedException("x", details, null)))
                .containsExactlyInAnyOrder(RETRY, FALLBACK);
        assertThat(remedies(new InvalidOutputException("x", details, null))).containsExactly(FALLBACK);
        assertThat(remedies(new DeadlineException("x", details, null))).isEmpty();
        assertThat(remedies(new CancelledException("x", details, null))).isEmpty();
        assertThat(remedies(new InterruptedException())).isEmpty();
    }

    static Stream<Arguments> thrownByAnApplication() {
        Set<Remedy> passes = Set.of(RETRY, FALLBACK);
        Set<Remedy> elsewhere = Set.of(FALLBACK);
        return Stream.of(
                Arguments.of(new IOException("reset"), passes),
                Arguments.of(new UncheckedIOException(new IOException("reset")), passes),
                Arguments.of(new TimeoutException(), passes),
                Arguments.of(new SQLTransientConnectionException(), passes),
                Arguments.of(new SQLRecoverableException(), passes),
                Arguments.of(new SQLIntegrityConstraintViolationException(), elsewhere),
                Arguments.of(new IllegalStateException(), elsewhere),
                Arguments.of(new IllegalStateException(new IOException()), elsewhere), // it says that it is another
                Arguments.of(new CompletionException(new IOException()), passes), // it says nothing
                Arguments.of(new ExecutionException(new CompletionException(new IOException())), passes),
                Arguments.of(new ExecutionException(new InterruptedException()), elsewhere), // of another thread
                Arguments.of(new CompletionException(null), elsewhere),
                Arguments.of(new AssertionError(), Set.of()),
                Arguments.of(new ExecutionException(new AssertionError()), Set.of()),
                Arguments.of(
                        new ExecutionException(
                                new ProviderException("x", 503, "", "", ErrorDetails.nothingSent(), null)),
                        passes));
    }

    @ParameterizedTest
    @MethodSource("thrownByAnApplication")
    void classifiesWhatAnApplicationThrewTheSameByItselfAndWithinATaskException(
            Throwable thrown, Set<Remedy> remedies) {
        TaskException error = new TaskException("x", ErrorDetails.nothingSent(), thrown);

        assertThat(remedies(thrown)).isEqualTo(remedies);
        assertThat(remedies(error)).isEqualTo(remedies);
        assertThat(error.classification()).isEqualTo(TABLE.classify(thrown));
    }

    @Test
    void anErrorThatNobodyClassifiedSaysWhatItsKindMeans() {
        ErrorDetails details = ErrorDetails.nothingSent();

        assertThat(new TransportException("x", details, null).classification().remedies())
                .containsExactlyInAnyOrder(RETRY, FALLBACK);
        assertThat(new ProviderException("x", 429, "", "", details, null)
                        .classification()
                        .isRetryable())
                .isTrue();
        assertThat(new TransportException("x", details, null).details().classification())
                .isEqualTo(Classification.none());
    }

    @Test
    void classifiesAProvidersErrorByItsEndpoint() {
        ErrorDetails details =
                ErrorDetails.builder().endpoint(Endpoint.of("groq", "model")).build();

        assertThat(remedies(new ProviderException("x", 400, "tool_use_failed", "", details, null)))
                .containsExactly(RETRY_ONCE);
    }

    @Test
    void keepsAClassificationThatIsThere() {
        Classification before = Classification.of("somebody knew better", ESCALATE);
        ErrorDetails details = ErrorDetails.builder().classification(before).build();

        assertThat(TABLE.classify(new TransportException("x", details, null))).isSameAs(before);
    }

    @Test
    void followsARingOfCausesToItsEnd() {
        Exception a = new CompletionException("a", null) {
            @Override
            public synchronized Throwable getCause() {
                return this;
            }
        };

        assertThat(remedies(a)).containsExactly(FALLBACK);
    }

    @Test
    void readsOddFailuresWithoutFailing() {
        Random random = new Random(7);
        String[] odd = {"", " ", "\u0000", "İ", "429", "-1", "999", "|", "~", "\ud800", "a".repeat(100_000)};
        for (int i = 0; i < 2_000; i++) {
            ProviderFailure failure = new ProviderFailure(
                    odd[random.nextInt(odd.length)],
                    random.nextInt(1200) - 100,
                    odd[random.nextInt(odd.length)],
                    odd[random.nextInt(odd.length)],
                    odd[random.nextInt(odd.length)],
                    Map.of("x-should-retry", odd[random.nextInt(odd.length)]));

            assertThat(TABLE.classify(failure).rule()).isNotBlank();
        }
    }

    @Test
    void usesEveryRemedyAndGivesEvidenceForEveryRule() {
        Set<Remedy> used = EnumSet.noneOf(Remedy.class);
        TABLE.rules().forEach(rule -> {
            used.addAll(rule.remedies());
            assertThat(rule.evidence()).as(rule.toString()).isNotBlank();
        });

        assertThat(used).containsExactlyInAnyOrder(Remedy.values());
    }

    private static Classification withHeader(int status, String type, String shouldRetry) {
        return TABLE.classify(
                new ProviderFailure("anthropic", status, "", type, "", Map.of("x-should-retry", shouldRetry)));
    }

    private static Set<Remedy> remedies(Throwable thrown) {
        return TABLE.classify(thrown).remedies();
    }

    private static ProviderFailure failure(String provider, int status, String code, String type, String message) {
        return new ProviderFailure(provider, status, code, type, message, Map.of());
    }

    private static Set<Remedy> remediesOf(String names) {
        Set<Remedy> remedies = EnumSet.noneOf(Remedy.class);
        for (String name : names.isEmpty() ? new String[0] : names.split(",")) {
            remedies.add(Remedy.valueOf(name));
        }
        return remedies;
    }
}
