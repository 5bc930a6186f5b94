package dev.holdfast.runtime;

import java.time.Duration;

/**
 * A one-shot wake-up between threads: waiters wait until it fires, and once fired it stays so.
 *
 * <p>Every wait in Holdfast that is not a plain sleep (a queue, a join, a close that ends a back-off) is built on this,
 * because a virtual runtime can only let time pass when it knows who waits.
 */
public interface Signal {

    /** Wakes every waiter, now and later. Firing again does nothing. */
    void fire();

    /**
     * Tells whether the signal has fired.
     *
     * @return true once it has
     */
    boolean hasFired();

    /**
     * Waits until the signal fires.
     *
     * @param timeout how long to wait at the most; zero or less only looks
     * @return true when it has fired, false when the time ran out first
     * @throws InterruptedException when the thread is interrupted before or while it waits
     */
    boolean await(Duration timeout) throws InterruptedException;
}
