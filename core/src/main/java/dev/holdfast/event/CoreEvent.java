package dev.holdfast.event;

import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Part;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.Refusal;
import java.time.Duration;
import java.time.Instant;

/** The events that every run has. Each start is followed by exactly one end of the same context. */
public sealed interface CoreEvent extends Event {

    /**
     * An agent begins to answer.
     *
     * @param context whose run
     * @param at when
     */
    record RunStarted(CallContext context, Instant at) implements CoreEvent {}

    /**
     * An agent has answered, or not. What the run used and cost, all calls together, is in its outcome, also where it
     * failed: {@link Outcome#usage}, {@link Outcome#cost}.
     *
     * @param context whose run; with the run's id and no call's, which {@link Outcome#error} has
     * @param at when
     * @param took how long
     * @param outcome how it ended
     */
    record RunEnded(CallContext context, Instant at, Duration took, Outcome outcome) implements CoreEvent {}

    /**
     * A model is asked; which one is not decided yet.
     *
     * @param context whose call
     * @param at when
     */
    record CallStarted(CallContext context, Instant at) implements CoreEvent {}

    /**
     * The call has ended.
     *
     * @param context whose call
     * @param at when
     * @param took how long
     * @param outcome how it ended
     */
    record CallEnded(CallContext context, Instant at, Duration took, Outcome outcome) implements CoreEvent {}

    /**
     * An endpoint is tried.
     *
     * @param context whose call, and which attempt of it
     * @param at when
     * @param endpoint who is tried
     */
    record AttemptStarted(CallContext context, Instant at, Endpoint endpoint) implements CoreEvent {}

    /**
     * The attempt has ended.
     *
     * @param context whose call, and which attempt of it
     * @param at when
     * @param endpoint who was tried
     * @param took how long
     * @param outcome how it ended
     */
    record AttemptEnded(CallContext context, Instant at, Endpoint endpoint, Duration took, Outcome outcome)
            implements CoreEvent {}

    /**
     * A tool is called; also one that there is not, or that is not run any more, whose end then follows at once.
     *
     * @param context whose run
     * @param at when
     * @param call what the model asked for
     */
    record ToolStarted(CallContext context, Instant at, Part.ToolCall call) implements CoreEvent {}

    /**
     * The tool has answered; a refusal and a failure are answers, too.
     *
     * @param context whose run
     * @param at when
     * @param call what the model asked for
     * @param took how long
     * @param result what it is told
     */
    record ToolEnded(CallContext context, Instant at, Part.ToolCall call, Duration took, Part.ToolResult result)
            implements CoreEvent {}

    /**
     * A rule refused something: a call, or a tool.
     *
     * @param context whose call
     * @param at when
     * @param refusal why
     */
    record Refused(CallContext context, Instant at, Refusal refusal) implements CoreEvent {}
}
