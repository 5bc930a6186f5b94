package dev.holdfast.context;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Who calls, for whom, until when, and which try this is. Immutable. It is handed on by reference: layers, tools,
 * events and other threads get it as an argument, never from a thread-local.
 */
public final class CallContext {
    /** The agent's name where no agent is involved. */
    public static final String NO_AGENT = "";

    private final String callId;
    private final String runId;
    private final Caller caller;
    private final String agent;
    private final Priority priority;
    private final Deadline deadline;
    private final int attempt;
    private final AttemptKind attemptKind;
    private final String configVersion;
    private final Map<String, String> attributes;

    private CallContext(Caller caller) {
        this.callId = "";
        this.runId = "";
        this.caller = Objects.requireNonNull(caller, "caller");
        this.agent = NO_AGENT;
        this.priority = Priority.INTERACTIVE;
        this.deadline = Deadline.none();
        this.attempt = 1;
        this.attemptKind = AttemptKind.FIRST;
        this.configVersion = "";
        this.attributes = Map.of();
    }

    private CallContext(
            CallContext from, String callId, String runId, String agent, String configVersion, Deadline deadline) {
        this.callId = Objects.requireNonNull(callId, "callId");
        this.runId = Objects.requireNonNull(runId, "runId");
        this.caller = from.caller;
        this.agent = Objects.requireNonNull(agent, "agent");
        this.priority = from.priority;
        this.deadline = Objects.requireNonNull(deadline, "deadline");
        this.attempt = from.attempt;
        this.attemptKind = from.attemptKind;
        this.configVersion = Objects.requireNonNull(configVersion, "configVersion");
        this.attributes = from.attributes;
    }

    private CallContext(Builder builder) {
        this.callId = Objects.requireNonNull(builder.callId, "callId");
        this.runId = Objects.requireNonNull(builder.runId, "runId");
        this.caller = Objects.requireNonNull(builder.caller, "caller");
        this.agent = Objects.requireNonNull(builder.agent, "agent");
        this.priority = Objects.requireNonNull(builder.priority, "priority");
        this.deadline = Objects.requireNonNull(builder.deadline, "deadline");
        this.attempt = builder.attempt;
        this.attemptKind = Objects.requireNonNull(builder.attemptKind, "attemptKind");
        this.configVersion = Objects.requireNonNull(builder.configVersion, "configVersion");
        this.attributes = builder.attributes;
    }

    /**
     * The context of a call that a caller makes without more to say.
     *
     * @param caller on whose behalf
     * @return a context without deadline, agent or ids
     */
    public static CallContext of(Caller caller) {
        return new CallContext(caller);
    }

    /**
     * Starts a context.
     *
     * @param caller on whose behalf
     * @return a builder
     */
    public static Builder builder(Caller caller) {
        return new Builder(new CallContext(caller));
    }

    /**
     * Starts a changed copy.
     *
     * @return a builder that holds what this context holds
     */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /**
     * The same call under another id.
     *
     * @param id the id
     * @return a copy
     */
    public CallContext withCallId(String id) {
        return new CallContext(this, id, runId, agent, configVersion, deadline);
    }

    /**
     * The same call as part of a run. For agents, which begin one with every question.
     *
     * @param runId the run's id
     * @param agent the agent's name
     * @param configVersion the version of its configuration, empty where there is none
     * @return a copy
     */
    public CallContext withRun(String runId, String agent, String configVersion) {
        return new CallContext(this, callId, runId, agent, configVersion, deadline);
    }

    /**
     * The same call with another deadline.
     *
     * @param deadline the deadline
     * @return a copy
     */
    public CallContext withDeadline(Deadline deadline) {
        return new CallContext(this, callId, runId, agent, configVersion, deadline);
    }

    /**
     * The id of this model call; all attempts of the call share it.
     *
     * @return the id, empty until an agent or an observing layer gave one
     */
    public String callId() {
        return callId;
    }

    /**
     * The id of the agent run that the call is part of.
     *
     * @return the id, empty outside a run
     */
    public String runId() {
        return runId;
    }

    /**
     * On whose behalf.
     *
     * @return the caller
     */
    public Caller caller() {
        return caller;
    }

    /**
     * Which agent calls.
     *
     * @return its name, {@link #NO_AGENT} where there is none
     */
    public String agent() {
        return agent;
    }

