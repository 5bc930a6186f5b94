package dev.holdfast.testkit;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.chat.LayerReply;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.Classification;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.Remedy;
import dev.holdfast.error.StreamInterruptedException;
import dev.holdfast.error.TransportException;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Injects failures in front of any model, or, through {@code ToolLayer.of}, any tool: by chance, in a span of time, or
 * at a certain call.
 *
 * <pre>{@code
 * ModelLayer weather = Faults.on(time)
 *         .withChance(0.05).fail(Fault::serverError)
 *         .during(tenOClock, Duration.ofMinutes(20)).fail(Fault::outage)
 *         .onCall(7).cutAfter(3)
 *         .always().latency(Duration.ofMillis(300))
 *         .build();
 * }</pre>
 *
 * <p>The rules are asked in their order for every call; every rule that applies takes effect, and the first failure
 * wins. Chance comes from the runtime's randomness, so the same seed gives the same faults.
 */
public final class Faults {
    private final HoldfastRuntime runtime;
    private final List<Rule> rules = new ArrayList<>();
    private Condition pending = (number, now, random) -> true;

    private interface Condition {
        boolean applies(long callNumber, Instant now, double random);
    }

    private record Rule(Condition condition, Effect effect) {}

    /**
     * @param latency before the first chunk
     * @param between before every further chunk
     * @param chunks how many chunks pass before the end, or a negative number for all
     * @param end what happens then: a failure, or null for silence
     */
    private record Effect(
            Duration latency,
            Duration between,
            int chunks,
            @Nullable Supplier<HoldfastException> end,
            boolean ends) {
        static Effect slow(Duration latency, Duration between) {
            return new Effect(latency, between, -1, null, false);
        }
    }

    private Faults(HoldfastRuntime runtime) {
        this.runtime = runtime;
    }

    /**
     * Starts a list of faults.
     *
     * @param runtime whose time and randomness they use
     * @return an empty list
     */
    public static Faults on(HoldfastRuntime runtime) {
        return new Faults(runtime);
    }

    /**
     * The next effect applies to every call.
     *
     * @return this list
     */
    public Faults always() {
        pending = (number, now, random) -> true;
        return this;
    }

    /**
     * The next effect applies by chance.
     *
     * @param share of the calls, 0 to 1
     * @return this list
     */
    public Faults withChance(double share) {
        require(share >= 0 && share <= 1, "chance is " + share + "; give a share of the calls, 0 to 1");
        pending = (number, now, random) -> random < share;
        return this;
    }

    /**
     * The next effect applies for a span of time.
     *
     * @param from its beginning
     * @param length its length
     * @return this list
     */
    public Faults during(Instant from, Duration length) {
        // by the length and not by an end, which no instant may hold
        pending = (number, now, random) ->
                !now.isBefore(from) && Duration.between(from, now).compareTo(length) < 0;
        return this;
    }

    /**
     * The next effect applies to one call.
     *
     * @param which the number of the call, from 1
     * @return this list
     */
    public Faults onCall(long which) {
        require(which >= 1, "call is " + which + "; give the number of a call, from 1");
        pending = (number, now, random) -> number == which;
        return this;
    }

    /**
     * Fails instead of sending.
     *
     * @param error makes the error, for example {@code Fault::outage}
     * @return this list
     */
    public Faults fail(Supplier<HoldfastException> error) {
        return add(new Effect(Duration.ZERO, Duration.ZERO, 0, error, true));
    }

    /**
     * Lets some chunks pass, then breaks the connection. Of an answer that does not stream nothing passes: it comes whole
     * or not at all.
     *
     * @param chunks how many pass; 0 breaks it before anything came
     * @return this list
     */
    public Faults cutAfter(int chunks) {
        return add(ending(chunks, Faults::broken));
    }

    /**
     * Lets some chunks pass, then is silent until it is closed or the deadline passes.
     *
     * @param chunks how many pass
     * @return this list
     */
    public Faults stallAfter(int chunks) {
        return add(ending(chunks, null));
    }

    /**
     * Lets some chunks pass, then sends something that nobody can read.
     *
     * @param chunks how many pass
     * @return this list
     */
    public Faults garbageAfter(int chunks) {
        return add(ending(chunks, Faults::garbled));
    }

    /**
     * Takes longer to begin.
     *
     * @param latency how much longer
     * @return this list
     */
    public Faults latency(Duration latency) {
        return add(Effect.slow(notNegative(latency, "latency"), Duration.ZERO));
    }

    /**
     * Trickles: waits before every chunk.
     *
     * @param between how long
     * @return this list
     */
    public Faults trickle(Duration between) {
        return add(Effect.slow(Duration.ZERO, notNegative(between, "trickle")));
    }

    private static Effect ending(int chunks, @Nullable Supplier<HoldfastException> end) {
        require(chunks >= 0, "chunks are " + chunks + "; give 0 or more");
        return new Effect(Duration.ZERO, Duration.ZERO, chunks, end, true);
    }

