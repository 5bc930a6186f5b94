package dev.holdfast.budget;

import dev.holdfast.budget.LimitBuckets.Pair;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The buckets that rate limits take from. Layers and agents that are given the same ones count together:
 *
 * <pre>{@code
 * RateBuckets buckets = RateBuckets.inMemory();
 * RateLimit perUser = RateLimit.perUser().requests(60).perMinute();
 *
 * RateLimitLayer mini = RateLimitLayer.builder(MINI).limit(perUser).buckets(buckets).build();
 * RateLimitLayer large = RateLimitLayer.builder(LARGE).limit(perUser).buckets(buckets).build(); // 60 together
 * }</pre>
 *
 * <p><b>Who shares what.</b> Each limit has a bucket for each holder of its scope. Limits of the same scope, requests,
 * tokens and period are the same limit, whoever names them; how long calls wait for it ({@link RateLimit#maxWait}) may
 * differ. Any other limit has buckets of its own, which begin full: a bucket is as large as its limit, so that, unlike a
 * balance in a {@link Ledger}, it cannot be held to two different ones. Give what is to be shared a name, and use that.
 *
 * <p><b>Bounds.</b> Buckets that have filled up are forgotten. Limits are remembered for as long as this object: take them
 * from your configuration, and do not make new ones for each call.
 *
 * <p><b>Threading.</b> Safe for use by many threads.
 */
public final class RateBuckets {
    private static final int PART_BITS = 30; // of the clock: 2^30 ns, about a second

    private final HoldfastRuntime clock;
    private final Stripes stripes = new Stripes();
    private final Map<RateLimit, Holders<Pair>> pairs = new ConcurrentHashMap<>();
    private final Rounds rounds;

    private RateBuckets(HoldfastRuntime clock) {
        this.clock = Objects.requireNonNull(clock, "runtime");
        this.rounds = new Rounds(clock.nanoTime() >> PART_BITS);
    }

    /**
     * Buckets in the memory of this process, filled by the clock of the machine.
     *
     * @return full buckets
     */
    public static RateBuckets inMemory() {
        return inMemory(HoldfastRuntime.system());
    }

    /**
     * Buckets in the memory of this process; see {@link #inMemory()}.
     *
     * @param runtime whose clock fills the buckets; that of everybody who takes from them
     * @return full buckets
     */
    public static RateBuckets inMemory(HoldfastRuntime runtime) {
        return new RateBuckets(runtime);
    }

    HoldfastRuntime clock() {
        return clock;
    }

    /** What guards all of them. */
    Stripes stripes() {
        return stripes;
    }

    /** What everybody who names the limit takes from. */
    LimitBuckets of(RateLimit limit) {
        return new LimitBuckets(limit, pairs.computeIfAbsent(sharedBy(limit), unknown -> new Holders<>(stripes)));
    }

    /** What a limit has in common with all that share its buckets. */
    static RateLimit sharedBy(RateLimit limit) {
        return limit.maxWait(Duration.ZERO);
    }

    /** Forgets, when it is time to, pairs that are full: a new one is the same. */
    void sweepIfDue(long now) {
        int parts = rounds.due(now >> PART_BITS);
        if (parts > 0) {
            pairs.values().forEach(each -> each.sweep(parts, now));
        }
    }

    /** How many pairs of buckets are remembered, for tests. */
    int size() {
        return pairs.values().stream().mapToInt(Holders::size).sum();
    }

    @Override
    public String toString() {
        return "buckets of " + pairs.keySet();
    }
}
