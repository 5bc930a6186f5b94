package dev.holdfast.benchmarks.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.benchmarks.Arguments;
import dev.holdfast.benchmarks.Benchmark;
import dev.holdfast.benchmarks.Report;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Replays recorded provider exchanges over loopback and compares what comes out with what must. */
public final class WireBenchmark implements Benchmark {
    private static final String EXCHANGE = "/x/";

    /** Creates it. */
    public WireBenchmark() {}

    @Override
    public String name() {
        return "wire";
    }

    @Override
    public String line() {
        return "recorded provider exchanges over real HTTP: content, tool calls, usage, errors, cut streams (--data DIR)";
    }

    @Override
    public String help() {
        return """
                Serves every recorded exchange of a folder from a loopback server, byte for byte, with the recorded
                transport chunks where they are known and else cut at seeded random places; sends the request through
                the library's own provider; and compares what comes out with what an independent decoder finds in the
                recording. Then it cuts the answers short, which must not go unnoticed, and runs the recorded tool
                loops through the library's agent loop, with the recorded results as tools.

                  --data DIR   a folder with any of openai-chat.jsonl, anthropic-messages.jsonl, errors.jsonl and
                               error-classification.tsv, or a folder with such a folder 'wire' in it
                  --seed N     for everything random (default 1)
                  --rounds N   how often each exchange is replayed, cut elsewhere each time (default 1)
                  --mutate     besides, say the answers in other bytes that mean the same, and damage them
                  --list       name every exchange that is an exception, not the first few of each kind

                One JSON object a line: id, source_repo, path, commit and seq (which recording, and where in it), api
                (openai-chat or anthropic-messages), provider, endpoint, model, status, streaming, request_body,
                response_headers (lower-case names), response_body (text, events verbatim; base64 where
                response_encoding says so), and where known wire_content_encoding, response_raw_b64, chunk_lengths and
                usage. Further fields are ignored. error-classification.tsv holds, tab-separated under a head line:
                provider, status, match, class.

                Such data can be made of the recordings ("cassettes") that public projects keep beside their tests:
                look for VCR, WireMock or nock recordings of api.openai.com/v1/chat/completions and
                api.anthropic.com/v1/messages in the repositories of LLM client and tracing libraries, mind their
                licences, and write a line for each recorded request. Or record your own traffic with any proxy.
                """;
    }

    @Override
    public void run(Arguments arguments, Report report) throws Exception {
        WireFolder folder = WireFolder.open(arguments.folder("data", "the recorded exchanges"));
        long seed = arguments.number("seed", 1);
        int rounds = (int) Math.max(1, Math.min(1_000, arguments.number("rounds", 1)));
        boolean mutate = arguments.has("mutate");
        int named = arguments.has("list") ? Integer.MAX_VALUE : 12;
        arguments.refuseOthers();

        report.progress("reading " + folder);
        Corpus corpus = Corpus.read(folder);
        describe(corpus, report, named);
        errors(corpus, report, named);
        List<RecordedLoop> loops = RecordedLoop.among(new ArrayList<>(corpus.answered.values()));
        loops(loops, report, named);
        transport(corpus, seed, report, named);
        Tally tally = new Tally();
        try (Rehearsal rehearsal = Rehearsal.start(corpus, tally)) {
            for (int round = 0; round < rounds; round++) {
                report.progress("replaying, round " + (round + 1) + " of " + rounds);
                rehearsal.round(seed + round, loops, mutate);
            }
            report.section("Through the library");
            report.line("%,d requests in %.1f s".formatted(rehearsal.requests(), rehearsal.seconds()));
            List<String> unsaid = new ArrayList<>();
            corpus.all().stream().filter(each -> Requests.rebuilt(each) == null).forEach(each -> unsaid.add(each.id));
            list(Map.of("requests that the library has no words for, so another was sent", unsaid), report, named);
            report.line("");
            tally.tell(report);
            report.section("Errors of which the table says nothing, and what the library says of them");
            list(rehearsal.unruled(), report, Integer.MAX_VALUE);
        }
    }

