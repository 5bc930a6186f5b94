package dev.holdfast;

import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.error.Problems;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What is wrong with the settings of an agent as a whole; what is wrong with each of its parts the parts say. */
final class AgentChecks {
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

    private void tools() {
        agent.toolProblems.forEach(problem -> problems.addAll("tools", problem));
        agent.permitted.forEach(tool -> requireKnown(tool, "permit"));
        agent.denied.forEach(tool -> requireKnown(tool, "deny"));
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
                        + (known.isEmpty() ? "(it has none); give tools(..)" : known));
    }
}
