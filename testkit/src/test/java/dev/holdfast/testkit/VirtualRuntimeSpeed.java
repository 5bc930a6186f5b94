package dev.holdfast.testkit;

import dev.holdfast.runtime.Signal;
import java.time.Duration;
import java.util.Random;

/** Prints how many events a second virtual time takes. Run by hand, on each JDK; a few seconds. */
final class VirtualRuntimeSpeed {
    private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    private VirtualRuntimeSpeed() {}

    public static void main(String[] args) {
        System.out.println("JDK " + Runtime.version() + ", threads "
                + (VirtualWorkers.VIRTUAL_THREADS ? "virtual" : "of the platform"));
        for (int round = 1; round <= 3; round++) {
            System.out.println("round " + round);
            print("1,000 sleeping threads", sleepers(1_000, 100));
            print("10 sleeping threads", sleepers(10, 10_000));
            print("ping-pong by signals", pingPong(100_000));
            print("one thread sleeping", sleepers(1, 500_000));
            print("sleeps of the test thread, among 100 timers", testThread(20_000));
            print("timers", timers(300_000));
            print("forks joined", forks(50_000));
        }
    }

    private static void print(String what, double perSecond) {
        System.out.printf("  %-45s %,12.0f events/s%n", what, perSecond);
    }

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

    private static double testThread(int sleeps) {
        try (VirtualRuntime time = VirtualRuntime.seeded(1)) {
            for (int i = 0; i < 100; i++) {
                repeat(time, Duration.ofSeconds(1));
            }
            long start = System.nanoTime();
            for (int i = 0; i < sleeps; i++) {
                time.sleep(Duration.ofMillis(10));
            }
            return perSecond(2L * sleeps, start);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void repeat(VirtualRuntime time, Duration pause) {
        var unused = time.schedule(pause, () -> repeat(time, pause));
    }

    private static double timers(int count) {
        try (VirtualRuntime time = VirtualRuntime.seeded(1)) {
            Random random = new Random(1);
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                var unused = time.schedule(Duration.ofNanos(random.nextInt(1_000_000_000)), () -> {});
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
