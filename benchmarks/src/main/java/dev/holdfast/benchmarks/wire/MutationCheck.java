package dev.holdfast.benchmarks.wire;

import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Sends answers that mean the same in other bytes, and answers that were damaged on the way. */
final class MutationCheck {
    private static final long LONGEST_NANOS = 10_000_000_000L;

    private final Replay replay;
    private final Providers providers;
    private final Tally tally;

    MutationCheck(Replay replay, Providers providers, Tally tally) {
        this.replay = replay;
        this.providers = providers;
        this.tally = tally;
    }

    void run(Exchange exchange, Decoded expected, long seed) {
        Random random = new Random(seed ^ ~exchange.id.hashCode());
        byte[] same = new Mutation(random, Providers.isAnthropic(exchange)).of(exchange.bodyText());
        List<String> wrong = new ArrayList<>();
        AnswerCheck.compare(expected, seen(exchange, same, seed), (check, problem) -> {
            if (problem != null) {
                wrong.add(check.key() + ": " + problem);
            }
        });
        tally.note(Check.MUTATED, exchange, wrong.isEmpty() ? null : wrong.get(0));

        CutPlan plan = CutPlan.of(exchange.body, Providers.isAnthropic(exchange));
        if (expected.end() == Decoded.End.COMPLETE && plan.hasPlaces()) {
            byte[] cut = Arrays.copyOf(exchange.body, plan.anywhereInside(random));
            Seen seen = seen(exchange, cut, seed);
            tally.note(
                    Check.HOSTILE,
                    exchange,
                    seen.error() == null ? "cut after " + cut.length + " bytes: " + seen.end() : null);
        }
        if (exchange.body.length > 0) {
            tally.note(Check.HOSTILE, exchange, survived(exchange, damaged(exchange, random), seed));
            byte[] confused = new Mutation(random, Providers.isAnthropic(exchange)).confused(exchange.bodyText());
            tally.note(Check.HOSTILE, exchange, survived(exchange, confused, seed));
        }
    }

    private static byte[] damaged(Exchange exchange, Random random) {
        byte[] body = exchange.body.clone();
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            int at = random.nextInt(body.length);
            switch (random.nextInt(3)) {
                case 0 -> body[at] = (byte) random.nextInt(256);
                case 1 -> body[at] ^= (byte) (1 << random.nextInt(8));
                default -> {
                    // a piece of it twice, or over another
                    int length = Math.min(random.nextInt(64), body.length - at);
                    System.arraycopy(exchange.body, random.nextInt(body.length - length + 1), body, at, length);
                }
            }
        }
        return body;
    }

    /** Null when it ended as the library promises, however that is. */
    private @Nullable String survived(Exchange exchange, byte[] body, long seed) {
        long start = System.nanoTime();
        try (Replay.Lane lane = replay.lane(List.of(
                request -> Answer.changed(exchange, body, seed), request -> Answer.changed(exchange, body, seed)))) {
            ChatModel model = providers.model(exchange, lane.baseUrl());
            Seen seen = Seen.of(model, Requests.minimal(exchange));
            ChatResponse response = seen.response();
            // What was accepted must also find its way into a next request.
            Seen last = response == null ? seen : Seen.of(model, RoundTrip.next(response));
            return last.broken() != null
                    ? last.broken()
                    : System.nanoTime() - start > LONGEST_NANOS ? "took longer than 10 s" : null;
        }
    }

    private Seen seen(Exchange exchange, byte[] body, long seed) {
        try (Replay.Lane lane = replay.lane(List.of(request -> Answer.changed(exchange, body, seed)))) {
            return Seen.of(providers.model(exchange, lane.baseUrl()), Requests.minimal(exchange));
        }
    }
}
