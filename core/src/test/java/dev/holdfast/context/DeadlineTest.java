package dev.holdfast.context;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.runtime.Cancellable;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import dev.holdfast.runtime.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlineTest {
    @ParameterizedTest
    @ValueSource(longs = {0, -5, 1_000_000_000_000L, Long.MAX_VALUE - 10, Long.MIN_VALUE})
    void passesWhenItsTimeHasPassedWhereverTheClockBegins(long start) {
        ManualClock clock = new ManualClock(start);
        Deadline deadline = Deadline.in(Duration.ofNanos(100), clock);

        assertThat(deadline.isBounded()).isTrue();
        assertThat(deadline.nanosLeft(clock)).isEqualTo(100);
        assertThat(deadline.cap(Duration.ofNanos(200), clock)).isEqualTo(Duration.ofNanos(100));
        assertThat(deadline.cap(Duration.ofNanos(50), clock)).isEqualTo(Duration.ofNanos(50));
        clock.now += 99;
        assertThat(deadline.hasPassed(clock)).isFalse();
        clock.now += 1;
        assertThat(deadline.hasPassed(clock)).isTrue();
        clock.now += 50;
        assertThat(deadline.nanosLeft(clock)).isEqualTo(-50);
        assertThat(deadline.cap(Duration.ofNanos(50), clock)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - 10})
    void theEarlierOfTwoCounts(long start) {
        ManualClock clock = new ManualClock(start);
        Deadline early = Deadline.in(Duration.ofNanos(5), clock);
        Deadline late = Deadline.in(Duration.ofNanos(50), clock);

        assertThat(early.or(late)).isSameAs(early);
        assertThat(late.or(early)).isSameAs(early);
        assertThat(late.or(Deadline.none())).isSameAs(late);
        assertThat(Deadline.none().or(late)).isSameAs(late);
    }

    @Test
    void noneNeverPasses() {
        ManualClock clock = new ManualClock(Long.MAX_VALUE);

        assertThat(Deadline.none().isBounded()).isFalse();
        assertThat(Deadline.none().hasPassed(clock)).isFalse();
        assertThat(Deadline.none().nanosLeft(clock)).isEqualTo(Long.MAX_VALUE);
        assertThat(Deadline.none().cap(Duration.ofDays(400), clock)).isEqualTo(Duration.ofDays(400));
    }

    @Test
    void aVeryLongOneIsStillADeadline() {
        ManualClock clock = new ManualClock(1_000);
        Deadline deadline = Deadline.in(Duration.ofSeconds(Long.MAX_VALUE), clock);

        assertThat(deadline.hasPassed(clock)).isFalse();
        assertThat(deadline.cap(Duration.ofDays(1), clock)).isEqualTo(Duration.ofDays(1));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1_000, Long.MAX_VALUE, Long.MIN_VALUE})
    void oneOfLongAgoHasPassed(long start) {
        ManualClock clock = new ManualClock(start);
        Deadline deadline = Deadline.in(Duration.ofSeconds(Long.MIN_VALUE), clock);

        assertThat(deadline.hasPassed(clock)).isTrue();
        assertThat(deadline.cap(Duration.ofDays(1), clock)).isZero();
        assertThat(deadline.or(Deadline.in(Duration.ofSeconds(1), clock))).isSameAs(deadline);
    }

    /** A clock and nothing else. */
    private static final class ManualClock implements HoldfastRuntime {
        private long now;

        ManualClock(long now) {
            this.now = now;
        }

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public Instant now() {
            throw new UnsupportedOperationException();
        }

        @Override
        public RandomGenerator random() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void sleep(Duration duration) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Task fork(String name, Runnable work) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Signal newSignal() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Executor executor() {
            throw new UnsupportedOperationException();
        }
    }
}
