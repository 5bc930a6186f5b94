package dev.holdfast.control;

import dev.holdfast.chat.Part;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.Refusal;
import dev.holdfast.event.CoreEvent;
import dev.holdfast.event.Events;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.tool.Tool;
import dev.holdfast.tool.ToolLayer;
import dev.holdfast.tool.ToolUse;
import java.util.Objects;

/**
 * Lets through the tool calls that a {@link ToolPolicy} allows, and answers the others in words that the model can act
 * on.
 *
 * <pre>{@code
 * ToolGate gate = ToolGate.of(ToolPolicy.of(Rule.permit("lookup_order")));
 * Tool guarded = gate.around(refund);
 * gate.swap(gate.policy().toBuilder().permit("refund").build());
 * }</pre>
 *
 * <p>The policy is asked at every call, and {@link #swap} replaces it in one step for all tools behind this gate: a
 * permission that was taken away is gone for the next call, in runs that have begun as well. A call that was let through
 * runs to its end.
 *
 * <p><b>Threading.</b> Safe for use by many threads.
 */
public final class ToolGate implements ToolLayer {
    private final Events events;
    private final HoldfastRuntime runtime;
    private volatile ToolPolicy policy;

    private ToolGate(Builder builder) {
        this.policy = builder.policy;
        this.events = builder.events;
        this.runtime = builder.runtime;
    }

    /**
     * A gate that tells nobody of refusals.
     *
     * @param policy what is allowed at first
     * @return a new gate
     */
    public static ToolGate of(ToolPolicy policy) {
        return builder(policy).build();
    }

    /**
     * Starts a gate.
     *
     * @param policy what is allowed at first
     * @return a builder
     */
    public static Builder builder(ToolPolicy policy) {
        return new Builder(policy);
    }

    /**
     * What is allowed.
     *
     * @return the policy now
     */
    public ToolPolicy policy() {
        return policy;
    }

    /**
     * Changes what is allowed, from the next call on.
     *
     * @param policy what is allowed then
     */
    public void swap(ToolPolicy policy) {
        this.policy = Objects.requireNonNull(policy, "policy");
    }

    @Override
    public Tool around(Tool next) {
        return new GatedTool(next);
    }

    private final class GatedTool implements Tool {
        private final Tool next;
        private final String name;

        GatedTool(Tool next) {
            this.next = next;
            this.name = next.spec().name();
        }

        @Override
        public ToolSpec spec() {
            return next.spec();
        }

        @Override
        public Part.ToolResult call(ToolUse use) throws Exception {
            ToolPolicy now = policy;
            return now.allows(name, use.context()) ? next.call(use) : refuse(now, use);
        }

        private Part.ToolResult refuse(ToolPolicy now, ToolUse use) {
            CallContext context = use.context();
            ToolPolicy.Rule denial = now.denial(name, context);
            String rule = denial == null ? "no rule permits " + name : denial.toString();
            String reason = denial == null || denial.reason().isEmpty() ? "" : " (" + denial.reason() + ")";
            if (events.isHeard()) {
                Refusal refusal =
                        Refusal.of(Refusal.Kind.PERMISSION, rule, "The tool '" + name + "' may not be called" + reason);
                events.emit(new CoreEvent.Refused(context, runtime.now(), refusal));
            }
            return use.failure("Not permitted: the tool '" + name + "' may not be called here" + reason
                    + ". Nothing was done. Calling it again, with other arguments as well, will be refused: go on"
                    + " without it, or tell the user that you cannot do this.");
        }
    }

    /** Builds a {@link ToolGate}. Not safe for use by several threads. */
    public static final class Builder {
        private final ToolPolicy policy;
        private HoldfastRuntime runtime = HoldfastRuntime.system();
        private Events events = Events.none();

        private Builder(ToolPolicy policy) {
            this.policy = Objects.requireNonNull(policy, "policy");
        }

        /**
         * Sets where the time of its events comes from.
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
         * Builds the gate.
         *
         * @return a new gate
         */
        public ToolGate build() {
            return new ToolGate(this);
        }
    }
}
