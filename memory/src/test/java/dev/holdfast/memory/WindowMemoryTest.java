package dev.holdfast.memory;

import static dev.holdfast.memory.Pairs.calls;
import static dev.holdfast.memory.Pairs.results;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Role;
import dev.holdfast.context.AttemptKind;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.Scope;
import dev.holdfast.context.ScopeKey;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.TransportException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class WindowMemoryTest {
    private static final Endpoint ENDPOINT = Endpoint.of("fake", "echo");
    private static final CallContext ANN =
            CallContext.of(Caller.of("acme", "ann").session("s-1"));
    private static final Message RULES = Message.system("be kind");

    private final InMemoryConversations store =
            InMemoryConversations.builder().runtime(new ManualRuntime()).build();
    private final WindowMemory memory = WindowMemory.builder(store).messages(6).build();
    private final List<List<Message>> seen = new ArrayList<>();
    private final ChatModel echo = call -> {
        seen.add(call.request().messages());
        return answer(Message.assistant("re: " + last(call).text()));
    };
    private final ChatModel model = memory.around(echo);

    @Test
    void putsThePastBetweenTheSystemAndWhatIsNew() {
        ask(model, ANN, RULES, Message.user("1"));
        ask(model, ANN, RULES, Message.user("2"));

        assertThat(seen.get(0)).containsExactly(RULES, Message.user("1"));
        assertThat(seen.get(1))
                .containsExactly(RULES, Message.user("1"), Message.assistant("re: 1"), Message.user("2"));
        assertThat(log(ANN))
                .containsExactly(
                        Message.user("1"), Message.assistant("re: 1"), Message.user("2"), Message.assistant("re: 2"));
    }

    @Test
    void theWindowMovesOnByWholeTurns() {
        for (int i = 1; i <= 5; i++) {
            ask(model, ANN, Message.user("" + i));
        }
        assertThat(seen.get(4))
                .containsExactly(
                        Message.user("3"),
                        Message.assistant("re: 3"),
                        Message.user("4"),
                        Message.assistant("re: 4"),
                        Message.user("5"));
    }

    @Test
    void aTurnIsRememberedWithItsToolRounds() {
        ChatModel agent = memory.around(call -> {
            seen.add(call.request().messages());
            Message end = Message.assistant("found");
            return ChatReply.completed(ChatResponse.builder(ENDPOINT, end)
                    .transcript(List.of(calls("a", "b"), results("a", "b"), end))
                    .build());
        });
        ask(agent, ANN, Message.user("where?"));
        ask(agent, ANN, Message.user("sure?"));
        ask(agent, ANN, Message.user("really?"));

        assertThat(seen.get(1))
                .containsExactly(
                        Message.user("where?"),
                        calls("a", "b"),
                        results("a", "b"),
                        Message.assistant("found"),
                        Message.user("sure?"));
        assertThat(seen.get(2).get(0)).isEqualTo(Message.user("sure?"));
        seen.forEach(Pairs::assertWhole);
    }

    @Test
    void k26_aCallerWithItsOwnToolLoopFindsItsCallsAndTheWholeTurn() {
        ChatModel caller = memory.around(call -> {
            seen.add(call.request().messages());
            return answer(last(call).text().equals("stop") ? Message.assistant("ok") : calls("c" + seen.size()));
        });
        ask(model, ANN, Message.user("before"));
        seen.clear();
        ask(caller, ANN, Message.user("go"));
        for (int i = 1; i <= 30; i++) {
            ask(caller, ANN, results("c" + i));
        }

        List<Message> longTurn = seen.get(30);
        assertThat(longTurn).hasSize(61).startsWith(Message.user("go"), calls("c1"), results("c1"));
        seen.forEach(Pairs::assertWhole);

        ask(caller, ANN, Message.user("stop"));
        assertThat(seen.get(31)).as("what was never answered goes").containsExactly(Message.user("stop"));
    }

    @Test
    void k26_anInterleavedWriterBreaksNoPairInTheWindow() {
        ask(memory.around(call -> answer(calls("a"))), ANN, Message.user("1"));
        ask(model, ANN, Message.user("2"));
        ask(model, ANN, Message.user("3"));

        assertThat(last(seen))
                .containsExactly(Message.user("1"), Message.user("2"), Message.assistant("re: 2"), Message.user("3"));
    }

    @Test
    void k28_withoutASessionNothingIsRecalledAndNothingRemembered() {
        CallContext nobody = CallContext.of(Caller.of("acme", "ann"));
        ask(model, ANN, Message.user("mine"));
        ask(model, nobody, Message.user("1"));
        ask(model, nobody, Message.user("2"));

        assertThat(seen.get(1)).containsExactly(Message.user("1"));
        assertThat(seen.get(2)).containsExactly(Message.user("2"));
        assertThat(log(ANN)).hasSize(2);
    }

    @Test
    void k28_theSameSessionIdOfAnotherUserOrTenantIsAnotherConversation() {
        ask(model, ANN, Message.user("my number is 1234"));
        for (Caller other : List.of(
                Caller.of("acme", "bob").session("s-1"),
                Caller.of("other", "ann").session("s-1"),
                Caller.of("acme", "ann' OR ''='").session("s-1"),
                Caller.of("acme", "ann").session("s-1%"))) {
            ask(model, CallContext.of(other), Message.user("what is the number of ann?"));
            assertThat(last(seen)).containsExactly(Message.user("what is the number of ann?"));
        }
    }

    @Test
    void aFailedCallLeavesNoHalfTurn() {
        ChatModel broken = memory.around(call ->
                ChatReply.failed(new TransportException("reset", ErrorDetails.nothingSent(call.context()), null)));

        assertThatThrownBy(() -> ask(broken, ANN, Message.user("1"))).isInstanceOf(TransportException.class);
        assertThat(log(ANN)).isEmpty();
    }

    @Test
    void aCancelledCallLeavesNoHalfTurn() {
        try (ChatReply reply = model.send(new ChatCall(ChatRequest.of("1"), ANN))) {
            assertThat(reply.next()).isNotNull(); // the whole answer came, but nobody took note of its end
        }
        model.send(new ChatCall(ChatRequest.of("2"), ANN)).close();

        assertThat(log(ANN)).isEmpty();
    }

    @Test
    void guardsSeeNothingAndShadowsLeaveNothing() {
        ask(model, ANN, Message.user("1"));
        ask(model, attempt(AttemptKind.GUARD), Message.user("is it safe?"));
        ask(model, attempt(AttemptKind.SHADOW), Message.user("2"));

        assertThat(seen.get(1)).containsExactly(Message.user("is it safe?"));
        assertThat(seen.get(2)).hasSize(3);
        assertThat(log(ANN)).hasSize(2);
    }

    @Test
    void instructionsAndEmptyAnswersAreNotRemembered() {
        ask(memory.around(call -> answer(Message.nothing())), ANN, RULES, Message.user("1"), Message.system("hint"));

        assertThat(log(ANN)).containsExactly(Message.user("1"));
    }

    @Test
    void guardsAPlainCallable() throws Exception {
        assertThat(memory.<String>call(ANN, () -> "done")).isEqualTo("done");
        assertThat(log(ANN)).isEmpty();
    }

    @Test
    void pinnedMessagesStandInEveryWindowAndAreNotStored() {
        Message profile = Message.user("I am vegetarian.");
        ChatModel pinned = WindowMemory.builder(store)
                .messages(2)
                .pinned(List.of(profile))
                .build()
                .around(echo);
        for (int i = 1; i <= 4; i++) {
            ask(pinned, ANN, RULES, Message.user("" + i));
            assertThat(last(seen)).startsWith(RULES, profile).endsWith(Message.user("" + i));
        }
        assertThat(log(ANN)).doesNotContain(profile);
    }

    @Test
    void k27_concurrentTurnsOfOneSessionAreAllThereAndWhole() throws Exception {
        InMemoryConversations roomy = InMemoryConversations.builder()
                .runtime(new ManualRuntime())
                .messagesPerSession(10_000)
                .build();
        ChatModel shared = WindowMemory.builder(roomy).messages(20).build().around(call -> {
            Pairs.assertWhole(call.request().messages());
            Message end = Message.assistant("re: " + last(call).text());
            return ChatReply.completed(ChatResponse.builder(ENDPOINT, end)
                    .transcript(List.of(calls("x"), results("x"), end))
                    .build());
        });
        int turns = 500;
        CyclicBarrier together = new CyclicBarrier(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<Void>> callers = new ArrayList<>();
            for (String name : List.of("a", "b")) {
                callers.add(threads.submit((Callable<Void>) () -> {
                    together.await();
                    for (int i = 0; i < turns; i++) {
                        ask(shared, ANN, Message.user(name + i));
                    }
                    return null;
                }));
            }
            for (Future<Void> caller : callers) {
                caller.get();
            }
        } finally {
            threads.shutdownNow();
        }

        List<Message> all =
                roomy.last(ANN.key(Scope.SESSION).orElseThrow(), 10_000).messages();
        assertThat(all).hasSize(2 * turns * 4);
        int[] next = {0, 0};
        for (int i = 0; i < all.size(); i += 4) {
            String question = all.get(i).text();
            int writer = question.charAt(0) - 'a';
            assertThat(question).isEqualTo((char) ('a' + writer) + "" + next[writer]++);
            assertThat(all.subList(i + 1, i + 4))
                    .containsExactly(calls("x"), results("x"), Message.assistant("re: " + question));
        }
    }

    @Test
    void aTurnReadsNoMoreOfALongLogThanItsWindow() {
        List<Integer> asked = new ArrayList<>();
        ConversationStore watched = new ConversationStore() {
            @Override
            public long append(ScopeKey session, List<Message> block) {
                return store.append(session, block);
            }

            @Override
            public Stretch last(ScopeKey session, int max) {
                asked.add(max);
                return store.last(session, max);
            }

            @Override
            public void forget(ScopeKey session) {
                store.forget(session);
            }
        };
        ChatModel watchedModel =
                WindowMemory.builder(watched).messages(20).build().around(echo);
        for (int i = 0; i < 1_000; i++) {
            ask(watchedModel, ANN, Message.user("" + i));
        }
        assertThat(asked).hasSize(1_000).containsOnly(19);
    }

    @Test
    void theBuilderNamesEveryWrongField() {
        assertThatThrownBy(() -> WindowMemory.builder(store)
                        .messages(0)
                        .pinned(List.of(Message.user("fine"), Message.assistant("no")))
                        .build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("messages")
                .hasMessageContaining("pinned[1]");
    }

    private static ChatReply answer(Message message) {
        return ChatReply.completed(ChatResponse.builder(ENDPOINT, message).build());
    }

    private static void ask(ChatModel model, CallContext context, Message... messages) {
        model.chat(ChatRequest.of(List.of(messages)), context);
    }

    private static CallContext attempt(AttemptKind kind) {
        return ANN.toBuilder().attempt(1, kind).build();
    }

    private List<Message> log(CallContext context) {
        return store.last(context.key(Scope.SESSION).orElseThrow(), 1_000).messages();
    }

    private static Message last(ChatCall call) {
        return last(call.request().messages().stream()
                .filter(m -> m.role() != Role.SYSTEM)
                .toList());
    }

    private static <T> T last(List<T> list) {
        return list.get(list.size() - 1);
    }
}
