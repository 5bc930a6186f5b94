package dev.holdfast.testkit;

import dev.holdfast.internal.words.Durations;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Says who waits for what, for people to read. */
final class Standstill {
    private static final int THREADS_SHOWN = 20;
    private static final int FRAMES_SHOWN = 8;
    private static final Set<String> OURS = Stream.of(
                    Agenda.class,
                    Lockstep.class,
                    Standstill.class,
                    Strand.class,
                    VirtualRuntime.class,
                    VirtualSignal.class,
                    VirtualWorkers.class)
            .map(Class::getName)
            .collect(Collectors.toUnmodifiableSet());

    private Standstill() {}

    /** One line. Called under the lock of the lockstep, as all here. */
    static String describe(Strand strand) {
        String name = "'" + strand.name + "' ";
        return switch (strand.state) {
            case NEW -> name + (strand.heapIndex < 0 ? "is about to begin" : "is scheduled for " + at(strand.due));
            case READY -> name + "is about to go on";
            case RUNNING -> name + "runs";
            case ENDED -> name + "has ended";
            case WAITING -> name + waitOf(strand);
        };
    }

    private static String waitOf(Strand strand) {
        String until = strand.heapIndex < 0 ? "without a time limit" : "until " + at(strand.due);
        if (strand.signal != null) {
            return "waits for " + strand.signal + " " + until;
        }
        // A test thread that lets the others go on waits for no time and no signal, but for them.
        return strand.heapIndex < 0 && strand.id == 0 ? "waits for the others" : "sleeps " + until;
    }

    static String at(long nanos) {
        return "+" + Durations.exactly(Duration.ofNanos(nanos));
    }

    static String report(long now, List<Strand> strands) {
        StringBuilder text =
                new StringBuilder(". Virtual time is ").append(at(now)).append('.');
        strands.stream()
                .sorted(Comparator.comparingLong(strand -> strand.id))
                .limit(THREADS_SHOWN)
                .forEach(strand -> {
                    text.append("\n  ").append(describe(strand));
                    appendStack(text, strand);
                });
        if (strands.size() > THREADS_SHOWN) {
            text.append("\n  and ").append(strands.size() - THREADS_SHOWN).append(" more");
        }
        return text.toString();
    }

    /** The frames of the user: those of the wait itself are the same for everyone. */
    private static void appendStack(StringBuilder text, Strand strand) {
        Thread thread = strand.thread();
        if (thread == null || strand.state == Strand.State.ENDED) {
            return;
        }
        int shown = 0;
        boolean inside = strand.state != Strand.State.RUNNING;
        for (StackTraceElement frame : thread.getStackTrace()) {
            inside = inside && isOurs(frame.getClassName());
            if (inside) {
                continue;
            }
            if (shown++ == FRAMES_SHOWN || frame.getClassName().equals(Strand.class.getName())) {
                break;
            }
            text.append("\n      at ").append(frame);
        }
    }

    private static boolean isOurs(String className) {
        return className.startsWith("java.")
                || className.startsWith("jdk.")
                || OURS.contains(className.split("\\$", 2)[0]);
    }
}
