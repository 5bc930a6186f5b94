package dev.holdfast.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * Counts what a test has acquired and not given back: open replies, permits, reservations, waiting threads.
 *
 * <p>The fakes of this kit are watched from the moment they are made, those that the tests of a class share as well; a
 * test may add what it likes. The extension {@link NothingLeftBehind} looks when each test ends.
 *
 * <p><b>Threading.</b> What is watched belongs to the thread that called {@link #watch}: the test's thread.
 */
public final class Leftovers {
    private static final int UNCOUNTED = -1;
    private static final ThreadLocal<Watched> OF_THIS_THREAD = ThreadLocal.withInitial(Watched::new);

    private final String name;
    private final IntSupplier open;
    private int heldBefore; // when the last test ended: not the fault of this one

    /** What is watched in a thread. */
    private static final class Watched {
        private final List<Leftovers> all = new ArrayList<>();
        private boolean untilClassEnds;
    }

    private Leftovers(String name, IntSupplier open) {
        this.name = name;
        this.open = open;
    }

    /**
     * Watches something until the test class ends.
     *
     * @param name what it is, for the message
     * @param open how much of it is held right now
     */
    public static void watch(String name, IntSupplier open) {
        OF_THIS_THREAD.get().all.add(new Leftovers(name, open));
    }

    /**
     * What is held right now.
     *
     * @return a line for each thing that is not at zero, or cannot be counted
     */
    public static List<String> found() {
        List<String> lines = new ArrayList<>();
        for (Leftovers watched : OF_THIS_THREAD.get().all) {
            watched.look(0, lines);
        }
        return lines;
    }

    /** Forgets everything that is watched. */
    public static void clear() {
        OF_THIS_THREAD.get().all.clear();
    }

    /** From now on what is watched stays so beyond the end of a test: its fixture may be that of the whole class. */
    static void classBegins() {
        OF_THIS_THREAD.get().untilClassEnds = true;
    }

    /** What a test that has ended holds more than was held before it. */
    static List<String> testEnds() {
        Watched here = OF_THIS_THREAD.get();
        List<String> lines = new ArrayList<>();
        // What cannot be counted is told once: it must not fail every later test.
        here.all.removeIf(watched -> {
            watched.heldBefore = watched.look(watched.heldBefore, lines);
            return watched.heldBefore == UNCOUNTED;
        });
        if (!here.untilClassEnds) { // nobody will say when: a thread of several, or an extension of one test
            OF_THIS_THREAD.remove();
        }
        return lines;
    }

    static void classEnds() {
        OF_THIS_THREAD.remove();
    }

    /** How much is held; adds a line if that is more than before, or cannot be counted. */
    private int look(int before, List<String> lines) {
        try {
            int held = open.getAsInt();
            if (held > before) {
                lines.add(name + ": " + (held - before));
            }
            return held;
        } catch (RuntimeException | Error e) {
            lines.add("what is left of '" + name + "' cannot be counted: " + e);
            return UNCOUNTED;
        }
    }
}