    /**
     * How urgent it is.
     *
     * @return the priority
     */
    public Priority priority() {
        return priority;
    }

    /**
     * Until when the answer is of use.
     *
     * @return the deadline
     */
    public Deadline deadline() {
        return deadline;
    }

    /**
     * Which try this is within the call.
     *
     * @return 1 for the first
     */
    public int attempt() {
        return attempt;
    }

    /**
     * Why this try is made.
     *
     * @return the kind
     */
    public AttemptKind attemptKind() {
        return attemptKind;
    }

    /**
     * The version of the configuration that the call started with.
     *
     * @return the version, empty where there is none
     */
    public String configVersion() {
        return configVersion;
    }

    /**
     * What the application adds, for events and rules.
     *
     * @return names and values; immutable
     */
    public Map<String, String> attributes() {
        return attributes;
    }

    /**
     * Who holds the limit, budget or memory of a scope in this call.
     *
     * @param scope the scope
     * @return the key, or empty where the call has no such holder (no team, no session, no agent)
     */
    public Optional<ScopeKey> key(Scope scope) {
        return Optional.ofNullable(caller.key(scope, agent));
    }

    @Override
    public String toString() {
        return (callId.isEmpty() ? "" : "call " + callId + " in ")
                + (runId.isEmpty() ? "a run" : "run " + runId)
                + " of "
                + caller
                + (agent.isEmpty() ? "" : " by " + agent)
                + ", attempt "
                + attempt;
    }

    /** Builds a {@link CallContext}. Not safe for use by several threads. */
    public static final class Builder {
        private String callId;
        private String runId;
        private Caller caller;
        private String agent;
        private Priority priority;
        private Deadline deadline;
        private int attempt;
        private AttemptKind attemptKind;
        private String configVersion;
        private Map<String, String> attributes;

        private Builder(CallContext from) {
            this.callId = from.callId;
            this.runId = from.runId;
            this.caller = from.caller;
            this.agent = from.agent;
            this.priority = from.priority;
            this.deadline = from.deadline;
            this.attempt = from.attempt;
            this.attemptKind = from.attemptKind;
            this.configVersion = from.configVersion;
            this.attributes = from.attributes;
        }

        /**
         * Sets the call's id.
         *
         * @param id the id
         * @return this builder
         */
        public Builder callId(String id) {
            this.callId = id;
            return this;
        }

        /**
         * Sets the run's id.
         *
         * @param id the id
         * @return this builder
         */
        public Builder runId(String id) {
            this.runId = id;
            return this;
        }

        /**
         * Sets on whose behalf.
         *
         * @param caller the caller
         * @return this builder
         */
        public Builder caller(Caller caller) {
            this.caller = caller;
            return this;
        }

        /**
         * Sets which agent calls.
         *
         * @param name the agent's name
         * @return this builder
         */
        public Builder agent(String name) {
            this.agent = name;
            return this;
        }

        /**
         * Sets how urgent it is.
         *
         * @param priority the priority
         * @return this builder
         */
        public Builder priority(Priority priority) {
            this.priority = priority;
            return this;
        }

        /**
         * Sets until when the answer is of use.
         *
         * @param deadline the deadline
         * @return this builder
         */
        public Builder deadline(Deadline deadline) {
            this.deadline = deadline;
            return this;
        }

        /**
         * Sets which try this is and why it is made.
         *
         * @param number 1 for the first
         * @param kind why
         * @return this builder
         */
        public Builder attempt(int number, AttemptKind kind) {
            this.attempt = number;
            this.attemptKind = kind;
            return this;
        }

        /**
         * Sets the version of the configuration.
         *
         * @param version the version
         * @return this builder
         */
        public Builder configVersion(String version) {
            this.configVersion = version;
            return this;
        }

        /**
         * Sets what the application adds.
         *
         * @param attributes names and values; copied in their order
         * @return this builder
         */
        public Builder attributes(Map<String, String> attributes) {
            Map<String, String> copy = new LinkedHashMap<>(); // Map.copyOf has another order in every process
            attributes.forEach((name, value) ->
                    copy.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value")));
            this.attributes = Collections.unmodifiableMap(copy);
            return this;
        }

        /**
         * Builds the context.
         *
         * @return an immutable context
         */
        public CallContext build() {
            return new CallContext(this);
        }
    }
}
