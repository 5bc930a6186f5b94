package dev.holdfast;

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
}
