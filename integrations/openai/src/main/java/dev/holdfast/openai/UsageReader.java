package dev.holdfast.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.TokenClass;
import dev.holdfast.chat.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Translates what a provider counts into classes that do not overlap.
 *
 * <p>The common rule is OpenAI's: cached, cache-written and spoken input are within {@code prompt_tokens}, thoughts and
 * spoken output within {@code completion_tokens}. Others count besides (xAI's thoughts, Mistral's audio) or do not name
 * at all (Google's thoughts) what they charge for; it shows in {@code total_tokens}, which all of them add up from what
 * they charge. Where the numbers contradict each other, the part is cut to the whole, so that no class is negative.
 *
 * <p>Of several reports the last one counts: some send one with each piece, and each holds the ones before.
 */
final class UsageReader {
    private static final int TICKS_SCALE = 10; // xAI counts in 10^-10 dollars
    private static final int MOST_DIGITS = 40; // of a cost that is meant as one; guards against 1e999999999
    private static final BigDecimal MOST_DOLLARS = BigDecimal.valueOf(1_000_000_000L);

    /** What providers call the tier that everybody gets: OpenAI, Anthropic's and Mistral's, Groq. */
    private static final Set<String> ORDINARY_TIERS = Set.of("", "default", "standard", "on_demand", "auto");

    /** What is charged each time, and stands in the report itself: xAI's sources, Perplexity's searches. */
    private static final List<String> EXTRAS = List.of("num_sources_used", "num_search_queries");

    private static final String SEARCHES = "web_search_requests";

    private final String provider;
    private final boolean searches;
    private @Nullable JsonNode report;
    private String tier = "";

    /**
     * Reads one answer.
     *
     * @param searches whether the model searches before every answer, for a fee that no answer tells
     */
    UsageReader(String provider, boolean searches) {
        this.provider = provider;
        this.searches = searches;
    }

    /** Takes a document or a piece. */
    void add(JsonNode root) {
        JsonNode reported = Json.object(root, "usage");
        if (reported == null) {
            reported = Json.object(Json.object(root, "x_groq"), "usage");
        }
        if (reported != null && counts(reported)) {
            report = reported;
        }
        String served = Json.text(root, "service_tier");
        served = served.isEmpty() ? Json.text(reported, "service_tier") : served; // Mistral
        tier = served.isEmpty() ? tier : served;
    }

    /** The usage; unknown unless both sides are counted, for what is known is settled as the last word. */
    Usage usage() {
        return report == null ? Usage.unknown() : read(report);
    }

    /** Whether a report counts anything; some send an empty one with every piece. */
    private static boolean counts(JsonNode usage) {
        return usage.hasNonNull("prompt_tokens") || usage.hasNonNull("completion_tokens");
    }

    private Usage read(JsonNode usage) {
        if (!isCount(usage.get("prompt_tokens")) || !isCount(usage.get("completion_tokens"))) {
            return Usage.unknown();
        }
        JsonNode in = usage.path("prompt_tokens_details");
        JsonNode out = usage.path("completion_tokens_details");
        long prompt = count(usage, "prompt_tokens");
        long completion = count(usage, "completion_tokens");
        long cached = cached(usage, in);
        long spokenIn = count(in, "audio_tokens");
        long thought = count(out, "reasoning_tokens");

        long excess = excess(usage, prompt, completion, thought);
        if (spokenIn > 0 && excess == spokenIn && thought != excess) { // spoken input beside the prompt (Mistral)
            prompt += spokenIn;
            excess = 0;
        }
        long output = completion + excess;
        if (excess > 0 && thought == 0) { // thoughts that are in the total alone (Google)
            thought = excess;
        } else if (thought > output) { // thoughts that are nowhere else (Google's models behind some gateways)
            output = completion + thought;
        }
        if (prompt + output == 0) { // nobody reads nothing: a gateway's way of saying that it does not count
            return Usage.unknown();
        }
        Usage.Builder builder = Usage.builder();
        addInput(builder, prompt, cached, count(in, "cache_write_tokens"), spokenIn);
        addOutput(builder, output, thought, count(out, "audio_tokens"));
        addExtras(builder, usage);
        builder.tier(ORDINARY_TIERS.contains(tier.toLowerCase(Locale.ROOT)) ? "" : tier);
        Money cost = cost(usage);
        return cost == null ? builder.build() : builder.statedCost(cost).build();
    }

    /** What is charged beyond prompt and completion. */
    private long excess(JsonNode usage, long prompt, long completion, long thought) {
        if (usage.path("total_tokens").isNumber()) {
            return Math.max(0, count(usage, "total_tokens") - prompt - completion);
        }
        return provider.equals("xai") ? thought : 0;
    }

    private static long cached(JsonNode usage, JsonNode details) {
        long most = count(details, "cached_tokens");
        most = Math.max(most, count(usage, "prompt_cache_hit_tokens")); // DeepSeek
        most = Math.max(most, count(usage, "cached_tokens")); // Together, Hugging Face
        return Math.max(most, count(usage, "num_cached_tokens")); // Mistral
    }

    private static void addInput(Usage.Builder builder, long prompt, long cached, long written, long spoken) {
        long left = prompt;
        left -= add(builder, TokenClass.CACHED_INPUT, cached, left);
        left -= add(builder, TokenClass.CACHE_WRITE, written, left);
        left -= add(builder, TokenClass.AUDIO_INPUT, spoken, left);
        builder.add(TokenClass.INPUT, left);
    }

    private static void addOutput(Usage.Builder builder, long output, long thought, long spoken) {
        long left = output;
        left -= add(builder, TokenClass.REASONING, thought, left);
        left -= add(builder, TokenClass.AUDIO_OUTPUT, spoken, left);
        builder.add(TokenClass.OUTPUT, left);
    }

    private void addExtras(Usage.Builder builder, JsonNode usage) {
        for (String extra : EXTRAS) {
            builder.addExtra(extra, count(usage, extra));
        }
        JsonNode tools = Json.object(usage, "server_tool_use_details"); // OpenRouter
        long searched = tools == null ? 0 : count(tools, SEARCHES);
        builder.addExtra(SEARCHES, searches ? Math.max(1, searched) : searched);
    }

    private static long add(Usage.Builder builder, TokenClass tokenClass, long count, long most) {
        long kept = Math.min(count, most);
        builder.add(tokenClass, kept);
        return kept;
    }

    /** A number of tokens; what is absent, negative or beyond any context window counts as none. */
    private static long count(JsonNode object, String field) {
        JsonNode value = object.get(field);
        return isCount(value) ? value.longValue() : 0;
    }

    private static boolean isCount(@Nullable JsonNode value) {
        return value != null && value.isIntegralNumber() && value.canConvertToInt() && value.intValue() >= 0;
    }

    private static @Nullable Money cost(JsonNode usage) {
        JsonNode cost = usage.path("cost");
        BigDecimal dollars = decimal(cost.isObject() ? cost.path("total_cost") : cost); // an object at Perplexity
        if (dollars == null) {
            BigDecimal ticks = decimal(usage.path("cost_in_usd_ticks"));
            dollars = ticks == null ? null : ticks.movePointLeft(TICKS_SCALE);
        } else if (usage.path("is_byok").asBoolean()) { // OpenRouter: its own fee; the rest is on another bill
            BigDecimal upstream = decimal(usage.path("cost_details").path("upstream_inference_cost"));
            dollars = upstream == null ? null : dollars.add(upstream);
        }
        return dollars == null || dollars.signum() < 0 || dollars.compareTo(MOST_DOLLARS) > 0
                ? null
                : new Money(dollars.movePointRight(9)
                        .setScale(0, RoundingMode.CEILING)
                        .longValue());
    }

    private static @Nullable BigDecimal decimal(JsonNode node) {
        if (!node.isNumber() && !node.isTextual()) {
            return null;
        }
        BigDecimal value;
        try {
            value = node.isNumber() ? node.decimalValue() : new BigDecimal(node.asText());
        } catch (NumberFormatException notANumber) {
            return null;
        }
        boolean sane = value.precision() <= MOST_DIGITS && Math.abs((long) value.scale()) <= MOST_DIGITS;
        return sane ? value : null;
    }
}
