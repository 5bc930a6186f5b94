package dev.holdfast.benchmarks.wire;

import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.ProviderException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Sends all exchanges of a folder through the library and lets the checks look at what comes out. */
final class Rehearsal implements AutoCloseable {
    private static final String WHATEVER = "{\"choices\":[],\"content\":[]}";

    private final Corpus corpus;
    private final Tally tally;
    private final Replay replay;
    private final Providers providers = new Providers();
    private final CutCheck cuts;
    private final LoopCheck loops;
    private final MutationCheck mutations;
    private final ExecutorService threads;
    private final Map<String, CopyOnWriteArrayList<String>> unruled = new ConcurrentSkipListMap<>();
    private final AtomicLong nanos = new AtomicLong();

    private Rehearsal(Corpus corpus, Tally tally, Replay replay) {
        this.corpus = corpus;
        this.tally = tally;
        this.replay = replay;
        this.cuts = new CutCheck(replay, providers, tally);
        this.loops = new LoopCheck(replay, providers, tally);
        this.mutations = new MutationCheck(replay, providers, tally);
        int wide = Math.max(2, Math.min(8, Runtime.getRuntime().availableProcessors()));
        this.threads = Executors.newFixedThreadPool(wide);
    }

    static Rehearsal start(Corpus corpus, Tally tally) throws IOException {
        return new Rehearsal(corpus, tally, Replay.start());
    }

    /** Replays everything once. */
    void round(long seed, List<RecordedLoop> recorded, boolean mutate) throws InterruptedException, ExecutionException {
        long start = System.nanoTime();
        List<Future<?>> work = new ArrayList<>();
        for (Exchange exchange : corpus.answered.values()) {
            work.add(submit(exchange, () -> answered(exchange, seed, mutate)));
        }
        for (Exchange exchange : corpus.refused.values()) {
            work.add(submit(exchange, () -> refused(exchange, seed)));
        }
        for (RecordedLoop loop : recorded) {
            work.add(submit(loop.exchanges.get(0), () -> loops.run(loop, seed)));
        }
        for (Future<?> done : work) {
            done.get();
        }
        nanos.addAndGet(System.nanoTime() - start);
    }

    /** A line that nobody thought of must not keep the others from being looked at. */
    private Future<?> submit(Exchange exchange, Runnable work) {
        return threads.submit(() -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                tally.note(Check.DECODED, exchange, "could not be replayed: " + e);
            }
        });
    }

    private void answered(Exchange exchange, long seed, boolean mutate) {
        Decoded expected = RecordedLoop.decode(exchange);
        List<ReplayServer.Script> answers = List.of(
                request -> Answer.recorded(exchange, request.takesGzip(), seed), request -> Answer.json(WHATEVER));
        try (Replay.Lane lane = replay.lane(answers)) {
            ChatModel model = providers.model(exchange, lane.baseUrl());
            Seen seen = Seen.of(model, Requests.of(exchange));
            AnswerCheck.compare(expected, seen, (check, problem) -> tally.note(check, exchange, problem));
            ChatResponse response = seen.response();
            if (response != null && expected.end() == Decoded.End.COMPLETE) {
                tally.note(Check.ROUND_TRIP, exchange, roundTrip(exchange, expected, model, response, lane));
            }
            if (expected.fault() != null) {
                classified(exchange, seen);
            }
        }
        if (expected.end() == Decoded.End.COMPLETE) {
            cuts.run(exchange, seed);
        }
        if (mutate && expected.end() != Decoded.End.NOT_A_REPLY) {
            mutations.run(exchange, expected, seed);
        }
    }

    private static @Nullable String roundTrip(
            Exchange exchange, Decoded expected, ChatModel model, ChatResponse response, Replay.Lane lane) {
        Seen next = Seen.of(model, RoundTrip.next(response));
        List<ReplayServer.Request> requests = lane.requests();
        return requests.size() < 2
                ? "no next request: " + next.end()
                : RoundTrip.problem(exchange, expected, requests.get(1).body());
    }

    private void refused(Exchange exchange, long seed) {
        try (Replay.Lane lane = replay.lane(List.of(request -> Answer.recorded(exchange, request.takesGzip(), seed)))) {
            Seen seen = Seen.of(providers.model(exchange, lane.baseUrl()), Requests.of(exchange));
            boolean right = seen.error() instanceof ProviderException error && error.status() == exchange.status;
            tally.note(Check.ERRORS, exchange, right ? null : seen.end());
            classified(exchange, seen);
        }
    }

    /** Compares with the row of the table that is about the error, where there is one. */
    private void classified(Exchange exchange, Seen seen) {
        HoldfastException error = seen.error();
        Optional<ErrorTable.Failure> failure = WireBenchmark.failure(exchange);
        if (corpus.classes.isEmpty() || failure.isEmpty()) {
            return;
        }
        Optional<ErrorTable.Verdict> verdict = corpus.classes.get().classify(failure.get());
        if (verdict.isPresent()) {
            tally.note(
                    Check.CLASSIFIED,
                    exchange,
                    error == null ? seen.end() : Remedies.problem(verdict.get(), error.classification()));
        } else {
            String said = exchange.provider + " " + failure.get().status() + " ← "
                    + (error == null ? seen.end() : error.classification().toString());
            CopyOnWriteArrayList<String> ids = unruled.computeIfAbsent(said, key -> new CopyOnWriteArrayList<>());
            ids.addIfAbsent(exchange.id);
        }
    }

    /** Errors that no row is about, by what the library says of them. */
    Map<String, List<String>> unruled() {
        return new TreeMap<>(unruled);
    }

    long requests() {
        return replay.requests();
    }

    double seconds() {
        return nanos.get() / 1e9;
    }

    @Override
    public void close() throws IOException {
        threads.shutdownNow();
        replay.close();
    }
}
