package dev.holdfast.benchmarks.wire;

import dev.holdfast.error.Classification;
import dev.holdfast.error.HoldfastException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Cuts recorded answers and looks whether anybody notices. */
final class CutCheck {
    private final Replay replay;
    private final Providers providers;
    private final Tally tally;

    CutCheck(Replay replay, Providers providers, Tally tally) {
        this.replay = replay;
        this.providers = providers;
        this.tally = tally;
    }

    void run(Exchange exchange, long seed) {
        Random random = new Random(seed ^ exchange.id.hashCode());
        if (!EventStream.looksLike(exchange.bodyText())) {
            String text = exchange.bodyText().stripTrailing();
            int bytes = text.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > 2) {
                Answer.Ending ending = random.nextBoolean() ? Answer.Ending.WHOLE : Answer.Ending.DROPPED;
                document(exchange, 1 + random.nextInt(bytes - 1), ending, seed);
            }
            return;
        }
        CutPlan plan = CutPlan.of(exchange.body, Providers.isAnthropic(exchange));
        if (plan.hasPlaces()) {
            stream(Check.CUT_BETWEEN, exchange, plan, plan.between(random), Answer.Ending.WHOLE, seed);
            stream(Check.CUT_WITHIN, exchange, plan, plan.within(random), Answer.Ending.WHOLE, seed);
            stream(Check.CUT_DROPPED, exchange, plan, plan.anywhere(random), Answer.Ending.DROPPED, seed);
        }
    }

    private void stream(Check check, Exchange exchange, CutPlan plan, int length, Answer.Ending ending, long seed) {
        byte[] whole = Arrays.copyOf(exchange.body, plan.wholeWithin(length));
        Decoded came = RecordedLoop.decode(exchange, new String(whole, StandardCharsets.UTF_8));
        Seen seen = seen(exchange, length, ending, seed);
        String problem = problem(seen);
        if (problem == null) {
            problem = AnswerCheck.partial(came, seen, Objects.requireNonNull(seen.error()));
        }
        note(check, exchange, length, problem);
    }

    private void document(Exchange exchange, int length, Answer.Ending ending, long seed) {
        note(Check.CUT_DOCUMENT, exchange, length, problem(seen(exchange, length, ending, seed)));
    }

    private Seen seen(Exchange exchange, int length, Answer.Ending ending, long seed) {
        try (Replay.Lane lane = replay.lane(List.of(request -> Answer.cut(exchange, length, ending, seed)))) {
            return Seen.of(providers.model(exchange, lane.baseUrl()), Requests.minimal(exchange));
        }
    }

    private void note(Check check, Exchange exchange, int length, @Nullable String problem) {
        tally.note(
                check,
                exchange,
                problem == null
                        ? null
                        : "cut after %d of %d bytes: %s".formatted(length, exchange.body.length, problem));
    }

    /** A cut is an error that may be tried again; null when it is. */
    private static @Nullable String problem(Seen seen) {
        HoldfastException error = seen.error();
        if (error == null) {
            return seen.end();
        }
        Classification classification = error.classification();
        return classification.isRetryable() ? null : "not to be tried again: " + classification;
    }
}
