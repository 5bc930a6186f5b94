package dev.holdfast.benchmarks.overhead;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.memory.ChatMemory;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import dev.langchain4j.service.AiServices;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One turn of LangChain4j's AiServices over a full window of 20 messages, with nothing else on. */
@State(Scope.Thread)
public class LangChain4jTurn {
    /** The shape of service that AiServices implements. */
    interface Assistant {
        String chat(String message);
    }

    private final Assistant assistant;

    /** Builds the service and fills its window. */
    public LangChain4jTurn() {
        ChatMemory memory = MessageWindowChatMemory.withMaxMessages(Turn.WINDOW);
        for (int i = 0; i < Turn.WINDOW / 2; i++) {
            memory.add(UserMessage.from(Turn.QUESTION));
            memory.add(AiMessage.from(Turn.ANSWER));
        }
        assistant = AiServices.builder(Assistant.class)
                .chatModel(new InstantModel())
                .chatMemory(memory)
                .build();
    }

    /** Refuses to measure something that does not answer. */
    @Setup
    public void check() {
        Turn.check(turn());
    }

    /**
     * Asks and is answered.
     *
     * @return the answer
     */
    @Benchmark
    public String turn() {
        return assistant.chat(Turn.QUESTION);
    }

    /** Answers at once, always the same. */
    static final class InstantModel implements ChatModel {
        private final ChatResponse response = ChatResponse.builder()
                .aiMessage(AiMessage.from(Turn.ANSWER))
                .tokenUsage(new TokenUsage(Turn.INPUT_TOKENS, Turn.OUTPUT_TOKENS))
                .finishReason(FinishReason.STOP)
                .build();

        @Override
        public ChatResponse doChat(ChatRequest request) {
            return response;
        }
    }
}
