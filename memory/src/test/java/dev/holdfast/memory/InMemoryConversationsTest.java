package dev.holdfast.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.chat.Message;
import dev.holdfast.chat.Role;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.Scope;
import dev.holdfast.context.ScopeKey;
import dev.holdfast.error.InvalidConfigurationException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class InMemoryConversationsTest {
    private static final ScopeKey SESSION = ScopeKey.of(Scope.SESSION, "acme", "ann", "s-1");

    private final ManualRuntime runtime = new ManualRuntime();
    private final InMemoryConversations store =
            InMemoryConversations.builder().runtime(runtime).build();

    @Test
    void numbersWhatIsAppended() {
        assertThat(store.append(SESSION, List.of())).isZero();
        assertThat(store.append(SESSION, turn("1"))).isEqualTo(2);
        assertThat(store.append(SESSION, turn("2"))).isEqualTo(4);
        assertThat(store.append(SESSION, List.of())).isEqualTo(4);

        assertThat(store.last(SESSION, 3))
                .isEqualTo(new Stretch(
                        2, List.of(turn("1").get(1), turn("2").get(0), turn("2").get(1))));
        assertThat(store.last(ScopeKey.of(Scope.SESSION, "acme", "ann", "s-2"), 3))
                .isEqualTo(Stretch.empty());
    }

    @Test
    void whatWasReadNeverChanges() {
        store.append(SESSION, turn("1"));
        List<Message> before = store.last(SESSION, 10).messages();
        for (int i = 0; i < 100; i++) {
            store.append(SESSION, turn("later"));
        }
        assertThat(before).isEqualTo(turn("1"));
    }

    @Test
    void aBlockWithAHoleLeavesNothing() {
        store.append(SESSION, turn("1"));
        List<Message> hole = new ArrayList<>(turn("2"));
        hole.set(1, null);

        assertThatThrownBy(() -> store.append(SESSION, hole)).isInstanceOf(NullPointerException.class);
        assertThat(store.append(SESSION, turn("3"))).isEqualTo(4);
        assertThat(store.last(SESSION, 10).messages())
                .hasSize(4)
                .endsWith(turn("3").toArray(new Message[0]));
    }

    @Test
    void whoWritesWhileTheLogIsForgottenGoesOnInOneOrder() throws Exception {
        int writers = 3;
        ExecutorService threads = Executors.newFixedThreadPool(writers + 1);
        try {
            CyclicBarrier start = new CyclicBarrier(writers + 1);
            List<Future<?>> all = new ArrayList<>();
            for (int w = 0; w < writers; w++) {
                all.add(threads.submit(() -> {
                    start.await();
                    for (int i = 0; i < 20_000; i++) {
                        assertThat(store.append(SESSION, turn("x")))
                                .isPositive()
                                .isEven();
                    }
                    return null;
                }));
            }
            all.add(threads.submit(() -> {
                start.await();
                for (int i = 0; i < 2_000; i++) {
                    store.forget(SESSION);
                    long before = store.append(SESSION, turn("mine"));
                    assertThat(store.append(SESSION, turn("mine"))).isGreaterThan(before);
                }
                return null;
            }));
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        Stretch end = store.last(SESSION, 1);
        assertThat(store.append(SESSION, turn("end"))).isEqualTo(end.first() + 2);
        store.forget(SESSION);
        assertThat(store.append(SESSION, turn("anew"))).isEqualTo(2);
    }

    @Test
    void anIdleSessionIsForgottenAndOneInUseIsNot() {
        ScopeKey used = ScopeKey.of(Scope.SESSION, "acme", "ann", "used");
        store.append(SESSION, turn("1"));
        store.append(used, turn("1"));
        runtime.advance(Duration.ofMinutes(40));
        store.last(used, 1);
        runtime.advance(Duration.ofMinutes(40));

        assertThat(store.last(SESSION, 10)).isEqualTo(Stretch.empty());
        assertThat(store.last(used, 10).messages()).isEqualTo(turn("1"));
        assertThat(store.append(SESSION, turn("2"))).isEqualTo(2);
    }

    @Test
    void aLongSessionIsBoundedKeepsItsNumbersAndBeginsWithATurn() {
        InMemoryConversations small = InMemoryConversations.builder()
                .runtime(runtime)
                .messagesPerSession(10)
                .build();
        for (int i = 1; i <= 1_000; i++) {
            small.append(SESSION, turn("" + i));
            Stretch all = small.last(SESSION, Integer.MAX_VALUE);
            assertThat(all.messages().size()).isBetween(Math.min(2 * i, 10), 2 * (10 + 2));
            assertThat(all.messages().get(0))
                    .isEqualTo(turn("" + (all.first() + 1) / 2).get(0));
            assertThat(all.first() + all.messages().size() - 1).isEqualTo(2L * i);
        }
    }

    @Test
    void theTurnThatIsGoingOnIsNeverCut() {
        InMemoryConversations small = InMemoryConversations.builder()
                .runtime(runtime)
                .messagesPerSession(4)
                .build();
        store.append(SESSION, turn("old"));
        small.append(SESSION, List.of(Message.user("long")));
        for (int i = 0; i < 200; i++) {
            small.append(SESSION, List.of(Pairs.calls("c" + i), Pairs.results("c" + i)));
        }
        assertThat(small.last(SESSION, Integer.MAX_VALUE).messages())
                .hasSize(401)
                .startsWith(Message.user("long"));
    }

    @Test
    void aLogInWhichNoUserEverSpeaksIsBoundedToo() { // an agent that a clock drives by instructions alone
        InMemoryConversations small = InMemoryConversations.builder()
                .runtime(runtime)
                .messagesPerSession(10)
                .build();
        for (int i = 0; i < 1_000; i++) {
            small.append(
                    SESSION, List.of(Pairs.calls("c" + i), Pairs.results("c" + i), Message.assistant("answer " + i)));
        }

        Stretch all = small.last(SESSION, Integer.MAX_VALUE);
        assertThat(all.messages()).hasSizeBetween(10, 40).endsWith(Message.assistant("answer 999"));
        assertThat(all.messages().get(0).role())
                .as("no result without its call")
                .isNotEqualTo(Role.TOOL);
        assertThat(all.first() + all.messages().size() - 1).isEqualTo(3_000);
    }

    @Test
    void askingForLessThanNothingGivesNothing() {
        store.append(SESSION, turn("1"));

        assertThat(store.last(SESSION, -1).messages()).isEmpty();
        assertThat(store.last(SESSION, Integer.MIN_VALUE).messages()).isEmpty();
    }

    @Test
    void forgetErases() {
        store.append(SESSION, turn("1"));
        store.forget(SESSION);
        assertThat(store.last(SESSION, 10)).isEqualTo(Stretch.empty());
        assertThat(store.append(SESSION, turn("2"))).isEqualTo(2);
    }

    @Test
    void k27_twoWritersOfOneSessionLoseAndMixNothing() throws Exception {
        InMemoryConversations roomy = InMemoryConversations.builder()
                .runtime(runtime)
                .messagesPerSession(100_000)
                .build();
        int turns = 5_000;
        CyclicBarrier together = new CyclicBarrier(3);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Future<Void>> writers = new ArrayList<>();
            for (String writer : List.of("a", "b")) {
                writers.add(threads.submit((Callable<Void>) () -> {
                    together.await();
                    for (int i = 0; i < turns; i++) {
                        roomy.append(SESSION, turn(writer + i));
                    }
                    return null;
                }));
            }
            Future<Void> reader = threads.submit((Callable<Void>) () -> {
                together.await();
                for (int i = 0; i < turns; i++) {
                    assertUnmixed(roomy.last(SESSION, 20).messages());
                }
                return null;
            });
            reader.get();
            for (Future<Void> writer : writers) {
                writer.get();
            }
        } finally {
            threads.shutdownNow();
        }

        List<Message> log = roomy.last(SESSION, Integer.MAX_VALUE).messages();
        assertUnmixed(log);
        for (String writer : List.of("a", "b")) {
            List<Message> expected = new ArrayList<>();
            for (int i = 0; i < turns; i++) {
                expected.add(Message.user(writer + i));
            }
            assertThat(log.stream().filter(m -> m.text().startsWith(writer))).containsExactlyElementsOf(expected);
        }
    }

    /** Each question stands before its own answer. */
    private static void assertUnmixed(List<Message> log) {
        assertThat(log.size() % 2).isZero();
        for (int i = 0; i < log.size(); i += 2) {
            assertThat(log.get(i + 1).text()).isEqualTo("re: " + log.get(i).text());
        }
    }

    @Test
    void k28_idsThatLookAlikeWhenJoinedOrMatchedAreDifferentSessions() {
        List<Caller> attackers = List.of(
                Caller.of("acme", "ann").session("s-1"),
                Caller.of("acme/ann", "s-1").session("s-1"),
                Caller.of("acme", "ann/s-1").session("s-1"),
                Caller.of("acme%2Fann", "s-1").session("s-1"),
                Caller.of("acme", "ann").session("s-1/../s-1"),
                Caller.of("acme", "ann").session("%"),
                Caller.of("acme", "ann").session("s-_"),
                Caller.of("acme", "ann").session("*"),
                Caller.of("acme", "ann").session("s-1' OR '1'='1"),
                Caller.of("acme", "ann").session("\" OR \"\"=\""),
                Caller.of("acme", "ann").session("s-1\u0000"),
                Caller.of("acme", "ann").session("s-1 "),
                Caller.of("acme", "ann").session("S-1"),
                Caller.of("acme", "\u0430nn").session("s-1"), // a Cyrillic a
                Caller.of("Acme", "ann").session("s-1"),
                Caller.of("acme", "bob").session("s-1"));
        for (int i = 0; i < attackers.size(); i++) {
            store.append(keyOf(attackers.get(i)), turn("secret " + i));
        }
        for (int i = 0; i < attackers.size(); i++) {
            assertThat(store.last(keyOf(attackers.get(i)), 100).messages()).isEqualTo(turn("secret " + i));
        }
        assertThat(attackers.stream().map(c -> keyOf(c).toString())).doesNotHaveDuplicates();
    }

    private static ScopeKey keyOf(Caller caller) {
        return CallContext.of(caller).key(Scope.SESSION).orElseThrow();
    }

    @Test
    void theBuilderNamesEveryWrongField() {
        assertThatThrownBy(() -> InMemoryConversations.builder()
                        .runtime(runtime)
                        .idle(Duration.ZERO)
                        .messagesPerSession(0)
                        .build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("idle")
                .hasMessageContaining("messagesPerSession");
    }

    private static List<Message> turn(String text) {
        return List.of(Message.user(text), Message.assistant("re: " + text));
    }
}
