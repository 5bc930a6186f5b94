package dev.holdfast.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * Counts what a test has acquired and not given back: open replies, permits, reservations, waiting threads.
 *
 * <p>The fakes of this kit are watched from the moment they are made; a test may add what it likes. The extension
 * {@link NothingLeftBehind} looks when the test ends.
 *
 * <p><b>Threading.</b> What is watched belongs to the thread that called {@link #watch}: the test's thread.
 */
public final class Leftovers {
    private static final ThreadLocal<List<Leftovers>> OF_THIS_TEST = ThreadLocal.withInitial(ArrayList::new);

    private final String name;
    private final IntSupplier open;

    private Leftovers(String name, IntSupplier open) {
        this.name = name;
        this.open = open;
    }

    private int held() {
        try {
            return open.getAsInt();
        } catch (RuntimeException | Error e) {
            throw new AssertionError("what is left of '" + name + "' cannot be counted: " + e, e);
        }
    }

    /**
     * Watches something until the test ends.
     *
     * @param name what it is, for the message
     * @param open how much of it is held right now
     */
    public static void watch(String name, IntSupplier open) {
        OF_THIS_TEST.get().add(new Leftovers(name, open));
    }

    /**
     * What is held right now.
     *
     * @return a line for each thing that is not at zero
     */
    public static List<String> found() {
        List<String> lines = new ArrayList<>();
        for (Leftovers watched : OF_THIS_TEST.get()) {
            int held = watched.held();
            if (held != 0) {
                lines.add(watched.name + ": " + held);
            }
        }
        return lines;
    }

    /** Forgets everything that is watched. */
    public static void clear() {
        OF_THIS_TEST.remove();
    }
}
