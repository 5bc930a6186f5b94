package dev.holdfast;

import dev.holdfast.event.Listener;

/**
 * The front door.
 *
 * <pre>{@code
 * Agent desk = Holdfast.agent("support-desk")
 *         .instructions("You help customers with their orders.")
 *         .cheap(mini)
 *         .strong(large)
 *         .tools(new OrderTools())
 *         .permit("lookup_order")
 *         .limit(RateLimit.perUser().requests(60).tokens(20_000).perMinute())
 *         .budget(Budget.perUser().tokens(10_000).perDay().tokens(1_000).perHour())
 *         .fallback(backup)
 *         .fallbackAnswer("We will call you back.")
 *         .memory(20)
 *         .build();
 *
 * Answer answer = desk.ask("Where is order 1234?", Caller.of("acme", "ann").session("s-1"));
 * }</pre>
 */
public final class Holdfast {
    private Holdfast() {}

    /**
     * Starts an agent.
     *
     * @param name the agent's name, as in events, budgets and policies; not blank
     * @return a builder
     */
    public static AgentBuilder agent(String name) {
        return new AgentBuilder(name);
    }

    /**
     * A listener that puts what happens into the log, by SLF4J, under the name {@code dev.holdfast.events}. Agents log
     * nothing of it unless this is added.
     *
     * <ul>
     *   <li>WARN: a run that failed, a breaker that opened, a fixed answer that was given, a threshold of a budget that
     *       was reached.
     *   <li>INFO: a run that a rule refused, a breaker that closed.
     *   <li>DEBUG: everything else, among it attempts, retries, fallbacks, routes and tools.
     * </ul>
     *
     * <p>Each line names the run and the call by their ids, and on whose behalf they are: tenant, user and session.
     * Prompts, answers, arguments and answers of tools, and keys are never written, at no level.
     *
     * <p><b>Threading.</b> Safe for use by many threads and agents. The logger writes in the thread of the call.
     *
     * @return the shared listener
     */
    public static Listener logging() {
        return EventLog.STANDARD;
    }
}
