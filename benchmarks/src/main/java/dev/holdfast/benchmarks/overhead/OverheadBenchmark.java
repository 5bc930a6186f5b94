package dev.holdfast.benchmarks.overhead;

import dev.holdfast.benchmarks.Arguments;
import dev.holdfast.benchmarks.Benchmark;
import dev.holdfast.benchmarks.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Time and bytes of a guarded turn and of the resilience part alone, beside the peers'. */
public final class OverheadBenchmark implements Benchmark {
    private static final List<Class<?>> PEERS =
            List.of(LangChain4jTurn.class, SpringAiTurn.class, Resilience4jCall.class);

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
                part alone beside Resilience4j. One JMH run, one machine. It needs no data.

                  --warmups N      warm-up iterations of one second (default 4)
                  --iterations N   measured iterations of one second (default 5)
                  --forks N        JVMs for each (default 1)
                """;
    }

    @Override
    public void run(Arguments arguments, Report report) throws Exception {
        long warmups = arguments.number("warmups", 4);
        long iterations = arguments.number("iterations", 5);
        long forks = arguments.number("forks", 1);
        arguments.refuseOthers();

        Map<String, JmhRun.Cost> costs = new JmhRun(warmups, iterations, forks).run(PEERS, report);
        report.section("Cost of one operation");
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
}
