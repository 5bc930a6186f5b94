package dev.holdfast.control;

import dev.holdfast.chat.Part;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Problems;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which tools may be called, by whom. Immutable.
 *
 * <pre>{@code
 * ToolPolicy policy = ToolPolicy.builder()
 *         .permit("lookup_order")
 *         .rule(Rule.permit("refund").agent("support-desk").tenant("acme"))
 *         .rule(Rule.deny("refund").tenant("acme").user("trainee").because("trainees do not refund"))
 *         .build();
 * }</pre>
 *
 * <p>A tool runs only when a rule permits it and none denies it: a rule that denies wins over any that permit, and what
 * no rule speaks of does not run.
 *
 * <p><b>Threading.</b> Safe for use by many threads. A decision that allows allocates nothing.
 */
public final class ToolPolicy {
    private static final ToolPolicy NOTHING = builder().build();

    private final List<Rule> rules;
    private final Rule[] denying;
    private final Rule[] permitting;

    private ToolPolicy(List<Rule> rules) {
        this.rules = List.copyOf(rules);
        this.denying = this.rules.stream().filter(rule -> !rule.permits()).toArray(Rule[]::new);
        this.permitting = this.rules.stream().filter(Rule::permits).toArray(Rule[]::new);
    }

    /** One line of a policy. Immutable; the methods that narrow it return a copy. */
    public static final class Rule {
        private final boolean permits;
        private final Set<String> tools;
        private final @Nullable String agent;
        private final @Nullable String tenant;
        private final @Nullable String user;
        private final String reason;
        private final String text;

        private Rule(
                boolean permits,
                Set<String> tools,
                @Nullable String agent,
                @Nullable String tenant,
                @Nullable String user,
                String reason) {
            this.permits = permits;
            this.tools = tools;
            this.agent = agent;
            this.tenant = tenant;
            this.user = user;
            this.reason = Objects.requireNonNull(reason, "reason");
            this.text = (permits ? "permit " : "deny ")
                    + String.join(", ", tools)
                    + (agent == null ? "" : " to agent " + agent)
                    + (tenant == null ? "" : " of tenant " + tenant)
                    + (user == null ? "" : " for user " + user);
        }

        /**
         * Permits tools to everybody, until it is narrowed.
         *
         * @param tools their names
         * @return the rule
         */
        public static Rule permit(String... tools) {
            return new Rule(true, named(tools), null, null, null, "");
        }

        /**
         * Denies tools to everybody, until it is narrowed.
         *
         * @param tools their names
         * @return the rule
         */
        public static Rule deny(String... tools) {
            return new Rule(false, named(tools), null, null, null, "");
        }

        private static Set<String> named(String... tools) {
            // In the order in which they were written, for whoever reads the rule in a refusal.
            return Collections.unmodifiableSet(new LinkedHashSet<>(Arrays.asList(tools)));
        }

        /**
         * The same rule for one agent.
         *
         * @param name the agent's name
         * @return a copy
         */
        public Rule agent(String name) {
            return new Rule(permits, tools, Objects.requireNonNull(name, "name"), tenant, user, reason);
        }

        /**
         * The same rule for one tenant.
         *
         * @param id the tenant's id
         * @return a copy
         */
        public Rule tenant(String id) {
            return new Rule(permits, tools, agent, Objects.requireNonNull(id, "id"), user, reason);
        }

        /**
         * The same rule for one user; together with {@link #tenant}, since users of two tenants may share a name.
         *
         * @param id the user's id within the tenant
         * @return a copy
         */
        public Rule user(String id) {
            return new Rule(permits, tools, agent, tenant, Objects.requireNonNull(id, "id"), reason);
        }

        /**
         * Says why: told to the model and to whoever reads the refusal.
         *
         * @param reason a few words
         * @return a copy
         */
        public Rule because(String reason) {
            return new Rule(permits, tools, agent, tenant, user, reason);
        }

        /**
         * Which tools it speaks of.
         *
         * @return their names, in the order in which they were written
         */
        public Set<String> tools() {
            return tools;
        }

        /**
         * Whose use of the tools it speaks of.
         *
         * @return the agent; empty where it speaks of every agent's
         */
        public Optional<String> agent() {
            return Optional.ofNullable(agent);
        }

        /**
         * Tells what it does.
         *
         * @return true when it permits, false when it denies
         */
        public boolean permits() {
            return permits;
        }

