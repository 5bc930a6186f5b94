package dev.holdfast.benchmarks.overhead;

import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.advisor.MessageChatMemoryAdvisor;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.chat.memory.MessageWindowChatMemory;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.prompt.Prompt;

/** One turn of Spring AI's ChatClient with its memory advisor over a full window of 20 messages, nothing else on. */
@State(Scope.Thread)
public class SpringAiTurn {
    private static final String SESSION = "s-1";

    private final ChatClient client;

    /** Builds the client and fills its window. */
    public SpringAiTurn() {
        ChatMemory memory =
                MessageWindowChatMemory.builder().maxMessages(Turn.WINDOW).build();
        List<Message> past = new ArrayList<>();
        for (int i = 0; i < Turn.WINDOW / 2; i++) {
            past.add(new UserMessage(Turn.QUESTION));
            past.add(new AssistantMessage(Turn.ANSWER));
        }
        memory.add(SESSION, past);
        client = ChatClient.builder(new InstantModel())
                .defaultAdvisors(MessageChatMemoryAdvisor.builder(memory).build())
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
        String answer = client.prompt()
                .user(Turn.QUESTION)
                .advisors(advisors -> advisors.param(ChatMemory.CONVERSATION_ID, SESSION))
                .call()
                .content();
        return answer == null ? "" : answer;
    }

    /** Answers at once, always the same. */
    private static final class InstantModel implements ChatModel {
        private final ChatResponse response = new ChatResponse(
                List.of(new Generation(
                        new AssistantMessage(Turn.ANSWER),
                        ChatGenerationMetadata.builder().finishReason("stop").build())),
                ChatResponseMetadata.builder()
                        .model("instant")
                        .usage(new DefaultUsage(Turn.INPUT_TOKENS, Turn.OUTPUT_TOKENS))
                        .build());

        @Override
        public ChatResponse call(Prompt prompt) {
            return response;
        }
    }
}
