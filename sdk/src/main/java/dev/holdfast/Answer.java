package dev.holdfast;

import dev.holdfast.chat.Attempt;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.Usage;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What an agent answered, and how that came about. Immutable. */
public sealed class Answer permits TypedAnswer {
    private final ChatResponse response;
    private final String runId;

    Answer(ChatResponse response, String runId) {
        this.response = Objects.requireNonNull(response, "response");
        this.runId = runId;
    }

    /**
     * The words.
     *
     * @return the text of the last message
     */
    public String text() {
        return response.text();
    }

    /**
     * Which model gave it, as its provider reports it.
     *
     * @return the model's name
     */
    public String model() {
        return response.model();
    }

    /**
     * Who gave it.
     *
     * @return the endpoint
     */
    public Endpoint endpoint() {
        return response.endpoint();
    }

    /**
     * What it cost, all rounds and attempts together.
     *
     * @return the cost; empty where no price is known
     */
    public Optional<Money> cost() {
        return response.cost();
    }

    /**
     * What was used, all rounds together.
     *
     * @return the usage
     */
    public Usage usage() {
        return response.usage();
    }

    /**
     * What was tried in the calls for which one attempt was not enough, all rounds together.
     *
     * @return the attempts in order, failed ones among them; empty when every call was answered at the first attempt
     */
    public List<Attempt> attempts() {
        return response.attempts();
    }

    /**
     * Why the model stopped.
     *
     * @return the reason; {@link FinishReason#LENGTH} when the answer is cut short
     */
    public FinishReason finishReason() {
        return response.finishReason();
    }

    /**
     * Everything that was said since the question: tool calls, their results, the answer.
     *
     * @return the messages in order; immutable
     */
    public List<Message> transcript() {
        return response.transcript();
    }

    /**
     * The run that gave it, as in events and errors.
     *
     * @return the run's id
     */
    public String runId() {
        return runId;
    }

    /**
     * The whole response.
     *
     * @return the response below this answer
     */
    public ChatResponse response() {
        return response;
    }

    /** The words. */
    @Override
    public String toString() {
        return text();
    }
}
