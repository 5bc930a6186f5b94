package dev.holdfast.routing;

import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.ToolSpec;
import java.util.List;

/**
 * A cautious estimate of a request's input tokens: no tokenizer, and rather too high than too low, so that a target is
 * not chosen whose window the request would overflow.
 *
 * <p>Tokenizers of the GPT and Claude families make about four characters of English prose into a token, and about three
 * of code; of other scripts one character makes up to about one and a half. Counted here: three ASCII characters a
 * token, one and a half tokens for any other character, a few a message and a tool for the format around it, and for an
 * image the most that a provider charges for one without asking for a higher resolution (about 1,600 tokens).
 */
final class RequestSize {
    private static final int SIXTHS_PER_ASCII = 2;
    private static final int SIXTHS_PER_OTHER = 9;
    private static final int TOKENS_PER_MESSAGE = 8;
    private static final int TOKENS_PER_TOOL = 32;
    private static final int TOKENS_PER_IMAGE = 1_600;

    private final boolean exact;
    private long tokens;
    private long sixths;

    private RequestSize(boolean exact) {
        this.exact = exact;
    }

    /**
     * The estimate, or something larger that takes no look at the text: lengths alone decide in most calls.
     */
    static long atMost(ChatRequest request) {
        return new RequestSize(false).count(request);
    }

    /** The estimate. Reads all text once. */
    static long estimate(ChatRequest request) {
        return new RequestSize(true).count(request);
    }

    private long count(ChatRequest request) {
        List<Message> messages = request.messages();
        for (int m = 0; m < messages.size(); m++) {
            tokens += TOKENS_PER_MESSAGE;
            if (!exact) {
                Message message = messages.get(m);
                sixths += message.characters() * SIXTHS_PER_OTHER;
                tokens += (long) message.images() * TOKENS_PER_IMAGE;
                continue;
            }
            List<Part> parts = messages.get(m).parts();
            for (int p = 0; p < parts.size(); p++) {
                add(parts.get(p));
            }
        }
        List<ToolSpec> tools = request.tools();
        for (int t = 0; t < tools.size(); t++) {
            ToolSpec tool = tools.get(t);
            tokens += TOKENS_PER_TOOL;
            add(tool.name());
            add(tool.description());
            add(tool.parameters().json());
        }
        return tokens + (sixths + 5) / 6;
    }

    private void add(Part part) {
        if (part instanceof Part.Text text) {
            add(text.text());
        } else if (part instanceof Part.ToolCall call) {
            add(call.id());
            add(call.name());
            add(call.arguments());
        } else if (part instanceof Part.ToolResult result) {
            add(result.callId());
            add(result.name());
            add(result.text());
        } else if (part instanceof Part.Reasoning reasoning) {
            add(reasoning.json() != null ? reasoning.json() : reasoning.text());
        } else if (part instanceof Part.Opaque opaque) {
            add(opaque.json());
        } else {
            tokens += TOKENS_PER_IMAGE;
        }
    }

    private void add(String text) {
        long length = text.length();
        if (!exact) {
            sixths += length * SIXTHS_PER_OTHER;
            return;
        }
        long ascii = 0;
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) < 0x80) {
                ascii++;
            }
        }
        sixths += ascii * SIXTHS_PER_ASCII + (length - ascii) * SIXTHS_PER_OTHER;
    }
}
