package dev.holdfast.resilience;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.Opening;
import dev.holdfast.chat.TryingModel;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.AttemptKind;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Problems;
import dev.holdfast.event.Events;
import dev.holdfast.runtime.HoldfastRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks others, in their order, when a target fails, and has a last answer of its own if it is given one.
 *
 * <pre>{@code
 * ChatModel steady = Fallback.builder()
 *         .to(backup)
 *         .answer("We will call you back.")
 *         .build()
 *         .around(primary);
 * }</pre>
 *
 * <p><b>When.</b> After failures that another target may not have: whose classification allows a retry or a fallback.
 * What an error means that nobody classified says {@link dev.holdfast.error.FailureTable#classify(Throwable)}: refusals
 * by a limit, a budget or an open breaker move on (every target is admitted by its own), failures of transport, answers
 * of the wrong form, and whatever a model of the application's own code throws, except an {@link Error}, which is thrown
 * on. A mistake in that code is not hidden by it: it is among the attempts of the answer, events tell of
 * it, and a breaker counts it. After a request that was too large, only targets that are known to have
 * more room than the one that said so are asked. Never after a request that is itself wrong, a missing permission, a
 * refusal of the content, a cancellation, or once the deadline of the call has passed; and never once a part of an
 * answer was handed up.
 *
 * <p><b>Limits of the caller.</b> A rate limit of the caller (a refusal with a scope) holds wherever the call goes, so no
 * other target is asked; a budget may still afford a cheaper one. When nothing but the caller's own limits is in the way,
 * that is told, and not covered up by a fixed answer.
 *
 * <p><b>What is told.</b> The response says who gave it, and all attempts; the fixed answer is one of the endpoint
 * {@link #FIXED_ANSWER}.
 *
 * <p><b>Any work.</b> No answer of a model can be a result of work: {@link #call} throws what the work threw all the same.
 *
 * <p><b>Errors.</b> If all fail, one error is thrown: the last one that is not a refusal, since a refusal on the way says
 * nothing of what is broken, or else the last one. It carries all attempts, what they used together, and the shortest
 * of the waits that they asked for; the others are suppressed in it.
 *
 * <p><b>Threading.</b> Safe for use by many threads.
 */
public final class Fallback implements ModelLayer {
    private static final Logger log = LoggerFactory.getLogger(Fallback.class);
    /** Who gives the fixed answer. */
    public static final Endpoint FIXED_ANSWER = Endpoint.of("holdfast", "fixed-answer");

    private final List<Target> targets;
    private final @Nullable ChatResponse answer;
    private final Predicate<? super HoldfastException> fallBackOn;
    private final HoldfastRuntime runtime;
    private final Events events;

    private record Target(String name, ChatModel model) {
        /** Whether it is known to have more room than the one that had not enough. */
        boolean hasMoreRoomThan(Optional<Endpoint> tooSmall) {
            return model instanceof EndpointModel named
                    && tooSmall.isPresent()
                    && tooSmall.get().contextWindow().isPresent()
                    && named.endpoint().contextWindow().orElse(0)
                            > tooSmall.get().contextWindow().getAsInt();
        }
    }

    private Fallback(Builder builder) {
        this.targets = List.copyOf(builder.targets);
        this.answer = builder.answer == null
                ? null
                : ChatResponse.builder(FIXED_ANSWER, Message.assistant(builder.answer))
                        .usage(Usage.none())
                        .cost(Money.ZERO)
                        .finishReason(FinishReason.STOP)
                        .build();
        this.fallBackOn = builder.fallBackOn;
        this.runtime = builder.runtime;
        this.events = builder.events;
    }

    /**
     * A fallback to other models.
     *
     * @param models who is asked next, in this order
     * @return an immutable layer
     * @throws InvalidConfigurationException when there is none
     */
    public static Fallback of(ChatModel... models) {
        return builder().to(models).build();
    }

    /**
     * Starts a fallback.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Tells whether asking another target may help by default; for predicates that widen the default.
     *
     * @param error the failure
     * @return true when it may
     */
    public static boolean mayHelp(HoldfastException error) {
        return Failures.mayFallBack(error);
    }

    @Override
    public ChatModel around(ChatModel next) {
        Target primary = new Target(nameOf(next, "primary"), next);
        return EndpointModel.keepName(next, new Steady(primary));
    }

    private static String nameOf(ChatModel model, String otherwise) {
        return model instanceof EndpointModel named ? named.endpoint().id() : otherwise;
    }

    private boolean movesOn(HoldfastException error, CallContext context) {
        return !Failures.isFinal(error) && !context.deadline().hasPassed(runtime) && isWanted(error);
    }

    /** By the predicate; where that throws, as by default: the failure itself is what the caller has to hear of. */
    private boolean isWanted(HoldfastException error) {
        try {
            return fallBackOn.test(error);
        } catch (RuntimeException e) {
            log.error("the predicate of the fallback threw; it is decided as by default", e);
            return mayHelp(error);
        }
    }

    /** A model with others behind it. */
    private final class Steady extends TryingModel {
        private final Target primary;

        Steady(Target primary) {
            this.primary = primary;
        }

        @Override
        protected ChatReply begin(ChatCall call, Opening opening) {
            long started = opening.nanoTime(runtime);
            try {
                return opening.begin(primary.model(), call);
            } catch (HoldfastException first) {
                if (!movesOn(first, call.context())) {
                    throw first;
                }
                Tries tries = new Tries();
                tries.failed(new Tries.Try(call.context(), primary.name(), started), runtime.nanoTime(), first);
                return elsewhere(tries, call, opening);
            }
        }

        private ChatReply elsewhere(Tries tries, ChatCall call, Opening opening) {
            String from =
                    tries.lastError().details().endpoint().map(Endpoint::id).orElse(primary.name());
            HoldfastException tooLarge = null;
            for (Target target : targets) {
                HoldfastException last = tries.lastError();
                if (opening.isGivenUp()) {
                    throw Tries.givenUp(tries.told(last), null);
                }
                // Once too large, always too large: whatever the targets in between failed with.
                tooLarge = Failures.needsRoom(last) ? last : tooLarge;
                if (tooLarge != null
                        && !target.hasMoreRoomThan(tooLarge.details().endpoint())) {
                    continue;
                }
                Tries.Try attempt = tryAt(from, target.name(), tries, call.context());
                try {
                    ChatReply begun = opening.begin(target.model(), call.with(attempt.context()));
                    return succeeded(tries, attempt, begun, opening);
                } catch (HoldfastException error) {
                    tries.failed(attempt, runtime.nanoTime(), error);
                    if (!movesOn(error, call.context())) {
                        throw tries.told(error);
                    }
                }
                from = target.name();
            }
            HoldfastException last = tries.lastError();
            // A fixed answer stands in for targets that fail. Who has used up what he may have is told so instead.
            if (answer == null
                    || Failures.needsRoom(last)
                    || tries.errors().stream().allMatch(Failures::isLimitOfTheCaller)) {
                throw tries.allFailed();
            }
            Tries.Try attempt = tryAt(from, FIXED_ANSWER.id(), tries, call.context());
            return succeeded(tries, attempt, ChatReply.completed(answer), opening);
        }

        private Tries.Try tryAt(String from, String to, Tries tries, CallContext asked) {
            if (events.isHeard()) {
                events.emit(new ResilienceEvent.FellBack(asked, runtime.now(), from, to, tries.lastError()));
            }
            CallContext context = asked.toBuilder()
                    .attempt(tries.nextNumber(), AttemptKind.FALLBACK)
                    .build();
            return new Tries.Try(context, to, runtime.nanoTime());
        }

        private ChatReply succeeded(Tries tries, Tries.Try attempt, ChatReply reply, Opening opening) {
            opening.onOutcome(outcome -> tries.told(outcome, attempt, runtime.nanoTime()));
            return reply;
        }
    }

    /** Builds a {@link Fallback}. Not safe for use by several threads. */
    public static final class Builder {
        private final List<Target> targets = new ArrayList<>();
        private @Nullable String answer;
        private Predicate<? super HoldfastException> fallBackOn = Fallback::mayHelp;
        private HoldfastRuntime runtime = HoldfastRuntime.system();
        private Events events = Events.none();

        private Builder() {}

        /**
         * Adds targets.
         *
         * @param models who is asked next, in this order; an {@link EndpointModel} brings its name
         * @return this builder
         */
        public Builder to(ChatModel... models) {
            for (ChatModel model : models) {
                to(nameOf(model, "fallback " + (targets.size() + 1)), model);
            }
            return this;
        }

        /**
         * Adds a target under a name.
         *
         * @param name what attempts and events call it
         * @param model who is asked next
         * @return this builder
         */
        public Builder to(String name, ChatModel model) {
            targets.add(new Target(Objects.requireNonNull(name, "name"), Objects.requireNonNull(model, "model")));
            return this;
        }

        /**
         * Sets what is said when all targets have failed.
         *
         * @param text the words of the answer
         * @return this builder
         */
        public Builder answer(String text) {
            this.answer = Objects.requireNonNull(text, "text");
            return this;
        }

        /**
         * Decides after which failures another target is asked, instead of the default. It is not asked about what never
         * moves on: cancellations, missing permissions, refused contents. To widen the default, ask
         * {@link Fallback#mayHelp} as well.
         *
         * @param predicate true for failures that another target may not have
         * @return this builder
         */
        public Builder fallBackOn(Predicate<? super HoldfastException> predicate) {
            this.fallBackOn = Objects.requireNonNull(predicate, "predicate");
            return this;
        }

        /**
         * Sets where time comes from.
         *
         * @param runtime the system's by default
         * @return this builder
         */
        public Builder runtime(HoldfastRuntime runtime) {
            this.runtime = Objects.requireNonNull(runtime, "runtime");
            return this;
        }

        /**
         * Sets who is told of fallbacks.
         *
         * @param events nobody by default
         * @return this builder
         */
        public Builder events(Events events) {
            this.events = Objects.requireNonNull(events, "events");
            return this;
        }

        /**
         * Builds the layer.
         *
         * @return an immutable layer
         * @throws InvalidConfigurationException naming everything that is wrong
         */
        public Fallback build() {
            new Problems()
                    .require(
                            !targets.isEmpty() || answer != null,
                            "to",
                            "there is nothing to fall back to; give a model or a fixed answer")
                    .require(answer == null || !answer.isBlank(), "answer", "is blank; give the words of the answer")
                    .throwIfAny("fallback");
            return new Fallback(this);
        }
    }
}
