package dev.holdfast.benchmarks.overhead;

import dev.holdfast.benchmarks.Report;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Several benchmark classes in one JMH run: the same machine, the same minute, the same settings. */
public final class JmhRun {
    private final long warmups;
    private final long iterations;
    private final long forks;

    /**
     * What one operation costs a thread: the median of the iterations, because on a machine that is shared a single one can
     * take a multiple.
     *
     * @param nanos time per operation
     * @param error half the width of the 99.9% interval of its mean
     * @param bytes allocated per operation
     */
    public record Cost(double nanos, double error, double bytes) {}

    /**
     * Settings for all classes alike; iterations take a second each.
     *
     * @param warmups warm-up iterations a fork
     * @param iterations measured iterations a fork
     * @param forks JVMs a class
     */
    public JmhRun(long warmups, long iterations, long forks) {
        this.warmups = warmups;
        this.iterations = iterations;
        this.forks = forks;
    }

    /**
     * Runs every benchmark of the classes.
     *
     * @param classes JMH state classes with benchmark methods
     * @param report for progress
     * @return cost by {@code Class.method}, and {@code Class.method[value]} where it has a parameter, in the order of the
     *     classes
     * @throws RunnerException when JMH fails
     */
    public Map<String, Cost> run(List<Class<?>> classes, Report report) throws RunnerException {
        Map<String, Cost> costs = new LinkedHashMap<>();
        for (Class<?> type : classes) {
            report.progress(type.getSimpleName() + ": " + forks + " × (" + warmups + " + " + iterations + ") s");
            ChainedOptionsBuilder options = new OptionsBuilder()
                    .include("\\Q" + type.getName() + "\\E\\..*")
                    .mode(Mode.AverageTime)
                    .timeUnit(TimeUnit.NANOSECONDS)
                    .warmupIterations((int) warmups)
                    .warmupTime(TimeValue.seconds(1))
                    .measurementIterations((int) iterations)
                    .measurementTime(TimeValue.seconds(1))
                    .forks((int) forks)
                    .addProfiler(GCProfiler.class)
                    .shouldFailOnError(true)
                    .jvmArgsAppend("-Xms1g", "-Xmx1g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error")
                    .verbosity(VerboseMode.SILENT);
            Collection<RunResult> results = new Runner(options.build()).run();
            for (RunResult result : results) {
                Cost cost = cost(result);
                String name = name(type, result.getParams());
                costs.put(name, cost);
                report.progress(
                        "  " + name + ": " + Report.number(cost.nanos) + " ns, " + Report.number(cost.bytes) + " B");
            }
        }
        return costs;
    }

    private static String name(Class<?> type, BenchmarkParams params) {
        StringBuilder name = new StringBuilder(
                params.getBenchmark().substring(type.getPackageName().length() + 1));
        for (String key : params.getParamsKeys()) {
            name.append('[').append(params.getParam(key)).append(']');
        }
        return name.toString();
    }

    private static Cost cost(RunResult result) {
        Result<?> time = result.getPrimaryResult();
        Result<?> bytes = result.getSecondaryResults().get("gc.alloc.rate.norm");
        if (bytes == null) {
            bytes = result.getSecondaryResults().get("·gc.alloc.rate.norm");
        }
        return new Cost(median(time), time.getScoreError(), bytes == null ? Double.NaN : median(bytes));
    }

    private static double median(Result<?> result) {
        return result.getStatistics().getPercentile(50);
    }
}
