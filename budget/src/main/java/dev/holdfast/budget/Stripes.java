package dev.holdfast.budget;

import dev.holdfast.context.CallContext;
import dev.holdfast.context.Scope;
import dev.holdfast.context.ScopeKey;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.StampedLock;

/**
 * 64 locks that share the keys between them by tenant, so that all that one call touches is mostly behind one lock, and
 * behind two where there is something global. A set of stripes is the bits of a long; it is always locked in the order of
 * its bits, which is why two calls never wait for each other in a circle.
 *
 * <p>Held for a few hundred nanoseconds, never across a wait or a callback.
 */
final class Stripes {
    private static final int COUNT = Long.SIZE;
    private static final int TRIES = 64;

    /** Which keep no owner: nobody locks twice, and a store of it costs as much as the lock. */
    private final Lock[] locks = new Lock[COUNT];

    Stripes() {
        for (int i = 0; i < COUNT; i++) {
            locks[i] = new StampedLock().asWriteLock();
        }
    }

    static int count() {
        return COUNT;
    }

    static int of(ScopeKey key) {
        List<String> path = key.path();
        return path.isEmpty() ? of(0) : ofTenant(path.get(0));
    }

    private static int ofTenant(String tenant) {
        return of(tenant.hashCode());
    }

    private static int of(int hash) {
        int mixed = hash ^ (hash >>> 16);
        return (mixed ^ (mixed >>> 6)) & (COUNT - 1);
    }

    /** The bit of the stripe of a scope's key in a call, found without the key. */
    static long bit(Scope scope, CallContext context) {
        return bit(scope == Scope.GLOBAL ? of(0) : ofTenant(context.caller().tenant()));
    }

    static long bit(int stripe) {
        return 1L << stripe;
    }

    void lock(long stripes) {
        for (long rest = stripes; rest != 0; rest &= rest - 1) {
            lock(locks[Long.numberOfTrailingZeros(rest)]);
        }
    }

    /** Held for less time than it takes to put a thread to sleep and wake it: worth a few tries before that. */
    private static void lock(Lock lock) {
        for (int i = 0; i < TRIES; i++) {
            if (lock.tryLock()) {
                return;
            }
        }
        lock.lock();
    }

    void unlock(long stripes) {
        for (long rest = stripes; rest != 0; rest &= rest - 1) {
            locks[Long.numberOfTrailingZeros(rest)].unlock();
        }
    }
}
