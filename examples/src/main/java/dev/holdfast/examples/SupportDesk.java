package dev.holdfast.examples;

import dev.holdfast.Agent;
import dev.holdfast.Answer;
import dev.holdfast.Holdfast;
import dev.holdfast.budget.Budget;
import dev.holdfast.budget.RateLimit;
import dev.holdfast.chat.Attempt;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Money;
import dev.holdfast.context.Caller;
import dev.holdfast.error.HoldfastException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * A support desk that answers customers and stays within its bounds while providers fail around it.
 *
 * <p>Without a key in the environment it talks to simulated providers on loopback, over real HTTP, which fail when the
 * story wants it. With {@code OPENAI_API_KEY}, or {@code OPENAI_BASE_URL} for anything else that speaks Chat Completions
 * (and {@code HOLDFAST_CHEAP_MODEL}, {@code HOLDFAST_STRONG_MODEL}), it asks the real ones; then nothing fails on
 * purpose.
 */
public final class SupportDesk {
    private static final Caller ANN = Caller.of("acme", "ann").session("ann-1");
    private static final Caller BOB = Caller.of("acme", "bob").session("bob-1");

    private final Providers providers;
    private final Console console;
    private final Agent desk;
    private Money spent = Money.ZERO;
    private int step;

    SupportDesk(Providers providers, PrintStream out) {
        this.providers = providers;
        this.console = new Console(out);
        this.desk = Holdfast.agent("support-desk")
                .instructions("You help customers with their orders. Be brief. Say so when you may not do something.")
                .cheap(providers.cheap())
                .strong(providers.strong())
                .fallback(providers.backup())
                .fallbackAnswer("We cannot answer right now and will call you back.")
                .prices(providers.prices())
                .tools(new OrderTools())
                .permit("lookup_order")
                .limit(RateLimit.perUser().requests(20).tokens(20_000).perMinute())
                .budget(Budget.perUser().tokens(10_000).perDay().tokens(6_000).perHour())
                .budget(Budget.perTenant().money("0.50").perDay())
                .memory(20)
                .deadline(Duration.ofSeconds(30))
                .retry(retry -> retry.maxAttempts(2).backoff(Duration.ofMillis(100), Duration.ofSeconds(1)))
                .listener(new Narrator(console))
                .build();
    }

    /**
     * Runs the story.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (Providers providers = Providers.fromEnvironment(System.getenv())) {
            new SupportDesk(providers, out).tell();
        }
    }

    void tell() {
        console.line("Support desk, on " + providers.description());

        title("An easy question goes to the cheap model, which looks the order up");
        ask("Where is order 1234?", ANN);

        title("The next turn remembers the one before");
        ask("And who brings it?", ANN);

        title("A tool without permission does not run; the model is told, and says so");
        ask("Please refund order 1234.", ANN);

        title("A hard question goes to the strong model; when that is down, the backup answers");
        providers.strongGoesDown();
        ask(
                "Compare these two options step by step and explain which one costs me less over 3 years, and why: "
                        + "(a) keep the grinder of order 1234 and buy 4 filters a year at 6.25 EUR each; "
                        + "(b) return it within the 14 days, pay 7.50 EUR for the parcel, and buy the model at 119 EUR "
                        + "that needs no filters. Consider the 2-year guarantee in both cases.",
                ANN);
        providers.strongComesBack();

        title("A stream that breaks in the middle never looks complete");
        providers.cheapBreaksInTheMiddle();
        stream("What are your opening hours?", BOB);

        title("A budget that is used up refuses before anything is sent, and says until when");
        for (int i = 0; i < 8 && ask("Tell me again, at length: where is order 1235?", BOB); i++) {
            console.line("      (bob goes on asking)");
        }

        console.line("");
        console.line("All answers together cost " + spent + ".");
    }

    private void title(String text) {
        console.line("");
        console.line(++step + "  " + text);
    }

    /** Asks and prints; false when there was no answer. */
    private boolean ask(String question, Caller caller) {
        console.line("   " + caller.user() + ": " + question);
        try {
            Answer answer = desk.ask(question, caller);
            console.line("   desk: " + answer.text());
            console.line("      = by " + answer.endpoint() + ", used " + answer.usage() + ", cost "
                    + answer.cost().map(Money::toString).orElse("unknown") + failuresBefore(answer));
            spent = spent.plus(answer.cost().orElse(Money.ZERO));
            return true;
        } catch (HoldfastException e) {
            console.line("   desk has no answer: " + Narrator.brief(e));
            return false;
        }
    }

    private static String failuresBefore(Answer answer) {
        List<String> failed = answer.attempts().stream()
                .filter(attempt -> !attempt.succeeded())
                .map(Attempt::endpoint)
                .toList();
        return failed.isEmpty() ? "" : ", after failures of " + failed;
    }

    private void stream(String question, Caller caller) {
        console.line("   " + caller.user() + ": " + question);
        try (ChatReply reply = desk.stream(question, caller)) {
            String before = "   desk: ";
            for (Chunk chunk = reply.next(); chunk != null; chunk = reply.next()) {
                console.words(before + chunk.text());
                before = "";
            }
        } catch (HoldfastException e) {
            console.line("      = " + Narrator.brief(e));
            console.line("      = what had come is kept: \"" + e.partial().text() + "\"; billing: " + e.billing());
        }
    }
}
