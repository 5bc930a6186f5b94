package dev.holdfast.budget;

import dev.holdfast.context.Scope;
import dev.holdfast.error.Problems;
import dev.holdfast.internal.words.Durations;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How many requests and tokens every holder of a scope may send in a period. Immutable; every method returns a changed
 * copy.
 *
 * <pre>{@code
 * RateLimit.perUser().requests(60).tokens(20_000).perMinute()
 * RateLimit.perTenant().requests(10).perSecond().maxWait(Duration.ofSeconds(5))
 * }</pre>
 *
 * <p>A limit is a token bucket: it holds a period's worth, fills evenly, and may be emptied at once after a quiet time.
 *
 * <p><b>Errors.</b> Limits are checked where they are used, by {@link RateLimitLayer.Builder#build}, which names all
 * that are wrong.
 */
public final class RateLimit {
    private static final Duration LONGEST = Duration.ofDays(366);

    private final Scope scope;
    private final @Nullable Long requests;
    private final @Nullable Long tokens;
    private final Duration period;
    private final Duration maxWait;

    private RateLimit(Scope scope, @Nullable Long requests, @Nullable Long tokens, Duration period, Duration maxWait) {
        this.scope = scope;
        this.requests = requests;
        this.tokens = tokens;
        this.period = Objects.requireNonNull(period, "period");
        this.maxWait = Objects.requireNonNull(maxWait, "maxWait");
    }

    /**
     * A limit for each holder of a scope.
     *
     * @param scope the scope
     * @return what asks how much and how often
     */
    public static Draft per(Scope scope) {
        return new Draft(Objects.requireNonNull(scope, "scope"), null, null);
    }

    /**
     * One limit for everybody together.
     *
     * @return what asks how much and how often
     */
    public static Draft global() {
        return per(Scope.GLOBAL);
    }

    /**
     * A limit for each tenant.
     *
     * @return what asks how much and how often
     */
    public static Draft perTenant() {
        return per(Scope.TENANT);
    }

    /**
     * A limit for each team.
     *
     * @return what asks how much and how often
     */
    public static Draft perTeam() {
        return per(Scope.TEAM);
    }

    /**
     * A limit for each user.
     *
     * @return what asks how much and how often
     */
    public static Draft perUser() {
        return per(Scope.USER);
    }

    /**
     * A limit for each agent of each tenant.
     *
     * @return what asks how much and how often
     */
    public static Draft perAgent() {
        return per(Scope.AGENT);
    }

    /**
     * A limit for each session.
     *
     * @return what asks how much and how often
     */
    public static Draft perSession() {
        return per(Scope.SESSION);
    }

    /**
     * A limit for each task.
     *
     * @return what asks how much and how often
     */
    public static Draft perTask() {
        return per(Scope.TASK);
    }

    /**
     * Lets calls wait for their turn; without it they are refused at once. A call never waits past its deadline.
     *
     * @param wait how long at the most, up to 366 days; zero to refuse at once
     * @return a copy
     */
    public RateLimit maxWait(Duration wait) {
        return new RateLimit(scope, requests, tokens, period, wait);
    }

    /**
     * Whose limit it is.
     *
     * @return the scope
     */
    public Scope scope() {
        return scope;
    }

    @Nullable
    Long requests() {
        return requests;
    }

    @Nullable
    Long tokens() {
        return tokens;
    }

    Duration period() {
        return period;
    }

    Duration maxWait() {
        return maxWait;
    }

    /** Bucket4j fills at one a nanosecond at the most. */
    private boolean isTooFast(@Nullable Long amount) {
        return amount != null && !period.isNegative() && period.compareTo(Duration.ofNanos(amount)) < 0;
    }

    void check(Problems problems, String path) {
        problems.require(
                requests != null || tokens != null,
                path,
                "limits nothing; say how much, as in .requests(60).tokens(20_000).perMinute()");
        if (requests != null) {
            problems.requirePositive(requests, path + ".requests");
        }
        if (tokens != null) {
            problems.requirePositive(tokens, path + ".tokens");
        }
        problems.requirePositive(period, path + ".period");
        problems.require(
                period.compareTo(LONGEST) <= 0,
                path + ".period",
                "is " + Durations.exactly(period) + "; give at most 366 days");
        problems.require(
                !isTooFast(requests) && !isTooFast(tokens),
                path,
                "allows more than one in a nanosecond, which is no limit; lower it");
        problems.require(
                !maxWait.isNegative() && maxWait.compareTo(LONGEST) <= 0,
                path + ".maxWait",
                "is " + Durations.exactly(maxWait) + "; give zero to 366 days");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RateLimit that
                && scope == that.scope
                && Objects.equals(requests, that.requests)
                && Objects.equals(tokens, that.tokens)
                && period.equals(that.period)
                && maxWait.equals(that.maxWait);
    }

    @Override
    public int hashCode() {
        return Objects.hash(scope, requests, tokens, period, maxWait);
    }

    @Override
    public String toString() {
        return "rate limit per " + scope.name().toLowerCase(Locale.ROOT)
                + (requests == null ? "" : " of " + requests + " requests")
                + (tokens == null ? "" : (requests == null ? " of " : " and ") + tokens + " tokens")
                + (named(period) == null ? " in " + Durations.exactly(period) : " per " + named(period));
    }

    private static @Nullable String named(Duration period) {
        return period.equals(Duration.ofSeconds(1))
                ? "second"
                : period.equals(Duration.ofMinutes(1))
                        ? "minute"
                        : period.equals(Duration.ofHours(1))
                                ? "hour"
                                : period.equals(Duration.ofDays(1)) ? "day" : null;
    }

    /** A limit that waits for its period. Immutable. */
    public static final class Draft {
        private final Scope scope;
        private final @Nullable Long requests;
        private final @Nullable Long tokens;

        private Draft(Scope scope, @Nullable Long requests, @Nullable Long tokens) {
            this.scope = scope;
            this.requests = requests;
            this.tokens = tokens;
        }

        /**
         * Limits requests.
         *
         * @param requests how many in a period; at least 1
         * @return a copy
         */
        public Draft requests(long requests) {
            return new Draft(scope, requests, tokens);
        }

        /**
         * Limits tokens, input and output together.
         *
         * @param tokens how many in a period; at least 1
         * @return a copy
         */
        public Draft tokens(long tokens) {
            return new Draft(scope, requests, tokens);
        }

        /**
         * In every second.
         *
         * @return the limit
         */
        public RateLimit perSecond() {
            return per(Duration.ofSeconds(1));
        }

        /**
         * In every minute.
         *
         * @return the limit
         */
        public RateLimit perMinute() {
            return per(Duration.ofMinutes(1));
        }

        /**
         * In every hour.
         *
         * @return the limit
         */
        public RateLimit perHour() {
            return per(Duration.ofHours(1));
        }

        /**
         * In every 24 hours; unlike a budget's, they follow no calendar.
         *
         * @return the limit
         */
        public RateLimit perDay() {
            return per(Duration.ofDays(1));
        }

        /**
         * In every period.
         *
         * @param period longer than zero
         * @return the limit
         */
        public RateLimit per(Duration period) {
            return new RateLimit(scope, requests, tokens, period, Duration.ZERO);
        }
    }
}
