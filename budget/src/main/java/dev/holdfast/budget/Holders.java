package dev.holdfast.budget;

import dev.holdfast.context.ScopeKey;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is known of every holder of a scope. Each is guarded by the stripe of its key; {@link #sweep} takes the stripes one
 * after the other and forgets of whom nothing is left to know.
 *
 * @param <S> what is known of one
 */
final class Holders<S extends Holders.State> {
    private final Stripes stripes;
    private final Map<ScopeKey, S> states = new ConcurrentHashMap<>();
    private final ReentrantLock sweeping = new ReentrantLock();
    private Iterator<Map.Entry<ScopeKey, S>> hand = Collections.emptyIterator(); // guarded by sweeping

    /** What is known of one holder; guarded by its stripe. */
    interface State {

        /** Tells whether forgetting this loses nothing. Then it is forgotten, and this was the last that it hears. */
        boolean tryForget(long moment);
    }

    Holders(Stripes stripes) {
        this.stripes = stripes;
    }

    /** What is known of a holder, whose stripe is locked. */
    @Nullable
    S find(ScopeKey key) {
        return states.get(key);
    }

    /** Begins to know a holder, whose stripe is locked and who was not found. */
    void add(ScopeKey key, S state) {
        states.put(key, state);
    }

    int size() {
        return states.size();
    }

    /** Does some parts of a round. No stripe is locked. */
    void sweep(int parts, long moment) {
        if (!sweeping.tryLock()) {
            return; // somebody is at it
        }
        try {
            long rest = (states.size() / Rounds.PARTS + 1L) * parts;
            while (rest-- > 0 && hasNext()) {
                Map.Entry<ScopeKey, S> each = hand.next();
                tryForget(each.getKey(), each.getValue(), moment);
            }
        } finally {
            sweeping.unlock();
        }
    }

    private boolean hasNext() {
        if (!hand.hasNext()) {
            hand = states.entrySet().iterator();
        }
        return hand.hasNext();
    }

    private void tryForget(ScopeKey key, S state, long moment) {
        long stripe = Stripes.bit(Stripes.of(key));
        stripes.lock(stripe);
        try {
            if (state.tryForget(moment)) {
                states.remove(key, state);
            }
        } finally {
            stripes.unlock(stripe);
        }
    }
}
