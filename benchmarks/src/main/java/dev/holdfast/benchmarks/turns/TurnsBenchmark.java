package dev.holdfast.benchmarks.turns;

import dev.holdfast.benchmarks.Arguments;
import dev.holdfast.benchmarks.Benchmark;
import dev.holdfast.benchmarks.CannotRun;
import dev.holdfast.benchmarks.Report;
import dev.holdfast.benchmarks.overhead.Guarded;
import dev.holdfast.benchmarks.overhead.Guarded.Feature;
import dev.holdfast.context.Caller;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;

/**
 * What the turns of one session cost as the session grows: many sessions, one after the other, and the median of what
 * the same turn cost in each, so that neither collections nor neighbours on the machine decide.
 */
public final class TurnsBenchmark implements Benchmark {
    private static final int TURNS = 1_000;
    private static final int[] SHOWN = {10, 100, 1_000};
    private static final double FLAT = 1.15;

    private final com.sun.management.ThreadMXBean threads =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Creates it. */
    public TurnsBenchmark() {}

    @Override
    public String name() {
        return "turns";
    }

    @Override
    public String line() {
        return "time and bytes of the 10th, 100th and 1,000th turn of a session: flat";
    }

    @Override
    public String help() {
        return """
                Lets one agent with everything on (window of 20 messages, budgets, limits, router, resilience, events) hold
                many sessions of 1,000 turns over an instant model, and takes the median of what a turn costs over all
                sessions. It needs no data.

                  --sessions N   sessions that are measured (default 400)
                  --warmups N    sessions before that (default 100)
                """;
    }

    @Override
    public void run(Arguments arguments, Report report) throws Exception {
        int sessions = Math.toIntExact(arguments.number("sessions", 400));
        int warmups = Math.toIntExact(arguments.number("warmups", 100));
        arguments.refuseOthers();
        if (sessions < 1 || warmups < 0) {
            throw new CannotRun("--sessions is " + sessions + ", --warmups " + warmups + "; give at least 1 and 0");
        }
        Guarded agent = new Guarded(EnumSet.allOf(Feature.class), false);
        report.progress("warming up with " + warmups + " sessions of " + TURNS + " turns");
        for (int i = 0; i < warmups; i++) {
            hold(agent, "warm-" + i, new long[TURNS], new long[TURNS]);
        }
        long[][] nanos = new long[TURNS][sessions];
        long[][] bytes = new long[TURNS][sessions];
        long[] ownNanos = new long[TURNS];
        long[] ownBytes = new long[TURNS];
        for (int i = 0; i < sessions; i++) {
            if (i % 100 == 0) {
                report.progress("session " + i + " of " + sessions);
            }
            hold(agent, "s-" + i, ownNanos, ownBytes);
            for (int turn = 0; turn < TURNS; turn++) {
                nanos[turn][i] = ownNanos[turn];
                bytes[turn][i] = ownBytes[turn];
            }
        }
        tell(medians(nanos), medians(bytes), report);
    }

    private void hold(Guarded agent, String session, long[] nanos, long[] bytes) {
        Caller caller = Guarded.caller(session);
        for (int turn = 0; turn < TURNS; turn++) {
            long allocated = threads.getCurrentThreadAllocatedBytes();
            long began = System.nanoTime();
            String answer = agent.turn(caller);
            nanos[turn] = System.nanoTime() - began;
            bytes[turn] = threads.getCurrentThreadAllocatedBytes() - allocated;
            if (answer.isEmpty()) {
                throw new IllegalStateException("turn " + (turn + 1) + " was not answered");
            }
        }
        agent.forget(caller);
    }

    private static double[] medians(long[][] byTurn) {
        double[] medians = new double[byTurn.length];
        for (int turn = 0; turn < medians.length; turn++) {
            long[] sorted = byTurn[turn].clone();
            Arrays.sort(sorted);
            int half = sorted.length / 2;
            medians[turn] = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2.0;
        }
        return medians;
    }

    private static void tell(double[] nanos, double[] bytes, Report report) throws java.io.IOException {
        report.section("Cost of a turn, median over the sessions");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("turn", "ns", "B"));
        for (int turn : SHOWN) {
            rows.add(List.of(Integer.toString(turn), Report.number(nanos[turn - 1]), Report.number(bytes[turn - 1])));
            report.figure("turn_" + turn + ".time", nanos[turn - 1], "ns");
            report.figure("turn_" + turn + ".bytes", bytes[turn - 1], "B");
        }
        report.table(rows);
        ratio("time", nanos, report);
        ratio("bytes", bytes, report);
        double[] number = new double[TURNS];
        Arrays.setAll(number, turn -> turn + 1.0);
        report.write(
                report.plot("Cost of a turn as its session grows (median over sessions)")
                        .across("turn of the session", true)
                        .up("ns, and bytes allocated", true)
                        .line("time, ns", number, nanos)
                        .line("bytes", number, bytes),
                "turns.png");
    }

    private static void ratio(String what, double[] costs, Report report) {
        String figure = "turn_1000_of_10." + what;
        report.figure(figure, costs[TURNS - 1] / costs[SHOWN[0] - 1], "ratio").atMost(figure, FLAT);
    }
}
