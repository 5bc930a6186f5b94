package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.testkit.TinyModel.Bug;
import java.time.Duration;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The kit passes what keeps the laws over real HTTP, and catches what breaks them. */
class ProviderLawsTest {

    @Nested
    class OfOpenAi extends TinyLaws {
        OfOpenAi() {
            super(WireFormat.OPENAI, Duration.ofSeconds(20), Set.of());
        }
    }

    @Nested
    class OfAnthropic extends TinyLaws {
        OfAnthropic() {
            super(WireFormat.ANTHROPIC, Duration.ofSeconds(20), Set.of());
        }
    }

    /** A provider whose patience is short where its bug makes it wait. */
    private static TinyLaws lawsOf(Bug bug) {
        return new TinyLaws(WireFormat.OPENAI, Duration.ofSeconds(1), Set.of(bug));
    }

    private static void isCaught(TinyLaws laws, ThrowingCallable law) {
        try {
            assertThatThrownBy(law).isInstanceOf(AssertionError.class);
        } finally {
            laws.simulator.close();
        }
    }

    @Test
    void catchesAProviderThatTakesACutForTheEnd() {
        TinyLaws laws = lawsOf(Bug.TAKES_A_CUT_FOR_THE_END);
        isCaught(laws, laws::neverPassesACutStreamOffAsComplete);
    }

    @Test
    void catchesAProviderThatTakesAnEarlyEndForTheEnd() {
        TinyLaws laws = lawsOf(Bug.TAKES_A_CUT_FOR_THE_END);
        isCaught(laws, laws::neverPassesAStreamWithoutItsEndOffAsComplete);
    }

    @Test
    void catchesAProviderThatTriesAgainByItself() {
        TinyLaws laws = lawsOf(Bug.TRIES_AGAIN_BY_ITSELF);
        isCaught(laws, laws::aResetBeforeTheAnswerIsRetryableAndNotRetried);
    }

    @Test
    void catchesAProviderThatIgnoresTheDeadline() {
        TinyLaws laws = lawsOf(Bug.IGNORES_THE_DEADLINE);
        isCaught(laws, laws::aProviderThatNeverAnswersIsLeftAtTheDeadline);
    }

    @Test
    void catchesAProviderThatTellsTheKey() {
        TinyLaws laws = lawsOf(Bug.TELLS_THE_KEY);
        isCaught(laws, laws::theKeyIsNeverTold);
    }

    @Test
    void catchesAProviderThatCountsUnknownUsageAsNothing() {
        TinyLaws laws = lawsOf(Bug.COUNTS_UNKNOWN_USAGE_AS_NOTHING);
        isCaught(laws, laws::aResetBeforeTheAnswerIsRetryableAndNotRetried);
    }

    @Test
    void catchesAProviderThatTrustsWhatComes() {
        TinyLaws laws = lawsOf(Bug.TRUSTS_WHAT_COMES);
        isCaught(laws, laws::whateverComesIsAnAnswerOrAFailureOfTheProvider);
    }

    @Test
    void catchesAProviderThatLeavesConnectionsOpen() throws InterruptedException {
        TinyLaws laws = lawsOf(Bug.LEAVES_CONNECTIONS_OPEN);
        laws.aCloseEndsTheWaitForTheAnswer();
        isCaught(laws, laws::nothingIsLeftOpen);
    }
}
