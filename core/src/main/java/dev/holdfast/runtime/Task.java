package dev.holdfast.runtime;

import java.time.Duration;

/** Work that runs on another thread. */
public interface Task {

    /**
     * Tells whether the work has ended, however it ended.
     *
     * @return true once it has
     */
    boolean isDone();

    /**
     * Waits for the work to end.
     *
     * @param timeout how long to wait at the most; zero or less only looks
     * @return true when it has ended, false when the time ran out first
     * @throws InterruptedException when the waiting thread is interrupted
     */
    boolean join(Duration timeout) throws InterruptedException;

    /** Interrupts the thread that does the work, if it has begun and not ended; work that has not begun never begins. */
    void interrupt();
}
