package dev.holdfast.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TokensTest {
    private static Tokens chat(String json) throws JsonProcessingException {
        return Tokens.ofChat(MadeUp.JSON.readTree(json));
    }

    private static Tokens messages(String json) throws JsonProcessingException {
        return Tokens.ofMessages(MadeUp.JSON.readTree(json));
    }

    private static Tokens tokens(long input, long cached, long write, long audio, long output, long reasoning) {
        return new Tokens(input, cached, write, 0, audio, output, reasoning, 0, OptionalLong.empty());
    }

    @Test
    void partsLieWithinTheirWhole() throws Exception {
        assertThat(chat("""
                        {"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,
                         "prompt_tokens_details":{"cached_tokens":40,"cache_write_tokens":20,"audio_tokens":10},
                         "completion_tokens_details":{"reasoning_tokens":30}}""")).isEqualTo(tokens(30, 40, 20, 10, 20, 30));
    }

    @Test
    void reasoningBesideCompletionShowsInTheTotal() throws Exception {
        assertThat(chat("""
                        {"prompt_tokens":10,"completion_tokens":5,"total_tokens":45,
                         "completion_tokens_details":{"reasoning_tokens":30}}""")).isEqualTo(tokens(10, 0, 0, 0, 5, 30));
    }

    @Test
    void reasoningLargerThanCompletionStandsBesideIt() throws Exception {
        assertThat(chat("""
                        {"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,
                         "completion_tokens_details":{"reasoning_tokens":30}}""")).isEqualTo(tokens(10, 0, 0, 0, 5, 30));
    }

    @Test
    void thoughtsThatOnlyTheTotalKnows() throws Exception {
        assertThat(chat("{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":40}"))
                .isEqualTo(tokens(10, 0, 0, 0, 5, 25));
    }

    @Test
    void audioBesidePromptShowsInTheTotal() throws Exception {
        assertThat(chat("""
                        {"prompt_tokens":9,"completion_tokens":5,"total_tokens":389,
                         "prompt_tokens_details":{"audio_tokens":375}}""")).isEqualTo(tokens(9, 0, 0, 375, 5, 0));
    }

    @Test
    void moreCachedThanThereWasIsCapped() throws Exception {
        assertThat(
                        chat(
                                "{\"prompt_tokens\":10,\"completion_tokens\":5,\"prompt_tokens_details\":{\"cached_tokens\":15}}"))
                .isEqualTo(tokens(0, 10, 0, 0, 5, 0));
    }

    @Test
    void statedCostComesInThreeShapes() throws Exception {
        assertThat(chat("{\"cost\":0.0001346}").costNanos()).hasValue(134_600);
        assertThat(chat("{\"cost\":{\"total_cost\":0.00507}}").costNanos()).hasValue(5_070_000);
        assertThat(chat("{\"cost_in_usd_ticks\":3530500}").costNanos()).hasValue(353_050);
    }

    @Test
    void cacheStandsBesideInputAtAnthropic() throws Exception {
        assertThat(messages("""
                        {"input_tokens":3,"cache_creation_input_tokens":2070,"cache_read_input_tokens":5,
                         "cache_creation":{"ephemeral_5m_input_tokens":14,"ephemeral_1h_input_tokens":2056},
                         "output_tokens":9,"output_tokens_details":{"thinking_tokens":4}}""")).isEqualTo(new Tokens(3, 5, 14, 2056, 0, 5, 4, 0, OptionalLong.empty()));
    }

    @Test
    void iterationsAreSummed() throws Exception {
        assertThat(messages("""
                        {"input_tokens":2,"output_tokens":3,"iterations":[
                         {"input_tokens":90,"output_tokens":8},{"input_tokens":2,"output_tokens":3}]}""")).isEqualTo(tokens(92, 0, 0, 0, 11, 0));
    }
}
