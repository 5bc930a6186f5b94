package dev.holdfast.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.TokenClass;
import dev.holdfast.chat.Usage;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What providers charge for, in classes that do not overlap. */
class UsageTest extends ProviderTestBase {
    private static Usage usage(String provider, String fields) {
        serveJson("{'choices':[{'message':{'content':'x'},'finish_reason':'stop'}],'usage':{" + fields + "}}");
        return ask(provider).usage();
    }

    private static Usage of(long input, long cached, long output, long thought) {
        return Usage.builder()
                .add(TokenClass.INPUT, input)
                .add(TokenClass.CACHED_INPUT, cached)
                .add(TokenClass.OUTPUT, output)
                .add(TokenClass.REASONING, thought)
                .build();
    }

    @Test
    void whatOpenAiCountsWithin() {
        assertThat(usage(
                        "openai",
                        "'prompt_tokens':100,'completion_tokens':50,'total_tokens':150,"
                                + "'prompt_tokens_details':{'cached_tokens':60,'cache_write_tokens':10,'audio_tokens':5},"
                                + "'completion_tokens_details':{'reasoning_tokens':20,'audio_tokens':7}"))
                .isEqualTo(Usage.builder()
                        .add(TokenClass.INPUT, 25)
                        .add(TokenClass.CACHED_INPUT, 60)
                        .add(TokenClass.CACHE_WRITE, 10)
                        .add(TokenClass.AUDIO_INPUT, 5)
                        .add(TokenClass.OUTPUT, 23)
                        .add(TokenClass.REASONING, 20)
                        .add(TokenClass.AUDIO_OUTPUT, 7)
                        .build());
    }

