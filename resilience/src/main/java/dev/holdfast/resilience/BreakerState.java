package dev.holdfast.resilience;

import dev.holdfast.resilience.CircuitBreaker.State;

/**
 * One moment of a breaker. Immutable: a breaker goes from one to the next in one step.
 *
 * @param state what is done with calls
 * @param era grows with every change of state: the end of a call that was admitted in an earlier era means nothing now
 * @param count failures in a row when closed, probes that have succeeded when half open
 * @param running probes that have not ended
 * @param openUntil when open: when the first probe may go, by the monotonic clock; when half open: when another one may
 *     go although none has ended
 */
record BreakerState(State state, long era, int count, int running, long openUntil) {

    static BreakerState first() {
        return new BreakerState(State.CLOSED, 0, 0, 0, 0);
    }

    BreakerState next(State state) {
        return new BreakerState(state, era + 1, 0, 0, 0);
    }

    BreakerState openUntil(long nanoTime) {
        return new BreakerState(State.OPEN, era + 1, 0, 0, nanoTime);
    }

    BreakerState counted(int count) {
        return new BreakerState(state, era, count, running, openUntil);
    }

    BreakerState probing(long nextAt) {
        return new BreakerState(state, era, count, running + 1, nextAt);
    }

    BreakerState running(int running) {
        return new BreakerState(state, era, count, running, openUntil);
    }
}
