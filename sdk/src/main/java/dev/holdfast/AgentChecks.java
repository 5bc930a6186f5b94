package dev.holdfast;

import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.control.ToolPolicy;
import dev.holdfast.error.Problems;
import dev.holdfast.internal.words.Durations;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What is wrong with the settings of an agent as a whole; what is wrong with each of its parts the parts say. */
final class AgentChecks {
    private static final int MOST_SLIPS = 2;

    private final AgentBuilder agent;
    private final Problems problems = new Problems();

    private AgentChecks(AgentBuilder agent) {
        this.agent = agent;
    }

    static Problems of(AgentBuilder agent) {
        AgentChecks checks = new AgentChecks(agent);
        checks.problems.requireText(agent.name, "name");
        checks.models();
        checks.endpoints();
        checks.shared();
        checks.times();
        checks.tools();
        return checks.problems;
    }

    private void models() {
        long any = count(ModelSlot.Use.ANY);
        long cheap = count(ModelSlot.Use.CHEAP);
        long strong = count(ModelSlot.Use.STRONG);
        problems.require(
                        !agent.models.isEmpty(),
                        "model",
                        "is missing; give model(..), or cheap(..) and strong(..) to route")
                .require(any <= 1, "model", "is given " + any + " times; one model, or cheap(..) and strong(..)")
                .require(
                        any == 0 || cheap + strong == 0,
                        "model",
                        "is given beside cheap(..) or strong(..); either one model for all, or both of them")
                .require(
                        (cheap == 0) == (strong == 0),
                        cheap == 0 ? "cheap" : "strong",
                        "is missing; routing needs a cheap and a strong model")
                .require(
                        agent.scorer == null || cheap + strong > 0,
                        "route",
                        "is set, but there is nothing to choose from; give cheap(..) and strong(..)");
    }

    private long count(ModelSlot.Use use) {
        return agent.models.stream().filter(slot -> slot.use() == use).count();
    }

    private void endpoints() {
        Set<Endpoint> seen = new HashSet<>();
        for (ModelSlot slot : agent.models) {
            requireNew(slot.endpoint(), slot.use().field(), seen);
        }
        for (EndpointModel fallback : agent.fallbacks) {
            requireNew(fallback.endpoint(), "fallback", seen);
        }
    }

    /** Two models of one endpoint could not be told apart by prices, limits, breakers and events. */
    private void requireNew(Endpoint endpoint, String field, Set<Endpoint> seen) {
        problems.require(
                seen.add(endpoint),
                field,
                "is " + endpoint
                        + ", which is given already; give each model once, or tell endpoints apart by region or account");
    }

    /** What would be shared with others, but is not used. */
    private void shared() {
        problems.require(
                        agent.buckets == null || !agent.limits.isEmpty(),
                        "buckets",
                        "is set, but there is no limit to take from them; give limit(..), or leave them out")
                .require(
                        agent.ledger == null || !agent.budgets.isEmpty(),
                        "ledger",
                        "is set, but there is no budget to keep in it; give budget(..), or leave it out");
    }

    private void times() {
        requireWithinRun(agent.attemptDeadline, "attemptDeadline");
        requireWithinRun(agent.firstChunkTimeout, "firstChunkTimeout");
    }

    /** A longer time would never come to an end, and so nobody would be asked after the attempt. */
    private void requireWithinRun(@Nullable Duration time, String field) {
        Duration run = agent.deadline;
        boolean hasRun = !run.isZero() && !run.isNegative(); // else that is what is wrong
        problems.require(
                time == null || !hasRun || time.compareTo(run) <= 0,
                field,
                "is " + Durations.exactly(time) + ", but the deadline of the whole run is " + Durations.exactly(run)
                        + "; give less than that, or a longer deadline(..)");
    }

    private void tools() {
        agent.toolProblems.forEach(problem -> problems.addAll("tools", problem));
        agent.permitted.forEach(tool -> requireKnown(tool, "permit"));
        agent.denied.forEach(tool -> requireKnown(tool, "deny"));
        if (agent.gate != null) {
            agent.gate.policy().rules().forEach(this::requireKnown);
        }
        problems.require(
                agent.gate == null || (!agent.permits && agent.denied.isEmpty()),
                "gate",
                "is set beside permit(..) or deny(..); put them into its policy");
    }

    private void requireKnown(String tool, String path) {
        if (tool.isBlank()) {
            problems.add(path, "names a blank tool; give the names of tools");
            return;
        }
        if (!agent.toolProblems.isEmpty()) { // it may be the name of a tool which could not be made
            return;
        }
        List<String> known = agent.toolNames();
        problems.require(
                known.contains(tool),
                path,
                "names '" + tool + "', which is none of the agent's tools "
                        + (known.isEmpty() ? "(it has none); give tools(..)" : known + didYouMean(tool, known)));
    }

    /**
     * A policy may be shared by agents with other tools, so that a name which this one does not know may be right: unless
     * the rule is for this agent, or the name looks like one that it knows.
     */
    private void requireKnown(ToolPolicy.Rule rule) {
        for (String tool : rule.tools()) {
            boolean ours = rule.agent().orElse("").equals(agent.name);
            if (ours) {
                requireKnown(tool, "gate");
            } else if (rule.agent().isEmpty() && agent.toolProblems.isEmpty()) {
                List<String> known = agent.toolNames();
                problems.require(
                        known.contains(tool) || closest(tool, known) == null,
                        "gate",
                        "names '" + tool + "' in \"" + rule + "\", which is none of the agent's tools"
                                + didYouMean(tool, known)
                                + " If it is a tool of another agent, name the agent in the rule, too");
            }
        }
    }

    private static String didYouMean(String tool, List<String> known) {
        String closest = closest(tool, known);
        return closest == null ? "" : "; did you mean '" + closest + "'?";
    }

    /** The name that a slip of the fingers makes of another; null when none is that close. */
    private static @Nullable String closest(String name, List<String> known) {
        String closest = null;
        int least = Math.min(MOST_SLIPS, name.length() / 2) + 1;
        for (String other : known) {
            int slips = slips(name.toLowerCase(Locale.ROOT), other.toLowerCase(Locale.ROOT));
            if (slips < least) {
                closest = other;
                least = slips;
            }
        }
        return closest;
    }

    /** How many characters must be put in, left out or changed to make one of the other (Levenshtein's distance). */
    private static int slips(String a, String b) {
        int[] row = IntStream.rangeClosed(0, b.length()).toArray();
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
