package dev.holdfast.memory;

import static dev.holdfast.memory.Pairs.calls;
import static dev.holdfast.memory.Pairs.results;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.chat.Message;
import dev.holdfast.chat.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageWindowTest {
    private static final Message RULES = Message.system("be kind");

    @Test
    void keepsTheNewestWholeTurnsAndTheSystem() {
        List<Message> talk = List.of(
                RULES,
                Message.user("1"),
                Message.assistant("one"),
                Message.user("2"),
                Message.assistant("two"),
                Message.user("3"));

        assertThat(MessageWindow.messages(3).select(talk))
                .containsExactly(RULES, talk.get(3), talk.get(4), talk.get(5));
        assertThat(MessageWindow.messages(4).select(talk))
                .as("four would begin with an assistant message")
                .containsExactly(RULES, talk.get(3), talk.get(4), talk.get(5));
        assertThat(MessageWindow.messages(5).select(talk)).isEqualTo(talk);
    }

    @Test
    void k26_aToolPairIsNeverSplit() {
        List<Message> talk = List.of(
                Message.user("where is it?"),
                calls("a", "b"),
                results("a", "b"),
                Message.assistant("there"),
                Message.user("thanks"));

        for (int max = 1; max <= 4; max++) {
            assertThat(MessageWindow.messages(max).select(talk)).containsExactly(talk.get(4));
        }
        assertThat(MessageWindow.messages(5).select(talk)).isEqualTo(talk);
    }

    @Test
    void k26_theCurrentUserTurnIsKeptWhole() {
        List<Message> talk = new ArrayList<>(List.of(RULES, Message.user("old"), Message.assistant("gone")));
        talk.add(Message.user("the current question"));
        for (int i = 0; i < 10; i++) {
            talk.add(calls("c" + i));
            talk.add(results("c" + i));
        }

        List<Message> seen = MessageWindow.messages(2).select(talk);

        assertThat(seen).hasSize(22).startsWith(RULES, talk.get(3)).endsWith(talk.get(talk.size() - 1));
    }

    @Test
    void k26_theWindowIsNeverEmpty() {
        assertThat(MessageWindow.messages(1).select(List.of(RULES))).containsExactly(RULES);
        assertThat(MessageWindow.messages(1).select(List.of(Message.assistant("hello"), Message.assistant("anyone?"))))
                .containsExactly(Message.assistant("anyone?"));
        assertThat(MessageWindow.messages(1).select(List.of(calls("a"), results("a"))))
                .containsExactly(calls("a"), results("a"));
    }

    @Test
    void k26_resultsWithoutTheirCallsAndCallsThatWereNeverAnsweredAreLeftOut() {
        List<Message> talk = List.of(
                Message.user("1"),
                results("orphan"),
                calls("a", "b"),
                results("a"),
                Message.assistant("never mind"),
                calls("c"),
                results("c", "stranger"),
                Message.user("2"),
                calls("d"),
                results("d"),
                Message.assistant("done"));

        assertThat(MessageWindow.messages(20).select(talk))
                .containsExactly(talk.get(0), talk.get(4), talk.get(7), talk.get(8), talk.get(9), talk.get(10));
    }

    @Test
    void callsThatAreStillOpenAtTheEndStay() {
        List<Message> talk = List.of(Message.user("1"), calls("a", "b"), results("b"));

        assertThat(MessageWindow.messages(20).select(talk)).isEqualTo(talk);
        assertThat(MessageWindow.messages(20).select(talk.subList(0, 2))).isEqualTo(talk.subList(0, 2));
    }

    @Test
    void anIdThatIsUsedAgainDoesNotPairAcrossTurns() {
        List<Message> talk =
                List.of(Message.user("1"), calls("call_0"), Message.user("2"), calls("call_0"), results("call_0"));

        assertThat(MessageWindow.messages(20).select(talk))
                .containsExactly(talk.get(0), talk.get(2), talk.get(3), talk.get(4));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 10, 20})
    void k26_holdsAfterEveryMessageOfRandomConversations(int max) {
        MessageWindow window = MessageWindow.messages(max);
        for (long seed = 0; seed < 200; seed++) {
            List<Message> talk = new ArrayList<>();
            for (Message message : conversation(new Random(seed))) {
                talk.add(message);
                assertInvariants(window.select(talk), talk, max);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 20})
    void aLogGivesTheSameWindowAsItsMessages(int max) {
        MessageWindow window = MessageWindow.messages(max);
        List<Message> request = List.of(RULES, Message.user("now"));
        int withoutTools = 0;
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<Message> talk = conversation(random);
            talk.remove(RULES);
            if (seed % 3 == 0) { // tools in the beginning alone: the log loses sight of them
                talk.subList(talk.size() / 3, talk.size()).removeIf(MessageWindow::isOfTools);
            }
            SessionLog log = SessionLog.EMPTY;
            while (!talk.isEmpty()) {
                List<Message> block = talk.subList(0, Math.min(talk.size(), 1 + random.nextInt(4)));
                log = log.plus(List.copyOf(block), 6);
                block.clear();
                List<Message> past = log.last(1 + random.nextInt(12)).messages();
                withoutTools += past instanceof SessionLog.Slice slice && !slice.isOfTools() ? 1 : 0;
                assertThat(window.join(request, 1, List.of(), past))
                        .isEqualTo(window.join(request, 1, List.of(), List.copyOf(past)));
            }
        }
        assertThat(withoutTools).as("windows that were copied without a look").isGreaterThan(500);
    }

    private static void assertInvariants(List<Message> seen, List<Message> talk, int max) {
        assertThat(seen).isNotEmpty().startsWith(RULES);
        Pairs.assertWhole(seen);
        int turn = lastUser(talk);
        if (turn >= 0) {
            List<Message> current = talk.subList(turn, talk.size());
            assertThat(seen.size()).isGreaterThanOrEqualTo(1 + current.size());
            assertThat(seen.subList(seen.size() - current.size(), seen.size())).isEqualTo(current);
            assertThat(seen.get(1).role()).isEqualTo(Role.USER);
            assertThat(seen.size() - 1).isLessThanOrEqualTo(Math.max(max, current.size()));
        }
    }

    private static int lastUser(List<Message> talk) {
        for (int i = talk.size() - 1; i >= 0; i--) {
            if (talk.get(i).role() == Role.USER) {
                return i;
            }
        }
        return -1;
    }

    /** System, then turns with rounds of parallel calls, answered in one message or in several, in any order. */
    private static List<Message> conversation(Random random) {
        List<Message> talk = new ArrayList<>(List.of(RULES));
        int id = 0;
        for (int turn = 0; turn < 8; turn++) {
            talk.add(Message.user("question " + turn));
            for (int round = random.nextInt(4); round > 0; round--) {
                String[] ids = new String[1 + random.nextInt(3)];
                for (int c = 0; c < ids.length; c++) {
                    ids[c] = "call-" + id++;
                }
                talk.add(calls(ids));
                if (random.nextBoolean()) {
                    talk.add(results(ids));
                } else {
                    for (int c = ids.length - 1; c >= 0; c--) {
                        talk.add(results(ids[c]));
                    }
                }
            }
            talk.add(Message.assistant("answer " + turn));
        }
        return talk;
    }

    @Test
    void refusesAWindowOfNothing() {
        assertThatThrownBy(() -> MessageWindow.messages(0)).hasMessageContaining("at least 1");
    }
}