    private static Duration notNegative(Duration wait, String what) {
        require(!wait.isNegative(), what + " is negative; give zero or more");
        return wait;
    }

    /** A fault that never comes, or always, makes a test that shows nothing. */
    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException("faults: " + message);
        }
    }

    private Faults add(Effect effect) {
        rules.add(new Rule(pending, effect));
        pending = (number, now, random) -> true;
        return this;
    }

    /**
     * Builds the layer.
     *
     * @return a layer that counts the calls which pass it from 1
     */
    public ModelLayer build() {
        List<Rule> all = List.copyOf(rules);
        AtomicLong calls = new AtomicLong();
        return next -> call -> new FaultyReply(next, call, runtime, all, calls);
    }

    private static HoldfastException broken() {
        return new TransportException("the connection was reset", unknown(), null);
    }

    private static HoldfastException garbled() {
        return new TransportException("the provider sent something that is not an answer", unknown(), null);
    }

    private static ErrorDetails unknown() {
        return ErrorDetails.builder()
                .usage(Usage.unknown(), Billing.MAYBE_BILLED)
                .classification(Classification.of("injected fault", Remedy.RETRY, Remedy.FALLBACK))
                .build();
    }

    private static final class FaultyReply extends LayerReply {
        private final ChatModel next;
        private final ChatCall call;
        private final HoldfastRuntime runtime;
        private final List<Rule> rules;
        private final AtomicLong calls;
        private final Signal closed;

        FaultyReply(ChatModel next, ChatCall call, HoldfastRuntime runtime, List<Rule> rules, AtomicLong calls) {
            this.next = next;
            this.call = call;
            this.runtime = runtime;
            this.rules = rules;
            this.calls = calls;
            this.closed = runtime.newSignal();
        }

        @Override
        protected ChatReply open() {
            long number = calls.incrementAndGet();
            Duration latency = Duration.ZERO;
            Duration between = Duration.ZERO;
            Effect end = null;
            for (Rule rule : rules) {
                if (rule.condition()
                        .applies(number, runtime.now(), runtime.random().nextDouble())) {
                    latency = latency.plus(rule.effect().latency());
                    between = between.plus(rule.effect().between());
                    end = end == null && rule.effect().ends() ? rule.effect() : end;
                }
            }
            pause(latency);
            if (end != null && (end.chunks() == 0 || !call.request().streaming())) {
                fail(end);
            }
            ChatReply reply = next.send(call);
            return end == null && between.isZero() ? reply : new Disturbed(reply, between, end, this);
        }

        void pause(Duration wait) {
            if (wait.isZero()) {
                return;
            }
            Duration bounded = call.context().deadline().cap(wait, runtime);
            boolean woken;
            try {
                woken = closed.await(bounded);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancelledException("interrupted", ErrorDetails.nothingSent(call.context()), e);
            }
            if (woken) {
                throw new CancelledException("closed", ErrorDetails.nothingSent(call.context()), null);
            }
            if (bounded.compareTo(wait) < 0) {
                throw new DeadlineException("no answer by the deadline", unknown(), null);
            }
        }

        void fail(Effect end) {
            if (end.end() == null) {
                pause(Duration.ofDays(1));
            }
            HoldfastException failure =
                    Objects.requireNonNullElse(end.end(), Faults::broken).get();
            throw next instanceof EndpointModel named ? Fault.at(named.endpoint(), call.context(), failure) : failure;
        }

        @Override
        protected void onCloseWhileOpening() {
            closed.fire();
        }
    }

    /** The reply below, with what happens to it on the way. Ends what is below before it fails itself. */
    private static final class Disturbed implements ChatReply {
        private final ChatReply below;
        private final Duration between;
        private final @Nullable Effect end;
        private final FaultyReply owner;
        private int passed;
        private String said = "";

        Disturbed(ChatReply below, Duration between, @Nullable Effect end, FaultyReply owner) {
            this.below = below;
            this.between = between;
            this.end = end;
            this.owner = owner;
        }

        @Override
        public @Nullable Chunk next() {
            if (passed > 0) {
                owner.pause(between);
            }
            if (end != null && passed >= end.chunks()) {
                below.close();
                try {
                    owner.fail(end);
                } catch (TransportException broken) {
                    throw said.isEmpty() ? broken : cut(broken);
                }
            }
            Chunk chunk = below.next();
            if (chunk != null) {
                passed++;
                said += chunk.text();
            }
            return chunk;
        }

        private HoldfastException cut(TransportException broken) {
            return new StreamInterruptedException(
                    "the stream was cut: " + broken.getMessage(),
                    broken.details().toBuilder()
                            .partial(Message.assistant(said))
                            .build(),
                    broken);
        }

        @Override
        public Outcome outcome() {
            return below.outcome();
        }

        @Override
        public void close() {
            owner.closed.fire();
            below.close();
        }
    }
}
