package dev.holdfast.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.JsonSchema;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.ToolSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenCounterTest {
    private static final Endpoint GPT = Endpoint.of("openai", "gpt-4o");
    private static final Endpoint CLAUDE = Endpoint.of("anthropic", "claude-sonnet-4-20250514");

    private final TokenCounter counter = TokenCounter.standard();

    @ParameterizedTest
    @CsvSource({
        "gpt-4o, O200K",
        "gpt-4o-mini, O200K_MINI",
        "gpt-4o-mini-2024-07-18, O200K_MINI",
        "gpt-4.1, O200K",
        "gpt-4.1-mini, O200K",
        "gpt-4.5-preview, O200K",
        "gpt-5, O200K",
        "gpt-5-mini, O200K",
        "gpt-5.1, O200K",
        "gpt-oss-120b, GPT_OSS",
        "o1, O200K",
        "o3-mini, O200K",
        "o4-mini-2025-04-16, O200K",
        "openai/gpt-5, O200K",
        "chatgpt-4o-latest, O200K",
        "ft:gpt-4o:acme::x, O200K",
        "gpt-4, CL100K",
        "gpt-4-turbo, CL100K",
        "gpt-3.5-turbo, CL100K",
        "gpt-35-turbo, CL100K",
        "o1000, UNKNOWN",
        "claude-sonnet-4, CLAUDE",
        "gemini-2.5-pro, UNKNOWN",
        "my-deployment, UNKNOWN"
    })
    void knowsTheVocabularyOfAModel(String model, String vocabulary) {
        assertThat(Vocabulary.of(model)).hasToString(vocabulary);
    }

    /** The count of OpenAI's cookbook: "hello" is one token, four stand around it, three before the reply. */
    @Test
    void countsWithTheModelsOwnVocabulary() {
        assertThat(counter.input(GPT, ChatRequest.of("hello")).estimate()).isEqualTo(8);
        assertThat(counter.output(GPT, Message.assistant("antidisestablishmentarianism"))
                        .estimate())
                .isEqualTo(6 + 4);
        assertThat(counter.input(GPT, ChatRequest.empty())).isEqualTo(TokenCount.ZERO);
    }

    @Test
    void textThatSpellsAControlTokenIsText() {
        assertThat(counter.input(GPT, ChatRequest.of("<|endoftext|>")).estimate())
                .isGreaterThan(8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "The quick brown fox jumps over the lazy dog, and nobody minds at all.",
                "{\"order\":{\"id\":1234,\"items\":[{\"sku\":\"A-17\",\"count\":2}],\"paid\":true}}",
                "for (int i = 0; i < rows.length; i++) {\n    sum += rows[i].value();\n}",
                "人工智能代理在生产环境中需要预算、权限和可靠的故障处理。",
                "エージェントを本番環境で安全に動かすためのライブラリです。",
                "Библиотека, которая делает агентов безопасными в эксплуатации.",
                "dGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZyBhbmQgbm9ib2R5IG1pbmRz",
                "👩‍🚀🚀🌍 !!! ??? ... --- 3.14159265358979"
            })
    void theBoundOfAnEstimateHoldsWhatAKnownVocabularyCounts(String text) {
        long known = counter.output(Endpoint.of("openai", "gpt-4"), Message.assistant(text))
                .estimate();
        TokenCount estimated = counter.output(CLAUDE, Message.assistant(text));
        assertThat(estimated.upperBound()).isGreaterThanOrEqualTo(known);
        assertThat(estimated.upperBound()).as("and is of use").isLessThanOrEqualTo(known * 4 + 10);
    }

    @Test
    void toolsImagesAndToolPartsCount() {
        ChatRequest plain = ChatRequest.of("hello");
        ToolSpec tool = new ToolSpec("look_up", "finds an order", JsonSchema.emptyObject());
        Message picture =
                Message.of(Role.USER, List.of(new Part.Text("hello"), new Part.ImageUrl("https://example.com/a.png")));
        Message call = Message.of(Role.ASSISTANT, List.of(new Part.ToolCall("c1", "look_up", "{\"id\":1}")));
        Message result = Message.tools(List.of(new Part.ToolResult("c1", "look_up", "not found", true)));
        for (Endpoint endpoint : List.of(GPT, CLAUDE)) {
            TokenCount base = counter.input(endpoint, plain);
            assertThat(counter.input(
                                    endpoint,
                                    plain.toBuilder().tools(List.of(tool)).build())
                            .estimate())
                    .isGreaterThan(base.estimate() + 15);
            assertThat(counter.input(endpoint, ChatRequest.of(List.of(picture))).upperBound())
                    .isGreaterThan(base.upperBound() + 1_600);
            assertThat(counter.input(endpoint, ChatRequest.of(List.of(Message.user("hello"), call, result)))
                            .estimate())
                    .isGreaterThan(base.estimate() + 20);
        }
    }

    /** Takes minutes if every turn counts the whole conversation again. */
    @Timeout(30)
    @Test
    void aTurnPaysForItsOwnMessagesOnly() {
        String page = "It was the best of times, it was the worst of times. ".repeat(200);
        List<Message> conversation = new ArrayList<>();
        long last = 0;
        for (int turn = 0; turn < 1_000; turn++) {
            conversation.add(Message.user(page));
            long now = counter.input(GPT, ChatRequest.of(conversation)).estimate();
            assertThat(now).isGreaterThan(last);
            last = now;
        }
        assertThat(last).isGreaterThan(2_000_000);
    }
}
