package dev.holdfast.budget;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Money;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.TokenClass;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.HoldfastException;
import org.jspecify.annotations.Nullable;

/** Writes usage and cost on an outcome. */
final class Bill {
    private Bill() {}

    /** What is known of the usage; "nothing" from somebody who does not know whether it is billed is not knowledge. */
    static Usage usage(Outcome outcome) {
        Usage usage = outcome.usage();
        return outcome.billing() == Billing.MAYBE_BILLED && usage.equals(Usage.none()) ? Usage.unknown() : usage;
    }

    /** Whether something came of which the provider has not counted what it took. */
    static boolean isStreamedUncounted(Usage usage, Outcome outcome) {
        return !usage.isKnown() && !outcome.message().parts().isEmpty();
    }

    /** Our own count of what was asked and of what came; the provider's where it had counted more. */
    static Usage estimate(TokenCounter counter, Endpoint endpoint, ChatRequest request, Outcome outcome) {
        Usage counted = usage(outcome);
        long input = counter.input(endpoint, request).upperBound();
        long output = counter.output(endpoint, outcome.message()).upperBound();
        return Usage.builder()
                .add(TokenClass.INPUT, Math.max(input, counted.input()))
                .add(TokenClass.OUTPUT, Math.max(output, counted.output()))
                .estimated()
                .build();
    }

    /** The outcome with this usage, and with this cost where there is one. */
    static Outcome on(Outcome outcome, Usage usage, @Nullable Money cost) {
        Money known = cost == null ? outcome.cost().orElse(null) : cost;
        if (outcome instanceof Outcome.Completed completed) {
            return known == null
                    ? outcome
                    : new Outcome.Completed(
                            completed.response().toBuilder().cost(known).build());
        }
        HoldfastException error = outcome.error();
        if (error == null || (known == null && usage.equals(outcome.usage()))) {
            return outcome;
        }
        HoldfastException billed = error.with(error.details().toBuilder()
                .usage(usage, outcome.billing())
                .cost(known)
                .build());
        return outcome instanceof Outcome.Cancelled && billed instanceof CancelledException cancelled
                ? new Outcome.Cancelled(cancelled)
                : new Outcome.Failed(billed);
    }
}
