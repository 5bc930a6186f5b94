package dev.holdfast.budget;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.holdfast.context.ScopeKey;
import dev.holdfast.runtime.HoldfastRuntime;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.SynchronizationStrategy;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of one rate limit, a pair for each holder of its scope. Guarded by the stripe of the holder's key, which is
 * why Bucket4j need not guard them again.
 */
final class RateBuckets {
    private final RateLimit limit;
    private final Cache<ScopeKey, Pair> pairs;

    RateBuckets(RateLimit limit, HoldfastRuntime runtime) {
        this.limit = limit;
        this.pairs = Caffeine.newBuilder()
                .ticker(runtime::nanoTime)
                .executor(Runnable::run)
                .expireAfter(new WhenFull(limit.period().toNanos()))
                .build();
    }

    RateLimit limit() {
        return limit;
    }

    /** The pair of a holder, at this moment until it is asked for again. */
    Pair of(ScopeKey key, long nanoTime) {
        Pair pair = pairs.getIfPresent(key);
        if (pair == null) {
            pair = pairs.get(key, ignored -> new Pair(limit, nanoTime));
        }
        pair.clock.nanoTime = nanoTime;
        return pair;
    }

    long size() {
        pairs.cleanUp();
        return pairs.estimatedSize();
    }

    /** What is left of both; a unit that is not limited has no bucket. */
    static final class Pair {
        private final @Nullable Bucket requests;
        private final @Nullable Bucket tokens;
        private final Clock clock;
        private final long requestCapacity;
        private final long tokenCapacity;
        private boolean indebted; // whether more was taken than there was, and it may not have come back

        Pair(RateLimit limit, long nanoTime) {
            this.clock = new Clock(nanoTime);
            this.requests = limit.requests() == null ? null : bucket(limit.requests(), limit, clock);
            this.tokens = limit.tokens() == null ? null : bucket(limit.tokens(), limit, clock);
            this.requestCapacity = limit.requests() == null ? 0 : limit.requests();
            this.tokenCapacity = limit.tokens() == null ? Long.MAX_VALUE : limit.tokens();
        }

        private static Bucket bucket(long capacity, RateLimit limit, Clock clock) {
            return Bucket.builder()
                    .addLimit(stage -> stage.capacity(capacity).refillGreedy(capacity, limit.period()))
                    .withCustomTimePrecision(clock)
                    .withSynchronizationStrategy(SynchronizationStrategy.NONE)
                    .build();
        }

        /** The most tokens that can ever be there at once. */
        long tokenCapacity() {
            return tokenCapacity;
        }

        /** How long until one request and these tokens can be taken; 0 for now. */
        long nanosUntil(long tokensNeeded) {
            return Math.max(nanosUntil(requests, 1), nanosUntil(tokens, tokensNeeded));
        }

        /** A bound on how long until nothing is missing: a period, exactly only where there is a debt. */
        long nanosUntilFull(long periodNanos) {
            if (!indebted) {
                return periodNanos;
            }
            long nanos = Math.max(nanosUntil(requests, requestCapacity), nanosUntil(tokens, tokenCapacity));
            indebted = nanos > periodNanos;
            return Math.max(nanos, periodNanos);
        }

        private static long nanosUntil(@Nullable Bucket bucket, long amount) {
            return bucket == null || amount == 0 || bucket.getAvailableTokens() >= amount
                    ? 0
                    : bucket.estimateAbilityToConsume(amount).getNanosToWaitForRefill();
        }

        /** Takes one request and these tokens, even where that leaves a debt. */
        void take(long tokensTaken) {
            takeFrom(requests, 1);
            takeFrom(tokens, tokensTaken);
        }

        void giveBack(long tokensTaken) {
            giveTo(requests, 1);
            giveTo(tokens, tokensTaken);
        }

        /** Takes or gives back the difference between what was used and what was taken. */
        void correct(long difference) {
            if (difference > 0) {
                takeFrom(tokens, difference);
            } else {
                giveTo(tokens, -difference);
            }
        }

        private void takeFrom(@Nullable Bucket bucket, long amount) {
            if (bucket != null && amount > 0 && bucket.consumeIgnoringRateLimits(amount) > 0) {
                indebted = true;
            }
        }

        private static void giveTo(@Nullable Bucket bucket, long amount) {
            if (bucket != null && amount > 0) {
                bucket.addTokens(amount);
            }
        }

        boolean lacksRequests() {
            return nanosUntil(requests, 1) > 0;
        }

        long requestCapacity() {
            return requestCapacity;
        }

        long requestsLeft() {
            return requests == null ? Long.MAX_VALUE : requests.getAvailableTokens();
        }

        long tokensLeft() {
            return tokens == null ? Long.MAX_VALUE : tokens.getAvailableTokens();
        }
    }

    /**
     * A pair is forgotten when it must be full again, so that forgetting it gives nobody anything. After each look at it
     * at most one bucketful is taken, which is one period's worth; a debt lengthens the time by itself, at the next look.
     */
    private record WhenFull(long periodNanos) implements Expiry<ScopeKey, Pair> {
        @Override
        public long expireAfterCreate(ScopeKey key, Pair pair, long currentTime) {
            return Demand.plus(periodNanos, 1);
        }

        @Override
        public long expireAfterUpdate(ScopeKey key, Pair pair, long currentTime, long currentDuration) {
            return currentDuration;
        }

        @Override
        public long expireAfterRead(ScopeKey key, Pair pair, long currentTime, long currentDuration) {
            return Demand.plus(Demand.plus(pair.nanosUntilFull(periodNanos), periodNanos), 1);
        }
    }

    /** Stands still within a step, so that all buckets see the same moment and the runtime is asked for it once. */
    private static final class Clock implements TimeMeter {
        private long nanoTime;

        Clock(long nanoTime) {
            this.nanoTime = nanoTime;
        }

        @Override
        public long currentTimeNanos() {
            return nanoTime;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
