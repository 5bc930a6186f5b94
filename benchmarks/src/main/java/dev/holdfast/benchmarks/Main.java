package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.overhead.OverheadBenchmark;
import dev.holdfast.benchmarks.time.VirtualTimeBenchmark;
import dev.holdfast.benchmarks.turns.TurnsBenchmark;
import dev.holdfast.benchmarks.wire.WireBenchmark;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The Java side of {@code benchmarks/run}: finds the benchmark by name, runs it, ends with its line of JSON. */
public final class Main {
    private static final int RAN = 0;
    private static final int COULD_NOT_RUN = 2;

    private final List<Benchmark> benchmarks;
    private final PrintStream out;
    private final PrintStream err;
    private final Path folder;

    Main(List<Benchmark> benchmarks, PrintStream out, PrintStream err, Path folder) {
        this.benchmarks = benchmarks;
        this.out = out;
        this.err = err;
        this.folder = folder;
    }

    /**
     * Runs.
     *
     * @param words the name of a benchmark and its options, or nothing for the list
     */
    public static void main(String[] words) {
        // Reports hold ≤ and file names of all kinds; the platform's charset may not.
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        Path folder = Path.of(System.getProperty("holdfast.reports", "benchmarks/target/reports"));
        List<Benchmark> benchmarks =
                List.of(new OverheadBenchmark(), new TurnsBenchmark(), new VirtualTimeBenchmark(), new WireBenchmark());
        int status = new Main(benchmarks, out, err, folder).run(List.of(words));
        out.flush();
        // Explicitly: a library's forgotten thread must not keep a finished benchmark alive.
        System.exit(status);
    }

    int run(List<String> words) {
        if (words.isEmpty() || words.get(0).equals("--help")) {
            out.println("benchmarks/run NAME [--help] [arguments]");
            out.println();
            int width = benchmarks.stream()
                    .mapToInt(benchmark -> benchmark.name().length())
                    .max()
                    .orElse(0);
            for (Benchmark benchmark : benchmarks) {
                out.println("  " + benchmark.name()
                        + " ".repeat(width - benchmark.name().length() + 2) + benchmark.line());
            }
            out.flush();
            return RAN;
        }
        String name = words.get(0);
        Benchmark benchmark = benchmarks.stream()
                .filter(some -> some.name().equals(name))
                .findFirst()
                .orElse(null);
        if (benchmark == null) {
            err.println("There is no benchmark '" + name + "'. Known are: "
                    + String.join(", ", benchmarks.stream().map(Benchmark::name).toList()));
            return COULD_NOT_RUN;
        }
        if (words.contains("--help")) {
            out.println(benchmark.name() + ": " + benchmark.line());
            out.println();
            out.println(benchmark.help().strip());
            out.flush();
            return RAN;
        }
        return measure(benchmark, words.subList(1, words.size()));
    }

    private int measure(Benchmark benchmark, List<String> words) {
        Report report = new Report(benchmark.name(), out, err, folder);
        try {
            benchmark.run(Arguments.parse(words), report);
        } catch (CannotRun e) {
            err.println(benchmark.name() + " could not run: " + e.getMessage());
            return COULD_NOT_RUN;
        } catch (Exception e) {
            err.println(benchmark.name() + " could not run: " + e);
            e.printStackTrace(err);
            return COULD_NOT_RUN;
        }
        report.finish();
        return RAN;
    }
}
