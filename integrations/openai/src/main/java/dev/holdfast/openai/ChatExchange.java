package dev.holdfast.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Usage;
import dev.holdfast.http.ProviderExchange;
import dev.holdfast.http.ReportedError;
import dev.holdfast.http.SseEvent;
import dev.holdfast.http.UnreadableReplyException;
import dev.holdfast.http.WireRequest;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One Chat Completions call. */
final class ChatExchange implements ProviderExchange {
    private static final String DONE = "[DONE]";

    private final OpenAiModel model;
    private final ChatRequest request;
    private final AnswerAssembler answer;
    private boolean done;

    ChatExchange(OpenAiModel model, ChatRequest request) {
        this.model = model;
        this.request = request;
        this.answer = new AnswerAssembler(model.endpoint(), model::newCallId, model.searches());
    }

    @Override
    public Endpoint endpoint() {
        return model.endpoint();
    }

    @Override
    public String wireFormat() {
        return "openai";
    }

    @Override
    public WireRequest request() {
        return model.wireRequest(request);
    }

    @Override
    public ChatResponse whole(String body) throws UnreadableReplyException {
        JsonNode root = checked(body, true);
        if (root.path("choices").isEmpty()) {
            throw UnreadableReplyException.malformed(
                    "without choices; check that the base URL is where Chat Completions are spoken");
        }
        answer.add(root, true, chunk -> {});
        return answer.response();
    }

    @Override
    public void event(SseEvent event, Consumer<Chunk> chunks) throws UnreadableReplyException {
        String data = event.data().strip();
        if (data.equals(DONE)) {
            done = true;
        } else if (event.type().equals("error")) {
            throw UnreadableReplyException.reported(ErrorReader.ofBody(data));
        } else if (!data.isEmpty()) {
            answer.add(checked(data, false), false, chunks);
        }
    }

    private JsonNode checked(String text, boolean document) throws UnreadableReplyException {
        JsonNode root = Json.read(text);
        ReportedError error = ErrorReader.within(root);
        if (error != null) {
            answer.add(root, document, chunk -> {}); // for what was received: some report their failure beside it
            throw UnreadableReplyException.reported(error);
        }
        return root;
    }

    @Override
    public boolean hasEnded() {
        return done;
    }

    /**
     * Whole is a stream that said so, or one that gave its reason to stop and was then closed in good order: several
     * servers never say {@code [DONE]}.
     */
    @Override
    public @Nullable ChatResponse complete() {
        return done || answer.hasFinishReason() ? answer.response() : null;
    }

    @Override
    public Message partial() {
        return answer.soFar();
    }

    /** Final only where the answer is: a count on the way may still grow. */
    @Override
    public Usage usage() {
        return answer.hasFinishReason() ? answer.usage() : Usage.unknown();
    }

    @Override
    public ReportedError error(int status, String body) {
        return ErrorReader.ofBody(body);
    }
}
