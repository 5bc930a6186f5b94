package dev.holdfast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.chat.Attempt;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.context.Caller;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.resilience.Fallback;
import dev.holdfast.testkit.FakeModel;
import dev.holdfast.testkit.FakeReply;
import dev.holdfast.testkit.FakeTool;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.VirtualRuntime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What an agent does when an endpoint takes the call and says nothing. Its run may take 2 minutes unless set. */
class SilenceTest {
    private static final Caller ANN = Caller.of("acme", "ann");

    private final VirtualRuntime time = VirtualRuntime.seeded(7);
    private final FakeModel mini = FakeModel.named("mini", time).otherwise(FakeReply.silent());
    private final FakeModel large = FakeModel.named("large", time);
    private final FakeModel backup = FakeModel.named("backup", time);

    private AgentBuilder desk() {
        return Holdfast.agent("desk").runtime(time);
    }

    @Test
    void theBackupIsAskedInTimeThoughNothingIsSet() {
        backup.otherwise("It has shipped.");
        Agent agent = desk().model(mini).fallback(backup).build();

        Answer answer = agent.ask("Where is order 1234?", ANN);

        assertThat(answer.text()).isEqualTo("It has shipped.");
        assertThat(answer.attempts())
                .as("silence is not tried again: that would take the time of the backup")
                .extracting(Attempt::endpoint)
                .containsExactly("fake/mini", "fake/backup");
        assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(60));
        assertThat(mini.openReplies()).isZero();
    }

    @Test
    void aStreamIsLeftForTheBackupToo() {
        backup.otherwise(FakeReply.text("It has shipped.").pieces(3));
        Agent agent = desk().model(mini).fallback(backup).build();

        assertThat(agent.stream("Where is order 1234?", ANN).await().text()).isEqualTo("It has shipped.");
        assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void aStreamThatHasBegunMayTakeTheWholeRun() {
        large.otherwise(FakeReply.text("a b c d e f g h i j")
                .pieces(10)
                .after(Duration.ofSeconds(50))
                .every(Duration.ofSeconds(6)));
        Agent agent = desk().model(large).fallback(backup).build();

        assertThat(agent.stream("Tell me all.", ANN).await().text()).isEqualTo("a b c d e f g h i j");
        assertThat(time.elapsed()).isBetween(Duration.ofSeconds(100), Duration.ofSeconds(119));
        assertThat(backup.calls()).isEmpty();
    }

    @Test
    void everybodyIsAskedAndThereIsStillTimeForTheFixedAnswer() {
        large.otherwise(FakeReply.silent());
        backup.otherwise(FakeReply.silent());
        Agent agent = desk().cheap(mini)
                .strong(large)
                .fallback(backup)
                .fallbackAnswer("We will call you back.")
                .build();

        Answer answer = agent.ask("Hello!", ANN);

        assertThat(answer.endpoint()).isEqualTo(Fallback.FIXED_ANSWER);
        assertThat(answer.attempts())
                .extracting(Attempt::endpoint)
                .containsExactly("fake/mini", "fake/backup", "fake/large", "holdfast/fixed-answer");
        assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(60 + 30 + 15));
    }

    @Test
    void theLastOneHasAllTheTimeThatIsLeft() {
        large.otherwise(FakeReply.text("late").after(Duration.ofSeconds(55)));
        Agent agent = desk().cheap(mini).strong(large).build();

        assertThat(agent.ask("Hello!", ANN).text()).isEqualTo("late");
        assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(60 + 55));
    }

    @Test
    void aLaterRoundOfToolsLeavesTimeToo() {
        FakeTool slow = FakeTool.named("slow");
        FakeModel asks = FakeModel.named("asks", time)
                .reply(FakeReply.toolCall("slow", "{}").after(Duration.ofSeconds(58)))
                .otherwise(FakeReply.silent());
        backup.otherwise(FakeReply.text("It has shipped.").after(Duration.ofSeconds(20)));
        Agent agent = desk().model(asks).fallback(backup).tools(slow).build();

        assertThat(agent.ask("Where is it?", ANN).text()).isEqualTo("It has shipped.");
        assertThat(time.elapsed()).as("58, half of the other 62, and 20").isEqualTo(Duration.ofSeconds(109));
    }

    @Test
    void whereThereIsNobodyElseTheRunsDeadlineIsTheOnlyBound() {
        large.otherwise(FakeReply.text("late").after(Duration.ofSeconds(119)));
        Agent agent = desk().model(large).build();

        assertThat(agent.ask("Hello!", ANN).text()).isEqualTo("late");
    }

    @Test
    void silenceOpensTheBreakerSoThatOthersDoNotWait() {
        backup.otherwise("It has shipped.");
        Agent agent = desk().model(mini)
                .fallback(backup)
                .breaker(breaker -> breaker.failures(2))
                .build();
        agent.ask("Hello!", ANN);
        agent.ask("Hello!", ANN);
        Duration waited = time.elapsed();

        agent.ask("Hello!", ANN);

        assertThat(time.elapsed()).isEqualTo(waited);
        assertThat(mini.calls()).hasSize(2);
    }

    @Test
    void mayBeSetForEveryAttempt() {
        Agent agent = desk().model(mini)
                .firstChunkTimeout(Duration.ofSeconds(5))
                .retry(retry -> retry.maxAttempts(2))
                .build();

        DeadlineException error = catchThrowableOfType(DeadlineException.class, () -> agent.ask("Hello!", ANN));

        assertThat(error).hasMessageContaining("did not begin within 5 s");
        assertThat(mini.calls()).as("it is tried again").hasSize(2);
        assertThat(time.elapsed()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(15));
    }

    @Test
    void mayBeSwitchedOff() {
        backup.otherwise("never asked");
        Agent agent = desk().model(mini)
                .fallback(backup)
                .firstChunkTimeout(Duration.ofSeconds(5))
                .noFirstChunkTimeout()
                .build();

        assertThatThrownBy(() -> agent.ask("Hello!", ANN)).isInstanceOf(DeadlineException.class);
        assertThat(time.elapsed()).isEqualTo(Duration.ofMinutes(2));
        assertThat(backup.calls()).isEmpty();
    }

    @Test
    void whoGivesAttemptsADeadlineGivesThemThatTime() {
        large.otherwise(FakeReply.text("late").after(Duration.ofSeconds(80)));
        backup.otherwise("never asked");
        Agent agent = desk().model(large)
                .fallback(backup)
                .attemptDeadline(Duration.ofSeconds(90))
                .build();

        assertThat(agent.ask("Hello!", ANN).text()).isEqualTo("late");
    }

    @Test
    void aStreamIsCutByTheDeadlineOfItsAttemptAlone() {
        large.otherwise(FakeReply.text("a b c d").pieces(4).every(Duration.ofSeconds(10)));
        Agent timed =
                desk().model(large).attemptDeadline(Duration.ofSeconds(15)).build();
        Agent silent =
                desk().model(large).firstChunkTimeout(Duration.ofSeconds(15)).build();

        ChatReply reply = timed.stream("Hello!", ANN);
        assertThatThrownBy(reply::await).isInstanceOf(DeadlineException.class);
        assertThat(silent.stream("Hello!", ANN).await().text()).isEqualTo("a b c d");
    }

    @Test
    void wantsATimeLongerThanZero() {
        assertThatThrownBy(() -> desk().model(mini)
                        .fallback(backup)
                        .firstChunkTimeout(Duration.ZERO)
                        .build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("firstChunkTimeout: is 0 s; give a duration longer than zero");
    }

    @Test
    void aQuickFailureIsTriedAgainAsBefore() {
        large.reply(FakeReply.failing(Fault.outage())).reply("It has shipped.");
        Agent agent = desk().model(large).fallback(backup).build();

        assertThat(agent.ask("Hello!", ANN).text()).isEqualTo("It has shipped.");
        assertThat(backup.calls()).isEmpty();
    }
}
