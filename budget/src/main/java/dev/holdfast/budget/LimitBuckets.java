package dev.holdfast.budget;

import dev.holdfast.context.ScopeKey;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.SynchronizationStrategy;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of one rate limit, a pair for each holder of its scope. Guarded by the stripe of the holder's key, which is
 * why Bucket4j need not guard them again. Others may take from them, too.
 */
final class LimitBuckets {
    private final RateLimit limit;
    private final Holders<Pair> pairs;

    LimitBuckets(RateLimit limit, Holders<Pair> pairs) {
        this.limit = limit;
        this.pairs = pairs;
    }

    RateLimit limit() {
        return limit;
    }

    /** The pair of a holder, at this moment until it is asked for again. */
    Pair of(ScopeKey key, long nanoTime) {
        Pair pair = pairs.find(key);
        if (pair == null) {
            pair = new Pair(this, key, nanoTime);
            pairs.add(key, pair);
        }
        pair.at(nanoTime);
        return pair;
    }

    /** What is left of both; a unit that is not limited has no bucket. */
    static final class Pair implements Holders.State {
        private final LimitBuckets home;
        private final ScopeKey key;
        private final long stripe;
        private final @Nullable Bucket requests;
        private final @Nullable Bucket tokens;
        private final Clock clock;
        private final long requestCapacity;
        private final long tokenCapacity;
        private boolean forgotten;

        private Pair(LimitBuckets home, ScopeKey key, long nanoTime) {
            RateLimit limit = home.limit;
            this.home = home;
            this.key = key;
            this.stripe = Stripes.bit(Stripes.of(key));
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

        /** The bit of the stripe that guards this pair. */
        long stripe() {
            return stripe;
        }

        /** Goes to a moment, never back: somebody may have read the clock first and come here last. */
        void at(long nanoTime) {
            if (nanoTime - clock.nanoTime > 0) {
                clock.nanoTime = nanoTime;
            }
        }

        /** Whether it was full once and was forgotten; then it counts no more. */
        boolean isForgotten() {
            return forgotten;
        }

        /** The pair that counts in the place of a forgotten one. */
        Pair successor(long nanoTime) {
            return home.of(key, nanoTime);
        }

        @Override
        public boolean tryForget(long nanoTime) {
            at(nanoTime);
            forgotten = isFull(requests, requestCapacity) && isFull(tokens, tokenCapacity);
            return forgotten;
        }

        private static boolean isFull(@Nullable Bucket bucket, long capacity) {
            return bucket == null || bucket.getAvailableTokens() >= capacity;
        }

        boolean limitsTokens() {
            return tokens != null;
        }

        /** The most tokens that can ever be there at once. */
        long tokenCapacity() {
            return tokenCapacity;
        }

        /** How long until one request and these tokens can be taken; 0 for now. */
        long nanosUntil(long tokensNeeded) {
            return Math.max(nanosUntil(requests, 1), nanosUntil(tokens, tokensNeeded));
        }

        private static long nanosUntil(@Nullable Bucket bucket, long amount) {
            return bucket == null || amount == 0 || bucket.getAvailableTokens() >= amount
                    ? 0
                    : bucket.estimateAbilityToConsume(amount).getNanosToWaitForRefill();
        }

        /** Takes one request and these tokens where both are there, else neither. */
        boolean tryTake(long tokensTaken) {
            if (requests != null && !requests.tryConsume(1)) {
                return false;
            }
            if (tokens == null || tokensTaken == 0 || tokens.tryConsume(tokensTaken)) {
                return true;
            }
            giveTo(requests, 1);
            return false;
        }

        /** Takes one request and these tokens, even where that leaves a debt. */
        void take(long tokensTaken) {
            takeFrom(requests, 1);
            takeFrom(tokens, tokensTaken);
        }

        /** Takes what was used beyond what was taken, even where that leaves a debt. */
        void takeMore(long tokensUsed) {
            takeFrom(tokens, tokensUsed);
        }

        private static void takeFrom(@Nullable Bucket bucket, long amount) {
            if (bucket != null && amount > 0) {
                bucket.consumeIgnoringRateLimits(amount);
            }
        }

        /**
         * Gives back a request and tokens. What comes back needs no clock: whether a bucket first fills and then gets
         * something, or the other way round, it has the same at the end, and not more than it holds.
         */
        void giveBack(long tokensTaken) {
            giveTo(requests, 1);
            giveTo(tokens, tokensTaken);
        }

        /** Gives back what was taken and not used. */
        void giveBackTokens(long tokensLeft) {
            giveTo(tokens, tokensLeft);
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
