package dev.holdfast.budget;

import dev.holdfast.budget.RateLimits.Taken;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.GuardLayer;
import dev.holdfast.chat.GuardedCall;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.chat.Permit;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.Problems;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.event.CoreEvent;
import dev.holdfast.event.Events;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rate limits in front of a model: requests and tokens, taken together or not at all, for everybody whom a limit counts.
 *
 * <p><b>Tokens</b> are taken by estimate before the call: the counted input and the output that is expected
 * ({@link Builder#expectedOutputTokens}, or {@code maxOutputTokens} of the request where that is less), at most one
 * bucketful. After it they are corrected by what the call used; what it used beyond the estimate is taken also where that
 * leaves a debt. A call that was provably not sent gives everything back; of a call whose usage is not known the estimate
 * stays taken.
 *
 * <p>The bound on the output is not what is expected: most answers are far shorter than the request allows, all the more
 * where a {@link BudgetLayer} outside this layer wrote the bound, and a limit that took the bound of each call under way
 * would let only a few be under way at once. So calls at the same time can together use more than the limit, by as much
 * as their answers are longer than expected, and everybody's next calls wait for it. Where that must not be, expect as
 * much as is allowed; this is also how providers that count {@code max_tokens} in their own limits do it.
 *
 * <p><b>Waiting.</b> A call that does not fit now waits if its turn comes within {@link RateLimit#maxWait} and before its
 * deadline, else it is refused at once and told when to come back. A waiting call has its place: it has taken what it
 * needs, and later calls queue behind it. Closing the reply or interrupting the thread ends the wait and gives back.
 *
 * <p><b>Errors.</b> Refuses with {@link RejectedException} of {@link Refusal.Kind#RATE_LIMIT}. A request whose input is
 * larger than a whole bucket could wait for ever; it is refused at once, without a time to come back.
 *
 * <p><b>Any other work.</b> {@link #of} is enough for it, and {@link ModelLayer#call} guards a callable: it counts as a
 * request without tokens.
 *
 * <p><b>Threading.</b> Safe for use by many threads; the buckets are in {@link RateBuckets}, which several layers may
 * share.
 */
public final class RateLimitLayer extends GuardLayer {
    /** What work is called that no model does. */
    static final Endpoint WORK = Endpoint.of("application", "work");

    private final Endpoint endpoint;
    private final HoldfastRuntime runtime;
    private final TokenCounter counter;
    private final Events events;
    private final RateLimits limits;
    private final int expectedOutputTokens;

    private RateLimitLayer(Builder builder) {
        this.endpoint = builder.endpoint;
        this.runtime = builder.runtime;
        this.counter = builder.counter == null ? TokenCounter.standard() : builder.counter;
        this.events = builder.events;
        this.expectedOutputTokens = builder.expectedOutputTokens;
        RateBuckets buckets = builder.buckets == null ? RateBuckets.inMemory(runtime) : builder.buckets;
        this.limits = new RateLimits(builder.limits, buckets, runtime);
    }

    /**
     * Limits for {@linkplain ModelLayer#call work} that is not a model, by the clock of the machine. Its refusals name the
     * endpoint {@code application/work}.
     *
     * @param limits how much may be done; all hold at once
     * @return a layer with full buckets
     * @throws dev.holdfast.error.InvalidConfigurationException naming everything that is wrong
     */
    public static RateLimitLayer of(RateLimit... limits) {
        return builder().limit(limits).build();
    }

    /**
     * Starts a layer for {@linkplain ModelLayer#call work} that is not a model.
     *
     * @return a builder
     */
    public static Builder builder() {
        return builder(WORK);
    }

    /**
     * Starts a layer in front of a model.
     *
     * @param endpoint whose tokens are counted
     * @return a builder
     */
    public static Builder builder(Endpoint endpoint) {
        return new Builder(endpoint);
    }

    @Override
    protected boolean actsAtOnce() {
        return true;
    }

    @Override
    protected Permit admit(GuardedCall call) {
        Taken taken = take(call);
        if (taken == null) {
            return Permit.none();
        }
        if (taken.waitNanos() > 0) {
            try {
                call.await(runtime.newSignal(), Duration.ofNanos(taken.waitNanos()), "its turn under a rate limit");
            } catch (RuntimeException | Error e) { // given up, or a runtime that ends with calls that wait in it
                taken.giveBack();
                throw e;
            }
        }
        return taken;
    }

    @Override
    public String toString() {
        return "rate limits of " + endpoint;
    }

    /** Takes what a call needs from all its buckets, or refuses it. Null where nobody is limited. */
    private @Nullable Taken take(GuardedCall call) {
        ChatRequest request = call.request();
        boolean counted = limits.limitTokens() && request != ChatRequest.empty();
        long input = counted ? counter.input(endpoint, request).estimate() : 0;
        long wanted = counted ? input + expectedOutputTokens(request) : 0;
        RateLimits.Answer answer = limits.take(call.context(), input, wanted, call.nanoTime(limits.clock()));
        if (answer instanceof RateLimits.Refused refused) {
            throw refused(call.context(), refused.why());
        }
        return (Taken) answer;
    }

    private RejectedException refused(CallContext context, Refusal refusal) {
        if (events.isHeard()) {
            events.emit(new CoreEvent.Refused(context, runtime.now(), refusal));
        }
        return new RejectedException(
                refusal,
                ErrorDetails.builder().context(context).endpoint(endpoint).build());
    }

    private long expectedOutputTokens(ChatRequest request) {
        return Math.min(expectedOutputTokens, request.maxOutputTokens().orElse(expectedOutputTokens));
    }

    /** Builds a {@link RateLimitLayer}. Not safe for use by several threads. */
    public static final class Builder {
        private static final int EXPECTED_OUTPUT = 512;

        private final Endpoint endpoint;
        private final List<RateLimit> limits = new ArrayList<>();
        private @Nullable RateBuckets buckets;
        private @Nullable TokenCounter counter;
        private HoldfastRuntime runtime = HoldfastRuntime.system();
        private Events events = Events.none();
        private int expectedOutputTokens = EXPECTED_OUTPUT;

        private Builder(Endpoint endpoint) {
            this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
        }

        /**
         * Adds how much of what may be sent. All hold at once.
         *
         * @param limits one or several, no two of which differ in {@link RateLimit#maxWait} alone
         * @return this builder
         */
        public Builder limit(RateLimit... limits) {
            return limit(Arrays.asList(limits));
        }

        /**
         * Adds how much of what may be sent; see {@link #limit(RateLimit...)}.
         *
         * @param limits the limits
         * @return this builder
         */
        public Builder limit(Collection<RateLimit> limits) {
            for (RateLimit limit : limits) {
                this.limits.add(Objects.requireNonNull(limit, "limits"));
            }
            return this;
        }

        /**
         * Sets what the limits take from; give several layers the same buckets to share them.
         *
         * @param buckets full ones in memory, of this layer alone, unless set
         * @return this builder
         */
        public Builder buckets(RateBuckets buckets) {
            this.buckets = Objects.requireNonNull(buckets, "buckets");
            return this;
        }

        /**
         * Sets who counts tokens; without it {@link TokenCounter#standard()}.
         *
         * @param counter the counter, best shared by all layers
         * @return this builder
         */
        public Builder counter(TokenCounter counter) {
            this.counter = Objects.requireNonNull(counter, "counter");
            return this;
        }

        /**
         * Sets where time and waits come from.
         *
         * @param runtime the system's unless set
         * @return this builder
         */
        public Builder runtime(HoldfastRuntime runtime) {
            this.runtime = Objects.requireNonNull(runtime, "runtime");
            return this;
        }

        /**
         * Sets who is told of refusals.
         *
         * @param events nobody unless set
         * @return this builder
         */
        public Builder events(Events events) {
            this.events = Objects.requireNonNull(events, "events");
            return this;
        }

        /**
         * Sets how long an answer is taken to be before it is there; without it 512. A request that allows less takes what
         * it allows.
         *
         * @param tokens output tokens; 0 or more
         * @return this builder
         */
        public Builder expectedOutputTokens(int tokens) {
            this.expectedOutputTokens = tokens;
            return this;
        }

        /**
         * Builds the layer.
         *
         * @return a layer
         * @throws dev.holdfast.error.InvalidConfigurationException naming everything that is wrong
         */
        public RateLimitLayer build() {
            Problems problems = new Problems();
            problems.require(!limits.isEmpty(), "limits", "is empty; give one, or leave the layer out");
            Set<RateLimit> seen = new HashSet<>();
            for (int i = 0; i < limits.size(); i++) {
                String path = "limits[" + i + "]";
                limits.get(i).check(problems, path);
                problems.require(
                        seen.add(RateBuckets.sharedBy(limits.get(i))),
                        path,
                        "is the " + limits.get(i) + " again; give it once");
            }
            problems.require(
                    expectedOutputTokens >= 0,
                    "expectedOutputTokens",
                    "is " + expectedOutputTokens + "; give 0 or more");
            problems.throwIfAny("the rate limit layer of " + endpoint);
            return new RateLimitLayer(this);
        }
    }
}
