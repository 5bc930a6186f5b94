package dev.holdfast.benchmarks.overhead;

import dev.holdfast.benchmarks.Arguments;
import dev.holdfast.benchmarks.Benchmark;
import dev.holdfast.benchmarks.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Time and bytes of a guarded turn and of the resilience part alone, beside the peers'. */
public final class OverheadBenchmark implements Benchmark {
    private static final String TURN = "HoldfastTurn.turn[tokens]";

    private static final List<Class<?>> BESIDE = List.of(
            LangChain4jTurn.class,
            HoldfastTurn.class,
            SpringAiTurn.class,
            Resilience4jCall.class,
            HoldfastCall.class,
            Refusals.class);

    private static final List<Class<?>> PARTS = List.of(HoldfastPart.class);
    private static final List<Class<?>> CROWDS = List.of(HoldfastCrowd.class, Resilience4jCrowd.class);

    /** What of ours is held against what of whom, and how much of it is good enough. */
    private record Comparison(String figure, String ours, String theirs, double goal) {}

    private static final List<Comparison> COMPARISONS = List.of(
            new Comparison("turn_of_langchain4j", TURN, "LangChain4jTurn.turn", 0.8),
            new Comparison("turn_of_spring_ai", TURN, "SpringAiTurn.turn", 0.25),
            new Comparison("call_of_resilience4j", "HoldfastCall.call", "Resilience4jCall.call", 1.0),
            new Comparison("model_of_resilience4j", "HoldfastCall.model", "Resilience4jCall.model", 1.0));

    /** Creates it. */
    public OverheadBenchmark() {}

    @Override
    public String name() {
        return "overhead";
    }

    @Override
    public String line() {
        return "time and bytes of an agent turn beside LangChain4j, Spring AI and Resilience4j (JMH)";
    }

    @Override
    public String help() {
        return """
                Measures one agent turn with everything on beside one turn of LangChain4j AiServices and of Spring AI
                ChatClient with nothing on but a window of 20 messages, over the same instant model; and the resilience
                part alone beside Resilience4j's. Then the same turn with one feature after the other taken away, and 16
                threads on one key. One JMH run, one machine. It needs no data.

                  --warmups N      warm-up iterations of one second (default 4)
                  --iterations N   measured iterations of one second (default 8)
                  --forks N        JVMs for each (default 1)
                  --beside         the comparison only
                """;
    }

    @Override
    public void run(Arguments arguments, Report report) throws Exception {
        long warmups = arguments.number("warmups", 4);
        long iterations = arguments.number("iterations", 8);
        long forks = arguments.number("forks", 1);
        boolean alone = arguments.has("beside");
        arguments.refuseOthers();

        JmhRun jmh = new JmhRun(warmups, iterations, forks);
        Map<String, JmhRun.Cost> beside = jmh.run(BESIDE, report);
        report.section("Cost of one operation");
        table(beside, report);
        report.section("Ours as a share of theirs");
        compare(beside, report);
        if (alone) {
            return;
        }
        Map<String, JmhRun.Cost> parts = jmh.run(PARTS, report);
        report.section("Where the rest goes");
        parts(parts, report);
        Map<String, JmhRun.Cost> crowds = jmh.run(CROWDS, report);
        report.section(HoldfastCrowd.THREADS + " threads on one key: time from one answer to the next");
        crowds(crowds, report);
    }

    private static void table(Map<String, JmhRun.Cost> costs, Report report) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("what", "ns/op", "±", "B/op"));
        costs.forEach((what, cost) -> {
            rows.add(List.of(
                    what, Report.number(cost.nanos()), Report.number(cost.error()), Report.number(cost.bytes())));
            report.figure(what + ".time", cost.nanos(), "ns/op");
            report.figure(what + ".bytes", cost.bytes(), "B/op");
        });
        report.table(rows);
    }

    private static void compare(Map<String, JmhRun.Cost> costs, Report report) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("ours", "theirs", "time", "bytes", "goal"));
        for (Comparison each : COMPARISONS) {
            JmhRun.Cost ours = costs.get(each.ours);
            JmhRun.Cost theirs = costs.get(each.theirs);
            if (ours == null || theirs == null) {
                throw new IllegalStateException(each + " was not measured, but " + costs.keySet());
            }
            double time = ours.nanos() / theirs.nanos();
            double bytes = ours.bytes() / theirs.bytes();
            rows.add(List.of(
                    each.ours,
                    each.theirs,
                    Report.number(time),
                    Report.number(bytes),
                    "≤ " + Report.number(each.goal)));
            report.figure(each.figure + ".time", time, "ratio").atMost(each.figure + ".time", each.goal);
            report.figure(each.figure + ".bytes", bytes, "ratio").atMost(each.figure + ".bytes", each.goal);
        }
        report.table(rows);
    }

    /** The first row has everything, every further one a feature less; the difference is what the feature costs. */
    private static void parts(Map<String, JmhRun.Cost> costs, Report report) {
        List<JmhRun.Cost> steps = List.copyOf(costs.values());
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("what", "ns", "B"));
        for (int i = 0; i < HoldfastPart.ORDER.size(); i++) {
            row(
                    HoldfastPart.ORDER.get(i).toString(),
                    "part." + HoldfastPart.ORDER.get(i).name().toLowerCase(java.util.Locale.ROOT),
                    steps.get(i).nanos() - steps.get(i + 1).nanos(),
                    steps.get(i).bytes() - steps.get(i + 1).bytes(),
                    rows,
                    report);
        }
        JmhRun.Cost last = steps.get(steps.size() - 1);
        row("the rest: agent, deadline, breaker", "part.rest", last.nanos(), last.bytes(), rows, report);
        row("all", "part.all", steps.get(0).nanos(), steps.get(0).bytes(), rows, report);
        report.table(rows);
    }

    private static void row(
            String words, String figure, double nanos, double bytes, List<List<String>> rows, Report report) {
        rows.add(List.of(words, Report.number(nanos), Report.number(bytes)));
        report.figure(figure + ".time", nanos, "ns/op");
        report.figure(figure + ".bytes", bytes, "B/op");
    }

    private static void crowds(Map<String, JmhRun.Cost> costs, Report report) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("what", "ns", "B/op"));
        costs.forEach((what, cost) ->
                row(what, "crowd." + what, cost.nanos() / HoldfastCrowd.THREADS, cost.bytes(), rows, report));
        report.table(rows);
    }
}
