package dev.holdfast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.budget.Budget;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.Caller;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.RejectedException;
import dev.holdfast.error.TaskException;
import dev.holdfast.testkit.FakeModel;
import dev.holdfast.testkit.FakeReply;
import dev.holdfast.testkit.FakeTool;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.VirtualRuntime;
import dev.holdfast.tool.Tool;
import dev.holdfast.tool.Tools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

class EventLogTest {
    private static final Caller ANN = Caller.of("acme", "ann");

    private final VirtualRuntime time = VirtualRuntime.seeded(7);
    private final FakeModel mini = FakeModel.named("mini", time);

    private AgentBuilder desk(Lines lines) {
        return Holdfast.agent("desk").runtime(time).listener(new EventLog(lines));
    }

    @Test
    void tellsOfTheOutageThatFallbacksCoverUp() {
        Lines lines = new Lines(Level.INFO);
        mini.otherwise(FakeReply.failing(Fault.outage()));
        Agent agent = desk(lines)
                .model(mini)
                .fallbackAnswer("We will call you back.")
                .retry(retry -> retry.maxAttempts(1))
                .breaker(breaker -> breaker.failures(2).openFor(Duration.ofSeconds(60)))
                .build();

        agent.ask("Where is order 1234?", ANN);
        agent.ask("Where is order 1234?", ANN);
        mini.otherwise("It has shipped.");
        time.advance(Duration.ofSeconds(61));
        agent.ask("Where is order 1234?", ANN);

        assertThat(lines.starts())
                .containsExactly(
                        "WARN the fixed answer was given, because fake/mini failed",
                        "WARN breaker fake/mini is OPEN",
                        "WARN the fixed answer was given, because fake/mini failed",
                        "INFO breaker fake/mini is CLOSED");
    }

    @Test
    void tellsOfRunsThatFailAndOfThoseThatARuleRefuses() {
        Lines lines = new Lines(Level.INFO);
        mini.otherwise(FakeReply.failing(Fault.badRequest()));
        Agent agent = desk(lines)
                .model(mini)
                .budget(Budget.perUser().calls(1).lifetime().thresholds())
                .build();

        assertThatThrownBy(() -> agent.ask("Where is order 1234?", ANN)).isInstanceOf(ProviderException.class);
        mini.otherwise(FakeReply.text("yes").usage(Usage.of(5, 5)));
        agent.ask("And now?", Caller.of("acme", "bob"));
        assertThatThrownBy(() -> agent.ask("And now?", Caller.of("acme", "bob")))
                .isInstanceOf(RejectedException.class);

        assertThat(lines.all).hasSize(2);
        assertThat(lines.all.get(0))
                .startsWith("WARN run failed after 0 ms: ProviderException: ")
                .contains(" of acme/ann by desk");
        assertThat(lines.all.get(1))
                .startsWith("INFO run refused: RejectedException: ")
                .contains("budget", "user:acme/bob");
    }

    @Test
    void tellsHowMuchOfABudgetIsSpent() {
        Lines lines = new Lines(Level.INFO);
        mini.otherwise(FakeReply.text("yes").usage(Usage.of(50, 10)));
        Agent agent = desk(lines)
                .model(mini)
                .budget(Budget.perUser().tokens(100_000).perDay().thresholds(1))
                .build();
        for (int i = 0; i < 20; i++) {
            agent.ask("Where is order 1234?", ANN);
        }

        assertThat(lines.all).hasSize(1);
        assertThat(lines.all.get(0))
                .startsWith("WARN budget of user:acme/ann: 1% of 100000 tokens per day is spent (1020) [call ");
    }

    @Test
    void holdsNoContentsAtAnyLevel() {
        Lines lines = new Lines(Level.TRACE);
        mini.reply(FakeReply.toolCall("clock", "{\"zone\":\"hush-argument\"}"))
                .reply(FakeReply.toolCall("broken", "{}"))
                .reply(FakeReply.failing(Fault.serverError()))
                .reply("hush-answer");
        FakeTool clock = FakeTool.named("clock").answer("hush-result");
        Tool broken = Tools.of("broken", "Breaks.", use -> {
            throw new IllegalStateException("hush-failure");
        });
        Agent agent = desk(lines)
                .instructions("hush-instructions")
                .model(mini)
                .tools(clock, broken)
                .build();

        assertThat(agent.ask("hush-question", ANN).text()).isEqualTo("hush-answer");

        assertThat(lines.starts())
                .contains("DEBUG tool clock answered after 0 ms", "DEBUG tool broken failed after 0 ms")
                .anyMatch(line -> line.startsWith("DEBUG tries again in "))
                .startsWith("DEBUG run begins")
                .endsWith("DEBUG run completed after " + time.elapsed().toMillis() + " ms");
        assertThat(lines.all).noneMatch(line -> line.contains("hush"));
    }

    @Test
    void whatTheApplicationThrewIsNamedAndNotQuoted() {
        Lines lines = new Lines(Level.TRACE);
        Agent agent = desk(lines)
                .model(call -> {
                    throw new IllegalStateException("hush");
                })
                .build();

        assertThatThrownBy(() -> agent.ask("Hello?", ANN)).isInstanceOf(TaskException.class);

        assertThat(lines.all).noneMatch(line -> line.contains("hush"));
        assertThat(lines.all).anyMatch(line -> line.startsWith("WARN run failed") && line.contains("IllegalState"));
    }

    @Test
    void aModelThatNamesAToolCannotForgeALine() {
        Lines lines = new Lines(Level.TRACE);
        mini.reply(FakeReply.toolCall("x\nWARN all is lost " + "y".repeat(2_000), "{}"))
                .reply("yes");
        Tool clock = Tools.of("clock", "Tells the time.", use -> "noon");

        desk(lines).model(mini).tools(clock).build().ask("Hello?", ANN);

        assertThat(lines.all)
                .noneMatch(line -> line.contains("\n") || line.length() > 1_000)
                .anyMatch(line -> line.startsWith("DEBUG tool x WARN all is lost y"));
    }

    @Test
    void logsUnderTheNameThatIsPromised() {
        assertThat(Holdfast.logging()).hasToString("the log dev.holdfast.events");
    }

    /** A logger that keeps its lines. */
    private static final class Lines extends LegacyAbstractLogger {
        private static final long serialVersionUID = 1L;

        private final Level lowest;
        private final transient List<String> all = new ArrayList<>();

        Lines(Level lowest) {
            this.lowest = lowest;
            this.name = "lines";
        }

        /** The lines up to what was in the way and whose call it was. */
        List<String> starts() {
            return all.stream().map(line -> line.split(": | \\[", 2)[0]).toList();
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level,
                @Nullable Marker marker,
                String pattern,
                Object @Nullable [] fields,
                @Nullable Throwable thrown) {
            assertThat(thrown).isNull();
            all.add(level + " " + MessageFormatter.basicArrayFormat(pattern, fields));
        }

        @Override
        protected @Nullable String getFullyQualifiedCallerName() {
            return null;
        }

        private boolean isOn(Level level) {
            return level.toInt() >= lowest.toInt();
        }

        @Override
        public boolean isTraceEnabled() {
            return isOn(Level.TRACE);
        }

        @Override
        public boolean isDebugEnabled() {
            return isOn(Level.DEBUG);
        }

        @Override
        public boolean isInfoEnabled() {
            return isOn(Level.INFO);
        }

        @Override
        public boolean isWarnEnabled() {
            return isOn(Level.WARN);
        }

        @Override
        public boolean isErrorEnabled() {
            return isOn(Level.ERROR);
        }
    }
}