    @ParameterizedTest
    @CsvSource({"'prompt_cache_hit_tokens':60", "'cached_tokens':60", "'num_cached_tokens':60"})
    void cachedInputByItsOtherNames(String field) {
        assertThat(usage("deepseek", "'prompt_tokens':100,'completion_tokens':5,'total_tokens':105," + field))
                .isEqualTo(of(40, 60, 5, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {",'total_tokens':350", ""})
    void thoughtsBesideTheCompletion(String total) {
        assertThat(usage(
                        "xai",
                        "'prompt_tokens':100,'completion_tokens':50,'completion_tokens_details':{'reasoning_tokens':200}"
                                + total))
                .isEqualTo(of(100, 0, 50, 200));
    }

    @Test
    void thoughtsInTheTotalAlone() {
        assertThat(usage("google", "'prompt_tokens':10,'completion_tokens':5,'total_tokens':43"))
                .isEqualTo(of(10, 0, 5, 28));
    }

    @Test
    void thoughtsThatNoSumHolds() {
        assertThat(usage(
                        "vercel",
                        "'prompt_tokens':57,'completion_tokens':10,'total_tokens':67,"
                                + "'completion_tokens_details':{'reasoning_tokens':37}"))
                .isEqualTo(of(57, 0, 10, 37));
    }

    @Test
    void spokenInputBesideThePrompt() {
        assertThat(usage(
                        "mistral",
                        "'prompt_tokens':9,'completion_tokens':201,'total_tokens':585,"
                                + "'prompt_tokens_details':{'audio_tokens':375}"))
                .isEqualTo(Usage.builder()
                        .add(TokenClass.INPUT, 9)
                        .add(TokenClass.AUDIO_INPUT, 375)
                        .add(TokenClass.OUTPUT, 201)
                        .build());
    }

    @Test
    void contradictionsMakeNoClassNegative() {
        assertThat(usage(
                        "azure",
                        "'prompt_tokens':298,'completion_tokens':5,'total_tokens':303,"
                                + "'prompt_tokens_details':{'cached_tokens':387}"))
                .isEqualTo(of(0, 298, 5, 0));
        assertThat(usage(
                        "any",
                        "'prompt_tokens':0,'completion_tokens':5,'total_tokens':2,"
                                + "'completion_tokens_details':{'audio_tokens':9}"))
                .isEqualTo(Usage.builder().add(TokenClass.AUDIO_OUTPUT, 5).build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "'total_tokens':9", "'prompt_tokens':null,'completion_tokens':null"})
    void whatSaysNothingIsUnknown(String fields) {
        assertThat(usage("openai", fields)).isEqualTo(Usage.unknown());
    }

    /** Whoever settles takes a known count for the last word, so half of one, or nonsense, must not look like one. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "'prompt_tokens':7",
                "'prompt_tokens':7,'completion_tokens':null,'total_tokens':7",
                "'completion_tokens':7",
                "'prompt_tokens':-4,'completion_tokens':5",
                "'prompt_tokens':7,'completion_tokens':99999999999",
                "'prompt_tokens':7,'completion_tokens':1e999",
                "'prompt_tokens':7,'completion_tokens':'5'",
                "'prompt_tokens':0,'completion_tokens':0,'total_tokens':0"
            })
    void whatCannotBeAllOfItIsUnknown(String fields) {
        assertThat(usage("openai", fields)).isEqualTo(Usage.unknown());
    }

    @Test
    void aLastWordThatCannotBeReadDoesNotLeaveAnEarlierOneStanding() {
        serveEvents(
                "{'choices':[{'delta':{'content':'a'}}],'usage':{'prompt_tokens':7,'completion_tokens':1}}",
                "{'choices':[{'delta':{},'finish_reason':'stop'}],'usage':{'prompt_tokens':7,'completion_tokens':-1}}",
                "[DONE]");

        assertThat(askStreaming("openai").usage()).isEqualTo(Usage.unknown());
    }

    @ParameterizedTest
    @CsvSource({
        "'cost':0.00014, 140000",
        "'cost':0.0000000001, 1",
        "'cost':1, 1000000000",
        "'cost':'0.25', 250000000",
        "'cost':0, 0",
        "'cost_in_usd_ticks':3530500, 353050",
        "'cost_in_usd_ticks':25000000000, 2500000000",
        "'cost':{'input_tokens_cost':0.1;'total_cost':0.3}, 300000000",
        "'cost':0.01;'is_byok':true;'cost_details':{'upstream_inference_cost':0.2}, 210000000"
    })
    void whatTheProviderSaysItCost(String fields, long nanos) {
        assertThat(usage("openrouter", "'prompt_tokens':1,'completion_tokens':1," + fields.replace(';', ','))
                        .statedCost())
                .contains(new Money(nanos));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'cost':null",
                "'cost':1e999999999",
                "'cost':-1",
                "'cost':'free'",
                "'cost':{}",
                "'cost':0.01,'is_byok':true"
            })
    void aCostThatCannotBeMeantIsNone(String fields) {
        assertThat(usage("openrouter", "'prompt_tokens':1,'completion_tokens':1," + fields)
                        .statedCost())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "priority, priority",
        "flex, flex",
        "default, ''",
        "Default, ''",
        "on_demand, ''",
        "standard, ''",
        "'', ''",
    })
    void whatTierItWasServedAt(String said, String tier) {
        String usage = "'usage':{'prompt_tokens':1,'completion_tokens':1}";
        serveJson("{'choices':[{'message':{'content':'x'}}]," + usage + ",'service_tier':'" + said + "'}");
        assertThat(ask("openai").usage().tier()).isEqualTo(tier);

        serveEvents(
                "{'choices':[{'delta':{'content':'a'}}],'service_tier':'" + said + "'}",
                "{'choices':[],'service_tier':null," + usage + "}",
                "[DONE]");
        assertThat(askStreaming("openai").usage().tier()).as("streamed").isEqualTo(tier);
    }

    @Test
    void aTierWithinTheReport() {
        assertThat(usage("mistral", "'prompt_tokens':1,'completion_tokens':1,'service_tier':'batch'")
                        .tier())
                .isEqualTo("batch");
    }

    @ParameterizedTest
    @CsvSource({
        "'num_sources_used':3, num_sources_used, 3",
        "'num_search_queries':2, num_search_queries, 2",
        "'server_tool_use_details':{'web_search_requests':4;'tool_calls_executed':4}, web_search_requests, 4",
    })
    void whatIsChargedEachTime(String fields, String name, long count) {
        assertThat(usage("any", "'prompt_tokens':1,'completion_tokens':1," + fields.replace(';', ','))
                        .extras())
                .containsExactly(Map.entry(name, count));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'num_sources_used':0", "'num_sources_used':null", "'server_tool_use_details':null"})
    void whatDidNotHappenIsNotCharged(String fields) {
        assertThat(usage("any", "'prompt_tokens':1,'completion_tokens':1," + fields)
                        .extras())
                .isEmpty();
    }

    @Test
    void aSearchThatNoAnswerTells() {
        serveJson("{'choices':[{'message':{'content':'x'}}],'usage':{'prompt_tokens':1,'completion_tokens':1}}");
        OpenAiModel searching = OpenAiModel.builder("mini-search")
                .baseUrl(baseUrl())
                .bodyField("web_search_options", "{}")
                .build();

        assertThat(send(searching, ChatRequest.of("hi")).await().usage().extras())
                .containsExactly(Map.entry("web_search_requests", 1L));
    }
}