        /**
         * Tells why.
         *
         * @return the reason, empty where none was given
         */
        public String reason() {
            return reason;
        }

        boolean speaksOf(String tool, CallContext context) {
            return tools.contains(tool)
                    && (agent == null || agent.equals(context.agent()))
                    && (tenant == null || tenant.equals(context.caller().tenant()))
                    && (user == null || user.equals(context.caller().user()));
        }

        private void check(String path, Problems problems) {
            problems.require(
                    !tools.isEmpty() && tools.stream().noneMatch(tool -> tool == null || tool.isBlank()),
                    path,
                    "names no tool, or a blank one; give the names of the tools");
            problems.require(
                    user == null || tenant != null,
                    path,
                    "is for user " + user + " of any tenant; name the tenant, too, since users are unique within one");
            problems.require(
                    (agent == null || !agent.isBlank())
                            && (tenant == null || !tenant.isBlank())
                            && (user == null || !user.isBlank()),
                    path,
                    "is for a blank agent, tenant or user; leave out what does not matter");
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Rule that
                    && permits == that.permits
                    && tools.equals(that.tools)
                    && Objects.equals(agent, that.agent)
                    && Objects.equals(tenant, that.tenant)
                    && Objects.equals(user, that.user)
                    && reason.equals(that.reason);
        }

        @Override
        public int hashCode() {
            return Objects.hash(permits, tools, agent, tenant, user, reason);
        }

        /** The rule as one would say it: {@code deny refund of tenant acme}. */
        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * The policy under which no tool runs.
     *
     * @return the shared instance
     */
    public static ToolPolicy nothing() {
        return NOTHING;
    }

    /**
     * A policy.
     *
     * @param rules whose place among the others does not matter
     * @return an immutable policy
     * @throws InvalidConfigurationException naming every rule that is wrong
     */
    public static ToolPolicy of(Rule... rules) {
        return builder().rule(rules).build();
    }

    /**
     * Starts a policy.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts a changed copy.
     *
     * @return a builder that holds the rules of this policy
     */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.rules.addAll(rules);
        return builder;
    }

    /**
     * The rules.
     *
     * @return in the order in which they were given
     */
    public List<Rule> rules() {
        return rules;
    }

    /**
     * Tells whether a tool may be called.
     *
     * @param tool its name, as in {@link Part.ToolCall#name}
     * @param context whose call
     * @return true when a rule permits it and none denies it
     */
    public boolean allows(String tool, CallContext context) {
        return first(denying, tool, context) == null && first(permitting, tool, context) != null;
    }

    /** The rule that denies it; null when it is only that no rule permits it. */
    @Nullable
    Rule denial(String tool, CallContext context) {
        return first(denying, tool, context);
    }

    private static @Nullable Rule first(Rule[] rules, String tool, CallContext context) {
        for (Rule rule : rules) {
            if (rule.speaksOf(tool, context)) {
                return rule;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return rules.isEmpty() ? "permit nothing" : rules.toString();
    }

    /** Builds a {@link ToolPolicy}. Not safe for use by several threads. */
    public static final class Builder {
        private final List<Rule> rules = new ArrayList<>();

        private Builder() {}

        /**
         * Permits tools to everybody.
         *
         * @param tools their names
         * @return this builder
         */
        public Builder permit(String... tools) {
            return rule(Rule.permit(tools));
        }

        /**
         * Denies tools to everybody.
         *
         * @param tools their names
         * @return this builder
         */
        public Builder deny(String... tools) {
            return rule(Rule.deny(tools));
        }

        /**
         * Adds rules.
         *
         * @param rules one or several; their place among the others does not matter
         * @return this builder
         */
        public Builder rule(Rule... rules) {
            for (Rule rule : rules) {
                this.rules.add(Objects.requireNonNull(rule, "rules"));
            }
            return this;
        }

        /**
         * Builds the policy.
         *
         * @return an immutable policy
         * @throws InvalidConfigurationException naming every rule that is wrong
         */
        public ToolPolicy build() {
            Problems problems = new Problems();
            for (int i = 0; i < rules.size(); i++) {
                rules.get(i).check("rules[" + i + "]", problems);
            }
            problems.throwIfAny("tool policy");
            return new ToolPolicy(rules);
        }
    }
}