    private static void describe(Corpus corpus, Report report, int named) {
        report.section("What the recordings hold");
        Map<String, int[]> providers = new TreeMap<>();
        Map<String, List<String>> odd = new TreeMap<>();
        for (Exchange exchange : corpus.answered.values()) {
            Decoded decoded = RecordedLoop.decode(exchange);
            int[] counts = providers.computeIfAbsent(exchange.api + " " + exchange.provider, key -> new int[7]);
            boolean streamed = EventStream.looksLike(exchange.bodyText());
            counts[0]++;
            counts[1] += streamed ? 1 : 0;
            counts[2] += decoded.end() == Decoded.End.COMPLETE ? 1 : 0;
            counts[3] += decoded.calls().isEmpty() ? 0 : 1;
            counts[4] += decoded.reasoning().isEmpty() ? 0 : 1;
            counts[5] += decoded.tokens() == null ? 0 : 1;
            counts[6] += decoded.finish() == null ? 0 : 1;
            remark(exchange, decoded, streamed, odd);
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "format and provider",
                "exchanges",
                "streamed",
                "complete",
                "with calls",
                "reasoning",
                "usage",
                "finish"));
        providers.forEach((provider, counts) -> {
            List<String> row = new ArrayList<>(List.of(provider));
            Arrays.stream(counts).mapToObj(Integer::toString).forEach(row::add);
            rows.add(row);
        });
        report.table(rows);
        corpus.unreadable.forEach(why ->
                odd.computeIfAbsent("unreadable line", key -> new ArrayList<>()).add(why));
        report.line("");
        list(odd, report, named);
        report.figure("exchanges", corpus.answered.size() + corpus.refused.size(), "");
        if (corpus.others > 0) {
            report.line("%4d  lines of other formats, left out".formatted(corpus.others));
        }
        report.figure("unreadable", corpus.unreadable.size(), "lines");
    }

    private static void remark(Exchange exchange, Decoded decoded, boolean streamed, Map<String, List<String>> odd) {
        List<String> remarks = new ArrayList<>();
        if (decoded.end() != Decoded.End.COMPLETE) {
            remarks.add("ends as " + decoded.end());
        }
        if (streamed != exchange.streaming) {
            remarks.add("streamed or not is mislabelled");
        }
        if (decoded.end() == Decoded.End.COMPLETE && decoded.tokens() == null) {
            remarks.add("complete without usage");
        }
        if (decoded.calls().stream().anyMatch(call -> call.id().isEmpty())) {
            remarks.add("call without id");
        }
        if (decoded.calls().stream().anyMatch(call -> !call.isValid())) {
            remarks.add("call whose arguments are no JSON object");
        }
        if (decoded.calls().stream().anyMatch(call -> call.name().isEmpty())) {
            remarks.add("call without name");
        }
        JsonNode usage = exchange.usage();
        if (usage != null && usage.isObject()) {
            Tokens summary = exchange.api.equals(Corpus.ANTHROPIC) ? Tokens.ofMessages(usage) : Tokens.ofChat(usage);
            if (!summary.equals(decoded.tokens())) {
                remarks.add("usage of the line is not that of the body");
            }
        }
        remarks.forEach(
                remark -> odd.computeIfAbsent(remark, key -> new ArrayList<>()).add(exchange.id));
    }

    private static void errors(Corpus corpus, Report report, int named) {
        report.section("Errors, and the row that says what they are");
        if (corpus.classes.isEmpty()) {
            report.line("no " + WireFolder.CLASSES + ": errors are read but not classified");
            return;
        }
        ErrorTable table = corpus.classes.get();
        Map<String, List<String>> byRow = new TreeMap<>();
        for (Exchange exchange : corpus.all()) {
            Optional<ErrorTable.Failure> failure = failure(exchange);
            if (failure.isEmpty()) {
                continue;
            }
            String verdict = table.classify(failure.get())
                    .map(found -> found.errorClass() + " ← " + found.row() + " (" + found.ground() + ")"
                            + (found.obeys().isEmpty() ? "" : " x-should-retry " + found.obeys()))
                    .orElse("no row: " + failure.get().provider() + " "
                            + failure.get().status());
            byRow.computeIfAbsent(verdict, key -> new ArrayList<>()).add(exchange.id);
        }
        list(byRow, report, named);
    }

    /** The failure that an exchange shows: of its status, or within an answer. */
    static Optional<ErrorTable.Failure> failure(Exchange exchange) {
        if (!exchange.isAnswer()) {
            return Optional.of(new ErrorTable.Failure(
                    exchange.provider, exchange.api, exchange.status, exchange.headers, exchange.bodyText()));
        }
        Decoded.Fault fault = RecordedLoop.decode(exchange).fault();
        return fault == null
                ? Optional.empty()
                : Optional.of(new ErrorTable.Failure(
                        exchange.provider,
                        exchange.api,
                        fault.status(),
                        exchange.headers,
                        "{\"error\":" + fault.json() + "}"));
    }

    private static void loops(List<RecordedLoop> loops, Report report, int named) {
        report.section("Tool loops");
        Map<String, List<String>> shapes = new TreeMap<>();
        for (RecordedLoop loop : loops) {
            String shape = loop.api() + ", " + loop.exchanges.size() + " calls of the model"
                    + (loop.ended ? "" : ", its end not recorded")
                    + (loop.embellished ? ", messages of the program between" : "");
            shapes.computeIfAbsent(shape, key -> new ArrayList<>()).add(loop.name());
        }
        list(shapes, report, named);
        report.figure("loops", loops.size(), "");
    }

    /** Fetches every exchange with the JDK's own client: is what the server sends what was recorded? */
    private static void transport(Corpus corpus, long seed, Report report, int named) throws Exception {
        report.section("Transport");
        List<String> different = new ArrayList<>();
        long start = System.nanoTime();
        try (ReplayServer server = ReplayServer.start(request -> corpus.find(request.segmentAfter(EXCHANGE))
                .map(exchange -> Answer.recorded(exchange, request.takesGzip(), seed))
                .orElseGet(() -> Answer.text(404, "no such exchange")))) {
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            for (Exchange exchange : corpus.all()) {
                if (!arrives(exchange, server.address(), client)) {
                    different.add(exchange.id);
                }
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        int all = corpus.all().size();
        report.line("%d exchanges over HTTP in %.1f s, %d of them the same to the byte"
                .formatted(all, seconds, all - different.size()));
        list(Map.of("other bytes than recorded", different), report, named);
        report.figure("served", all - different.size(), "exchanges").atLeast("served", all);
    }

    private static boolean arrives(Exchange exchange, URI server, HttpClient client)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(server.resolve(EXCHANGE + exchange.id + "/v1/chat"))
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofString(exchange.requestBody))
                .build();
        HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        return response.statusCode() == exchange.status && Arrays.equals(response.body(), exchange.body);
    }

    private static void list(Map<String, List<String>> lines, Report report, int named) {
        lines.forEach((what, ids) -> {
            if (!ids.isEmpty()) {
                String first = String.join(" ", ids.subList(0, Math.min(named, ids.size())));
                report.line("%4d  %s: %s%s".formatted(ids.size(), what, first, ids.size() > named ? " …" : ""));
            }
        });
    }
}
