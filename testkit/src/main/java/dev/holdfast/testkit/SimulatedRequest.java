package dev.holdfast.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A request as a {@link ProviderSimulator} received it. Immutable.
 *
 * <p>The key that came with it is not kept; {@link #hasKey} compares.
 */
public final class SimulatedRequest {
    private final WireFormat format;
    private final String path;
    private final Map<String, String> headers;
    private final String body;
    private final JsonNode json;
    private final List<Message> messages;
    private final byte @Nullable [] digestOfKey;

    SimulatedRequest(WireFormat format, ReceivedRequest received, JsonNode json) {
        this.format = format;
        this.path = received.path();
        this.body = received.body();
        this.json = json;
        this.messages = List.copyOf(format.wire().messages(json));
        Map<String, String> open = new HashMap<>(received.headers());
        String bearer = open.remove("authorization");
        String plain = open.remove("x-api-key");
        String azure = open.remove("api-key");
        this.headers = Map.copyOf(open);
        String key = bearer != null ? bearer.replaceFirst("^(?i)bearer +", "") : plain != null ? plain : azure;
        this.digestOfKey = key == null ? null : digest(key);
    }

    /**
     * The wire format.
     *
     * @return which one the request was written in
     */
    public WireFormat format() {
        return format;
    }

    /**
     * The path.
     *
     * @return with its query
     */
    public String path() {
        return path;
    }

    /**
     * The model that was asked.
     *
     * @return its name, empty where the request names none
     */
    public String model() {
        return json.path("model").asText("");
    }

    /**
     * The conversation, as far as it is texts, tool calls and tool results; the rest is in {@link #body}.
     *
     * @return the messages in order, the system's first
     */
    public List<Message> messages() {
        return messages;
    }

    /**
     * What the user said last.
     *
     * @return the words; empty when the user has said nothing
     */
    public String lastUserText() {
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (messages.get(i).role() == Role.USER) {
                return messages.get(i).text();
            }
        }
        return "";
    }

    /**
     * What tools have answered so far.
     *
     * @return the results in order
     */
    public List<Part.ToolResult> toolResults() {
        List<Part.ToolResult> results = new ArrayList<>();
        for (Message message : messages) {
            results.addAll(message.toolResults());
        }
        return results;
    }

    /**
     * The tools on offer.
     *
     * @return their names in order
     */
    public List<String> toolNames() {
        return format.wire().toolNames(json);
    }

    /**
     * Whether the answer is to be streamed.
     *
     * @return true when it is
     */
    public boolean isStreaming() {
        return json.path("stream").asBoolean();
    }

    /**
     * How much the model may say.
     *
     * @return output tokens, where limited
     */
    public OptionalInt maxOutputTokens() {
        Integer limit = format.wire().maxOutputTokens(json);
        return limit == null ? OptionalInt.empty() : OptionalInt.of(limit);
    }

    /**
     * The headers, without those that carry keys.
     *
     * @return by name in lower case
     */
    public Map<String, String> headers() {
        return headers;
    }

    /**
     * The body.
     *
     * @return as it came
     */
    public String body() {
        return body;
    }

    /**
     * Whether the request came with this key, in any of the headers in which providers expect it.
     *
     * @param key the key
     * @return true when it did
     */
    public boolean hasKey(String key) {
        return digestOfKey != null && MessageDigest.isEqual(digestOfKey, digest(key));
    }

    JsonNode json() {
        return json;
    }

    private static byte[] digest(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(Wire.bytesOf(key));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return format + " request to " + model() + ", " + messages.size() + " messages"
                + (isStreaming() ? ", streaming" : "");
    }
}
