package dev.holdfast.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.error.InvalidConfigurationException.Problem;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

class ProblemsTest {
    @Test
    void tellsEveryProblemAtOnceInOrder() {
        Problems problems = new Problems()
                .requirePositive(0, "a.size")
                .requirePositive(1, "a.fine")
                .requireText(" ", "a.name")
                .requireText("fine", "a.other")
                .requirePositive(Duration.ZERO, "a.timeout")
                .requirePositive((Duration) null, "a.wait")
                .requirePositive(Duration.ofNanos(1), "a.short")
                .require(true, "a.true", "never told")
                .add("a.last", "is odd");

        InvalidConfigurationException error =
                catchThrowableOfType(InvalidConfigurationException.class, () -> problems.throwIfAny("the thing"));

        assertThat(error.problems())
                .extracting(Problem::path)
                .containsExactly("a.size", "a.name", "a.timeout", "a.wait", "a.last");
        assertThat(error)
                .hasMessageStartingWith("the thing cannot be built:\n  - a.size: is 0;")
                .hasMessageEndingWith("  - a.last: is odd");
    }

    @Test
    void tellsTheSameProblemOfSeveralPartsOnce() {
        InvalidConfigurationException part = catchThrowableOfType(
                InvalidConfigurationException.class,
                () -> new Problems().add("size", "is odd").throwIfAny("the part"));

        InvalidConfigurationException whole = catchThrowableOfType(
                InvalidConfigurationException.class,
                () -> new Problems().addAll("retry", part).addAll("retry", part).throwIfAny("the whole"));

        assertThat(whole.problems()).containsExactly(new Problem("retry.size", "is odd"));
    }

    @Test
    void refusesADurationThatTheClockCannotCount() {
        Problems problems = new Problems()
                .requirePositive(ChronoUnit.FOREVER.getDuration(), "a.forever")
                .requirePositive(Duration.ofNanos(Long.MAX_VALUE / 2), "a.long");

        assertThatThrownBy(() -> problems.throwIfAny("the thing"))
                .isInstanceOfSatisfying(
                        InvalidConfigurationException.class,
                        e -> assertThat(e.problems()).extracting(Problem::path).containsExactly("a.forever"));
    }

    @Test
    void isSilentWhenAllIsWell() {
        assertThatCode(() -> new Problems().requirePositive(1, "a").throwIfAny("the thing"))
                .doesNotThrowAnyException();
    }

    @Test
    void takesTheProblemsOfAPartUnderItsPath() {
        InvalidConfigurationException part = catchThrowableOfType(
                InvalidConfigurationException.class,
                () -> new Problems()
                        .add("size", "is odd")
                        .add("name", "is blank")
                        .throwIfAny("the part"));

        InvalidConfigurationException whole = catchThrowableOfType(
                InvalidConfigurationException.class,
                () -> new Problems().addAll("parts[1]", part).throwIfAny("the whole"));

        assertThat(whole.problems())
                .containsExactly(new Problem("parts[1].size", "is odd"), new Problem("parts[1].name", "is blank"));
    }

    @Test
    void keepsTheProblemsWhenDetailsAreAdded() {
        InvalidConfigurationException error = catchThrowableOfType(
                InvalidConfigurationException.class,
                () -> new Problems().add("size", "is odd").throwIfAny("the part"));

        HoldfastException told = error.with(
                ErrorDetails.builder().retryAfter(Duration.ofSeconds(1)).build());

        assertThat(told).hasMessage(error.getMessage());
        assertThat(told.retryAfter()).contains(Duration.ofSeconds(1));
    }
}
