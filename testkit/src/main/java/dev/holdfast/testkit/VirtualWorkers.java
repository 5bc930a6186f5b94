package dev.holdfast.testkit;

import java.lang.reflect.Method;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where the threads of virtual time come from, for all virtual runtimes of the process: a suite with a thousand tests
 * keeps no more threads than its busiest test had.
 */
final class VirtualWorkers {

    static final boolean VIRTUAL_THREADS = Runtime.version().feature() >= 24;

    static final Executor EXECUTOR = VIRTUAL_THREADS ? virtualThreads() : platformThreads();

    private VirtualWorkers() {}

    /**
     * From JDK 24 on, where a virtual thread that parks inside a monitor gives its carrier away. Before, two such
     * threads of a user's code would take both carriers of a small machine and stand still.
     */
    private static Executor virtualThreads() {
        try {
            Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
            return work -> {
                try {
                    start.invoke(null, work);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                }
            };
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Executor platformThreads() {
        AtomicLong number = new AtomicLong();
        return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
            Thread thread = new Thread(work, "virtual-time-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }
}
