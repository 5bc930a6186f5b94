package dev.holdfast.benchmarks.time;

import dev.holdfast.benchmarks.Arguments;
import dev.holdfast.benchmarks.Benchmark;
import dev.holdfast.benchmarks.Report;
import dev.holdfast.runtime.Cancellable;
import dev.holdfast.runtime.Signal;
import dev.holdfast.testkit.VirtualRuntime;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;

/** Events a second of the testkit's virtual time, under the loads that tests of users have. */
public final class VirtualTimeBenchmark implements Benchmark {
    private static final Duration FOREVER = Duration.ofDays(300);
    private static final int ROUNDS = 5;

    /** From this JDK on, virtual time runs on virtual threads: earlier ones pin them in monitors. */
    private static final int VIRTUAL_THREADS_SINCE = 24;

    private static final double GOAL_ON_PLATFORM_THREADS = 50_000;
    private static final double GOAL_ON_VIRTUAL_THREADS = 200_000;

    /** For the list of benchmarks. */
    public VirtualTimeBenchmark() {}

    @Override
    public String name() {
        return "virtual-time";
    }

    @Override
    public String line() {
        return "events a second of the testkit's virtual time";
    }

    @Override
    public String help() {
        return "Takes nothing. An event is a thread, or a timer, that goes on because its time has come or somebody woke\n"
                + "it. Each load runs " + ROUNDS + " times in one JVM; the figure is the median. The goal is 50,000 a\n"
                + "second on platform threads, 200,000 on virtual ones; set JAVA_HOME to a JDK from "
                + VIRTUAL_THREADS_SINCE + " on for those.";
    }

    @Override
    public void run(Arguments arguments, Report report) {
        boolean virtual = Runtime.version().feature() >= VIRTUAL_THREADS_SINCE;
        report.section("JDK " + Runtime.version() + ", " + (virtual ? "virtual" : "platform") + " threads");
        Map<String, DoubleSupplier> loads = new LinkedHashMap<>();
        loads.put("callers_1000", () -> sleepers(1_000, 100));
        loads.put("callers_10", () -> sleepers(10, 10_000));
        loads.put("signals", () -> pingPong(50_000));
        loads.put("timers", () -> timers(200_000));
        loads.put("forks", () -> forks(30_000));
        loads.forEach((name, load) -> {
            report.progress(name);
            double[] rounds = new double[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                rounds[round] = load.getAsDouble();
            }
            Arrays.sort(rounds);
            report.figure(name, Math.rint(rounds[ROUNDS / 2]), "events/s");
            report.atLeast(name, virtual ? GOAL_ON_VIRTUAL_THREADS : GOAL_ON_PLATFORM_THREADS);
        });
    }

    /** Callers that wait at random, as they do for providers, back-offs and turns. */
    private static double sleepers(int threads, int sleeps) {
        try (VirtualRuntime time = VirtualRuntime.seeded(1)) {
            long start = System.nanoTime();
            for (int i = 0; i < threads; i++) {
                Random random = new Random(i);
                time.start("sleeper-" + i, () -> {
                    for (int k = 0; k < sleeps; k++) {
                        time.sleep(Duration.ofNanos(1 + random.nextInt(1_000_000_000)));
                    }
                });
            }
            time.finish();
            return perSecond((long) threads * sleeps, start);
        }
    }

    /** Two threads that wake each other in turn. */
    private static double pingPong(int rounds) {
        try (VirtualRuntime time = VirtualRuntime.seeded(1)) {
            Signal[] pings = new Signal[rounds];
            Signal[] pongs = new Signal[rounds];
            for (int i = 0; i < rounds; i++) {
                pings[i] = time.newSignal();
                pongs[i] = time.newSignal();
            }
            long start = System.nanoTime();
            time.start("ping", () -> {
                for (int i = 0; i < rounds; i++) {
                    pings[i].fire();
                    pongs[i].await(FOREVER);
                }
            });
            time.start("pong", () -> {
                for (int i = 0; i < rounds; i++) {
                    pings[i].await(FOREVER);
                    pongs[i].fire();
                }
            });
            time.finish();
            return perSecond(2L * rounds, start);
        }
    }

    private static double timers(int count) {
        try (VirtualRuntime time = VirtualRuntime.seeded(1)) {
            Random random = new Random(1);
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                Cancellable unused = time.schedule(Duration.ofNanos(random.nextInt(1_000_000_000)), () -> {});
            }
            time.advance(Duration.ofSeconds(1));
            return perSecond(count, start);
        }
    }

    private static double forks(int count) {
        try (VirtualRuntime time = VirtualRuntime.seeded(1)) {
            long start = System.nanoTime();
            time.start("parent", () -> {
                for (int i = 0; i < count; i++) {
                    time.fork("child", () -> {}).join(FOREVER);
                }
            });
            time.finish();
            return perSecond(count, start);
        }
    }

    private static double perSecond(long events, long start) {
        return events * 1e9 / (System.nanoTime() - start);
    }
}
