package dev.holdfast.budget;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.holdfast.budget.Vocabulary.Tally;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.OutputFormat;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.ToolSpec;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** {@link TokenCounter#standard()}. */
final class StandardTokenCounter implements TokenCounter {
    private static final int REMEMBERED = 65_536;

    /**
     * What a message or tool counts, for each vocabulary. By identity: comparing the content of a message costs about as
     * much as counting it.
     */
    private final Map<Vocabulary, Cache<Object, TokenCount>> known = new EnumMap<>(Vocabulary.class);

    StandardTokenCounter() {
        for (Vocabulary vocabulary : Vocabulary.values()) {
            known.put(
                    vocabulary,
                    Caffeine.newBuilder()
                            .weakKeys()
                            .maximumSize(REMEMBERED)
                            .executor(Runnable::run)
                            .build());
        }
    }

    @Override
    public TokenCount input(Endpoint endpoint, ChatRequest request) {
        List<Message> messages = request.messages();
        List<ToolSpec> tools = request.tools();
        if (messages.isEmpty() && tools.isEmpty()) {
            return TokenCount.ZERO;
        }
        Vocabulary vocabulary = Vocabulary.of(endpoint.model());
        Cache<Object, TokenCount> counted = countsOf(vocabulary);
        Tally tally = new Tally();
        vocabulary.request(!tools.isEmpty(), tally);
        for (int i = 0; i < messages.size(); i++) {
            add(messages.get(i), vocabulary, counted, tally);
        }
        for (int i = 0; i < tools.size(); i++) {
            add(tools.get(i), vocabulary, counted, tally);
        }
        if (request.outputFormat() instanceof OutputFormat.Json json) {
            vocabulary.outputFormat(tally);
            schema(json.schema().json(), vocabulary, tally);
        }
        for (String value : request.options(endpoint.provider()).values()) {
            vocabulary.text(value, tally);
        }
        return tally.count();
    }

    @Override
    public TokenCount output(Endpoint endpoint, Message message) {
        return count(message, Vocabulary.of(endpoint.model()));
    }

    @SuppressWarnings("NullAway") // every vocabulary has its cache
    private Cache<Object, TokenCount> countsOf(Vocabulary vocabulary) {
        return known.get(vocabulary);
    }

    private static void add(Object item, Vocabulary vocabulary, Cache<Object, TokenCount> counted, Tally tally) {
        TokenCount count = counted.getIfPresent(item);
        if (count == null) {
            count = item instanceof Message message ? count(message, vocabulary) : count((ToolSpec) item, vocabulary);
            counted.put(item, count);
        }
        tally.add(count.estimate(), count.upperBound());
    }

    private static TokenCount count(ToolSpec tool, Vocabulary vocabulary) {
        Tally tally = new Tally();
        vocabulary.tool(tally);
        vocabulary.text(tool.name(), tally);
        vocabulary.text(tool.description(), tally);
        schema(tool.parameters().json(), vocabulary, tally);
        return tally.count();
    }

    private static void schema(String json, Vocabulary vocabulary, Tally tally) {
        Tally own = new Tally();
        vocabulary.text(json, own);
        tally.add(own.estimate, vocabulary.schemaBound(own.bound));
    }

    private static TokenCount count(Message message, Vocabulary vocabulary) {
        Tally tally = new Tally();
        vocabulary.message(tally);
        List<Part> parts = message.parts();
        for (int i = 0; i < parts.size(); i++) {
            count(parts.get(i), vocabulary, tally);
        }
        return tally.count();
    }

    private static void count(Part part, Vocabulary vocabulary, Tally tally) {
        if (part instanceof Part.Text text) {
            vocabulary.text(text.text(), tally);
        } else if (part instanceof Part.ToolCall call) {
            vocabulary.tool(tally);
            vocabulary.text(call.id(), tally);
            vocabulary.text(call.name(), tally);
            vocabulary.text(call.arguments(), tally);
        } else if (part instanceof Part.ToolResult result) {
            vocabulary.tool(tally);
            vocabulary.text(result.callId(), tally);
            vocabulary.text(result.text(), tally);
        } else if (part instanceof Part.Reasoning reasoning) {
            String json = reasoning.json();
            vocabulary.text(json == null ? reasoning.text() : json, tally);
        } else if (part instanceof Part.Opaque opaque) {
            vocabulary.text(opaque.json(), tally);
        } else {
            vocabulary.image(tally);
        }
    }
}
