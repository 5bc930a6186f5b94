package dev.holdfast.budget;

import dev.holdfast.budget.Vocabulary.Tally;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.OutputFormat;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.internal.memo.Memo;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@link TokenCounter#standard()}. */
final class StandardTokenCounter implements TokenCounter {
    /** One for all: what it remembers belongs to immutable messages, whoever counts them. */
    static final StandardTokenCounter SHARED = new StandardTokenCounter();

    private final CountMemory known = new CountMemory();

    @Override
    public TokenCount input(Endpoint endpoint, ChatRequest request) {
        if (request.messages().isEmpty() && request.tools().isEmpty()) {
            return TokenCount.ZERO;
        }
        Vocabulary vocabulary = Vocabulary.of(endpoint.model());
        String provider = endpoint.provider(); // whose options of the request are counted
        if (Memo.of(request) instanceof Asked known
                && known.vocabulary == vocabulary
                && known.provider.equals(provider)) {
            return known.count;
        }
        TokenCount count = count(vocabulary, request, request.options(provider));
        Memo.keep(request, new Asked(vocabulary, provider, count));
        return count;
    }

    private TokenCount count(Vocabulary vocabulary, ChatRequest request, Map<String, String> options) {
        List<Message> messages = request.messages();
        List<ToolSpec> tools = request.tools();
        Tally tally = new Tally();
        vocabulary.request(!tools.isEmpty(), tally);
        for (int i = 0; i < messages.size(); i++) {
            add(messages.get(i), vocabulary, tally);
        }
        for (int i = 0; i < tools.size(); i++) {
            add(tools.get(i), vocabulary, tally);
        }
        if (request.outputFormat() instanceof OutputFormat.Json json) {
            vocabulary.outputFormat(tally);
            schema(json.schema().json(), vocabulary, tally);
        }
        if (!options.isEmpty()) { // asked first, because the view of nothing is an object, too
            for (String value : options.values()) {
                vocabulary.text(value, tally);
            }
        }
        return tally.count();
    }

    @Override
    public TokenCount output(Endpoint endpoint, Message message) {
        return tally(message, Vocabulary.of(endpoint.model())).count();
    }

    private static void add(Message message, Vocabulary vocabulary, Tally tally) {
        Counted known = (Counted) Memo.of(message);
        for (Counted each = known; each != null; each = each.before) {
            if (each.vocabulary == vocabulary) {
                tally.add(each.estimate, each.bound);
                return;
            }
        }
        Tally own = tally(message, vocabulary);
        Memo.keep(message, new Counted(vocabulary, own.estimate, own.bound, known));
        tally.add(own.estimate, own.bound);
    }

    private void add(ToolSpec tool, Vocabulary vocabulary, Tally tally) {
        CountMemory.Entry entry = known.find(tool, vocabulary);
        if (entry == null) {
            Tally own = tally(tool, vocabulary);
            entry = new CountMemory.Entry(tool, vocabulary, own.estimate, own.bound);
            known.remember(tool, entry);
        }
        tally.add(entry.estimate, entry.bound);
    }

    /** What a request counts at one endpoint: the layers of a call ask for it one after the other. */
    private record Asked(Vocabulary vocabulary, String provider, TokenCount count) {}

    /** What a message counts in one vocabulary, and in others that asked before; kept in the message itself. */
    private static final class Counted {
        final Vocabulary vocabulary;
        final long estimate;
        final long bound;
        final @Nullable Counted before;

        Counted(Vocabulary vocabulary, long estimate, long bound, @Nullable Counted before) {
            this.vocabulary = vocabulary;
            this.estimate = estimate;
            this.bound = bound;
            this.before = before;
        }
    }

    private static Tally tally(ToolSpec tool, Vocabulary vocabulary) {
        Tally tally = new Tally();
        vocabulary.tool(tally);
        vocabulary.text(tool.name(), tally);
        vocabulary.text(tool.description(), tally);
        schema(tool.parameters().json(), vocabulary, tally);
        return tally;
    }

    private static void schema(String json, Vocabulary vocabulary, Tally tally) {
        Tally own = new Tally();
        vocabulary.text(json, own);
        tally.add(own.estimate, vocabulary.schemaBound(own.bound));
    }

    private static Tally tally(Message message, Vocabulary vocabulary) {
        Tally tally = new Tally();
        vocabulary.message(tally);
        List<Part> parts = message.parts();
        for (int i = 0; i < parts.size(); i++) {
            count(parts.get(i), vocabulary, tally);
        }
        return tally;
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
