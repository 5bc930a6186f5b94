package dev.holdfast.benchmarks.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.OptionalLong;

/**
 * Usage by price class; the classes do not overlap, whatever the provider counts within what.
 *
 * @param input read afresh
 * @param cached out of the provider's cache
 * @param cacheWrite written to it for minutes
 * @param cacheWriteHour written to it for an hour
 * @param audioInput spoken input
 * @param output said
 * @param reasoning thought
 * @param audioOutput spoken output
 * @param costNanos what the provider says it cost, in nano-dollars
 */
record Tokens(
        long input,
        long cached,
        long cacheWrite,
        long cacheWriteHour,
        long audioInput,
        long output,
        long reasoning,
        long audioOutput,
        OptionalLong costNanos) {

    /**
     * What {@code usage} of a chat completion means. Most providers count cached, cache writes and audio within prompt
     * tokens, and reasoning and audio within completion tokens. Some do not, and only the total, or a detail that is
     * larger than its whole, betrays them.
     */
    static Tokens ofChat(JsonNode usage) {
        JsonNode in = usage.path("prompt_tokens_details");
        JsonNode out = usage.path("completion_tokens_details");
        long prompt = usage.path("prompt_tokens").asLong(0);
        long completion = usage.path("completion_tokens").asLong(0);
        long total = usage.path("total_tokens").asLong(prompt + completion);
        long cached = first(
                in.path("cached_tokens"),
                usage.path("prompt_cache_hit_tokens"),
                usage.path("num_cached_tokens"),
                usage.path("cached_tokens"));
        long write = first(in.path("cache_write_tokens"), usage.path("cache_creation_input_tokens"));
        long audioIn = first(in.path("audio_tokens"));
        long audioOut = first(out.path("audio_tokens"));
        long reasoning = first(out.path("reasoning_tokens"));

        long beyond = total - prompt - completion;
        if (beyond > 0 && beyond == reasoning) {
            // xAI: reasoning stands beside completion.
            completion += reasoning;
        } else if (beyond > 0 && beyond == audioIn) {
            // Mistral's Voxtral: audio stands beside prompt.
            prompt += audioIn;
        } else if (beyond > 0) {
            // Google's compatible endpoint: thoughts show in the total alone.
            completion += beyond;
            reasoning = Math.max(reasoning, beyond);
        } else if (reasoning > completion) {
            // Gateways in front of Gemini: thoughts in neither completion nor total.
            completion += reasoning;
        }
        // Never more parts than the whole: Grok on Azure reports more cached tokens than prompt tokens.
        cached = Math.min(cached, prompt);
        write = Math.min(write, prompt - cached);
        audioIn = Math.min(audioIn, prompt - cached - write);
        reasoning = Math.min(reasoning, completion);
        audioOut = Math.min(audioOut, completion - reasoning);
        return new Tokens(
                prompt - cached - write - audioIn,
                cached,
                write,
                0,
                audioIn,
                completion - reasoning - audioOut,
                reasoning,
                audioOut,
                cost(usage));
    }

    /**
     * What {@code usage} of Anthropic's messages means: input stands beside what was read from and written to the
     * cache; where a turn took several passes, {@code iterations} lists each, and the top level leaves some out.
     */
    static Tokens ofMessages(JsonNode usage) {
        JsonNode iterations = usage.path("iterations");
        if (iterations.isArray() && !iterations.isEmpty()) {
            Tokens sum = new Tokens(0, 0, 0, 0, 0, 0, 0, 0, OptionalLong.empty());
            for (JsonNode iteration : iterations) {
                sum = sum.plus(onePass(iteration));
            }
            long thought =
                    usage.path("output_tokens_details").path("thinking_tokens").asLong(0);
            long thinking = Math.min(thought, sum.output);
            return new Tokens(
                    sum.input,
                    sum.cached,
                    sum.cacheWrite,
                    sum.cacheWriteHour,
                    0,
                    sum.output - thinking,
                    sum.reasoning + thinking,
                    0,
                    OptionalLong.empty());
        }
        return onePass(usage);
    }

    private static Tokens onePass(JsonNode usage) {
        long write = usage.path("cache_creation_input_tokens").asLong(0);
        long hour = Math.min(
                write,
                usage.path("cache_creation").path("ephemeral_1h_input_tokens").asLong(0));
        long output = usage.path("output_tokens").asLong(0);
        long thinking = Math.min(
                output,
                usage.path("output_tokens_details").path("thinking_tokens").asLong(0));
        return new Tokens(
                usage.path("input_tokens").asLong(0),
                usage.path("cache_read_input_tokens").asLong(0),
                write - hour,
                hour,
                0,
                output - thinking,
                thinking,
                0,
                OptionalLong.empty());
    }

    private Tokens plus(Tokens other) {
        return new Tokens(
                input + other.input,
                cached + other.cached,
                cacheWrite + other.cacheWrite,
                cacheWriteHour + other.cacheWriteHour,
                audioInput + other.audioInput,
                output + other.output,
                reasoning + other.reasoning,
                audioOutput + other.audioOutput,
                OptionalLong.empty());
    }

    private static long first(JsonNode... places) {
        for (JsonNode place : places) {
            if (place.isNumber()) {
                return place.asLong();
            }
        }
        return 0;
    }

    /** Dollars as a number, or with their parts as an object; xAI counts ticks of a ten-billionth dollar. */
    private static OptionalLong cost(JsonNode usage) {
        JsonNode cost = usage.path("cost");
        if (cost.isObject()) {
            cost = cost.path("total_cost");
        }
        if (cost.isNumber()) {
            // With a key of one's own at the provider behind OpenRouter, its bill comes on top of the gateway's.
            JsonNode upstream = usage.path("cost_details").path("upstream_inference_cost");
            boolean ownKey = usage.path("is_byok").asBoolean(false) && upstream.isNumber();
            return OptionalLong.of(
                    nanos(ownKey ? cost.decimalValue().add(upstream.decimalValue()) : cost.decimalValue()));
        }
        JsonNode ticks = usage.path("cost_in_usd_ticks");
        return ticks.isNumber() ? OptionalLong.of(nanos(ticks.decimalValue().movePointLeft(10))) : OptionalLong.empty();
    }

    private static long nanos(BigDecimal dollars) {
        return dollars.movePointRight(9).setScale(0, RoundingMode.HALF_UP).longValue();
    }
}
