package dev.holdfast.budget;

import dev.holdfast.budget.LimitBuckets.Pair;
import dev.holdfast.chat.Billing;
import dev.holdfast.chat.GuardedCall;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Permit;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.ScopeKey;
import dev.holdfast.error.Refusal;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of several rate limits, which are taken from together or not at all. A step locks the stripes of its keys;
 * it never waits and never calls out.
 */
final class RateLimits {
    private final RateBuckets home;
    private final Stripes stripes;
    private final LimitBuckets[] buckets;
    private final HoldfastRuntime runtime;
    private final boolean limitTokens;

    RateLimits(List<RateLimit> limits, RateBuckets home, HoldfastRuntime runtime) {
        this.home = home;
        this.stripes = home.stripes();
        this.runtime = runtime;
        this.buckets = new LimitBuckets[limits.size()];
        boolean tokens = false;
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = home.of(limits.get(i));
            tokens |= limits.get(i).tokens() != null;
        }
        this.limitTokens = tokens;
    }

    /** What fills the buckets. */
    HoldfastRuntime clock() {
        return home.clock();
    }

    /** Whether any of them counts tokens. */
    boolean limitTokens() {
        return limitTokens;
    }

    /** Taken, or not. */
    sealed interface Answer permits Taken, Refused {}

    /**
     * Not taken.
     *
     * @param why the limit that refuses
     */
    record Refused(Refusal why) implements Answer {}

    /** What one call has taken from one pair, and, after it in the chain, from others. */
    static sealed class Taken implements Answer, Permit permits TakenAhead {
        private final RateLimits limits;
        private final Pair pair;
        private final @Nullable Taken next;
        private final long tokens;

        private Taken(RateLimits limits, Pair pair, long tokens, @Nullable Taken next) {
            this.limits = limits;
            this.pair = pair;
            this.tokens = tokens;
            this.next = next;
        }

        /** How long the call has to wait for its turn. */
        long waitNanos() {
            return 0;
        }

        void giveBack() {
            limits.end(this, Usage.none(), false);
        }

        @Override
        public void end(Outcome outcome, GuardedCall call) {
            limits.end(this, Bill.usage(outcome), outcome.billing() != Billing.NOT_SENT);
        }
    }

    /** Taken before it was there. */
    private static final class TakenAhead extends Taken {
        private final long waitNanos; // the longest wait of the chain

        private TakenAhead(RateLimits limits, Pair pair, long tokens, @Nullable Taken next, long waitNanos) {
            super(limits, pair, tokens, next);
            this.waitNanos = waitNanos;
        }

        @Override
        long waitNanos() {
            return waitNanos;
        }
    }

    /** Takes what a call needs from all its buckets, at a moment of their clock. Null where nobody is limited. */
    @Nullable
    Answer take(CallContext context, long input, long wanted, long now) {
        home.sweepIfDue(now);
        long set = 0;
        for (LimitBuckets each : buckets) {
            set |= Stripes.bit(each.limit().scope(), context);
        }
        stripes.lock(set);
        try {
            Taken taken = tryTake(context, input, wanted, now);
            if (taken != null) {
                return taken;
            }
            Refusal refusal = refusal(context, input, wanted, now); // null, too, where nobody is limited
            return refusal == null ? takeAhead(context, wanted, now) : new Refused(refusal);
        } finally {
            stripes.unlock(set);
        }
    }

    private static @Nullable ScopeKey key(LimitBuckets of, CallContext context) {
        return context.key(of.limit().scope()).orElse(null);
    }

    /** Takes from all where all have what is needed now, which is the rule; null where one has not, and none is taken from. */
    private @Nullable Taken tryTake(CallContext context, long input, long wanted, long now) {
        Taken taken = null;
        for (LimitBuckets each : buckets) {
            ScopeKey key = key(each, context);
            if (key != null) {
                Pair pair = each.of(key, now);
                long tokens = tokensFrom(pair, wanted);
                if (input > pair.tokenCapacity() || !pair.tryTake(tokens)) {
                    giveBack(taken);
                    return null;
                }
                taken = new Taken(this, pair, tokens, taken);
            }
        }
        return taken;
    }

    private static void giveBack(@Nullable Taken taken) {
        for (Taken each = taken; each != null; each = each.next) {
            each.pair.giveBack(each.tokens);
        }
    }

    /** Why the call cannot even wait; of several limits the one that it would wait for longest. Null where it can. */
    private @Nullable Refusal refusal(CallContext context, long input, long wanted, long now) {
        Refusal refusal = null;
        long refusedWait = -1;
        for (LimitBuckets each : buckets) {
            ScopeKey key = key(each, context);
            if (key != null) {
                Pair pair = each.of(key, now);
                if (input > pair.tokenCapacity()) {
                    return tooLarge(each.limit(), key, pair, input);
                }
                long tokens = tokensFrom(pair, wanted);
                long wait = pair.nanosUntil(tokens);
                if (wait > patience(each.limit(), context) && wait > refusedWait) {
                    refusedWait = wait;
                    refusal = refusal(each.limit(), key, pair, tokens, wait);
                }
            }
        }
        return refusal;
    }

    /** Takes from all before it is there; the call has to wait until it would be. */
    private @Nullable Taken takeAhead(CallContext context, long wanted, long now) {
        Taken taken = null;
        long wait = 0;
        for (LimitBuckets each : buckets) {
            ScopeKey key = key(each, context);
            if (key != null) {
                Pair pair = each.of(key, now);
                long tokens = tokensFrom(pair, wanted);
                wait = Math.max(wait, pair.nanosUntil(tokens));
                pair.take(tokens);
                taken = new TakenAhead(this, pair, tokens, taken, wait);
            }
        }
        return taken;
    }

    private long patience(RateLimit limit, CallContext context) {
        return limit.maxWait().isZero()
                ? 0
                : context.deadline().cap(limit.maxWait(), runtime).toNanos();
    }

    private static Refusal tooLarge(RateLimit limit, ScopeKey key, Pair pair, long input) {
        return Refusal.of(
                        Refusal.Kind.RATE_LIMIT,
                        limit.toString(),
                        "the input alone is larger than all that the limit ever allows at once; shorten it or raise the"
                                + " limit")
                .scope(key)
                .quantity(pair.tokenCapacity() - pair.tokensLeft(), input, pair.tokenCapacity(), "tokens");
    }

    private static Refusal refusal(RateLimit limit, ScopeKey key, Pair pair, long tokens, long wait) {
        Refusal refusal = Refusal.of(Refusal.Kind.RATE_LIMIT, limit.toString(), "too much in too short a time")
                .scope(key)
                .retryAfter(Duration.ofNanos(wait));
        return pair.lacksRequests()
                ? refusal.quantity(pair.requestCapacity() - pair.requestsLeft(), 1, pair.requestCapacity(), "requests")
                : refusal.quantity(pair.tokenCapacity() - pair.tokensLeft(), tokens, pair.tokenCapacity(), "tokens");
    }

    private static long tokensFrom(Pair pair, long wanted) {
        return Math.min(wanted, pair.tokenCapacity()); // a long answer that may come is no reason to refuse
    }

    /** Corrects what a call has taken to what it used, or gives all of it back where it was not sent. */
    private void end(Taken taken, Usage usage, boolean sent) {
        if (sent && !limitTokens) {
            return; // a request is a request
        }
        long set = 0;
        for (Taken each = taken; each != null; each = each.next) {
            set |= each.pair.stripe();
        }
        stripes.lock(set);
        try {
            for (Taken each = taken; each != null; each = each.next) {
                Pair pair = each.pair.isForgotten()
                        ? each.pair.successor(home.clock().nanoTime())
                        : each.pair;
                if (sent) {
                    correct(pair, each.tokens, usage);
                } else {
                    pair.giveBack(each.tokens);
                }
            }
        } finally {
            stripes.unlock(set);
        }
    }

    private void correct(Pair pair, long taken, Usage usage) {
        long used = usage.total();
        if (pair.limitsTokens() && used > taken) {
            pair.at(home.clock().nanoTime()); // what a full bucket lets run over pays for nothing
            pair.takeMore(used - taken);
        } else if (usage.isKnown()) {
            pair.giveBackTokens(taken - used);
        }
    }
}
