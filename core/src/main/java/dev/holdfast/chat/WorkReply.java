package dev.holdfast.chat;

import dev.holdfast.context.CallContext;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.TaskException;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The reply of code that blocks and then returns the whole answer. A close by another thread, of a deadline for example,
 * interrupts the code: it has no other way to hear of it.
 */
final class WorkReply extends LayerReply {
    /** What work is called that has no name. */
    private static final String WORK = "the guarded work";

    private final CallContext context;
    private final Usage usageOfFailure;
    private final String who;
    private final Callable<ChatResponse> work;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Thread worker; // guarded by the lock, as the next one
    private boolean stopped;

    WorkReply(CallContext context, Usage usageOfFailure, Callable<ChatResponse> work) {
        this(context, usageOfFailure, WORK, work);
    }

    /** The reply of work that has a name, for the messages of its errors. */
    WorkReply(CallContext context, Usage usageOfFailure, String who, Callable<ChatResponse> work) {
        this.context = context;
        this.usageOfFailure = usageOfFailure;
        this.who = who;
        this.work = work;
    }

    /** See {@link Work#errorOf}; for work that may have used something before it threw. */
    static HoldfastException errorOf(Throwable thrown, CallContext context, Usage usage) {
        return errorOf(thrown, context, usage, WORK);
    }

    private static HoldfastException errorOf(Throwable thrown, CallContext context, Usage usage, String who) {
        if (thrown instanceof HoldfastException ours) {
            return ours;
        }
        ErrorDetails details = details(context, usage);
        if (thrown instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            return new CancelledException("interrupted", details, thrown);
        }
        return new TaskException(thrown.getClass().getSimpleName() + " was thrown by " + who, details, thrown);
    }

    private static ErrorDetails details(CallContext context, Usage usage) {
        return ErrorDetails.builder()
                .context(context)
                .usage(usage, Billing.MAYBE_BILLED)
                .build();
    }

    @Override
    protected ChatReply open() {
        begin();
        try {
            ChatResponse response = work.call();
            if (response == null) { // by code that nobody checks for it
                throw new TaskException(
                        who + " returned null; return an answer, or throw", details(context, usageOfFailure), null);
            }
            return ChatReply.completed(response);
        } catch (Exception e) {
            throw errorOf(e, context, usageOfFailure, who);
        } finally {
            end();
        }
    }

    @Override
    protected void onCloseWhileOpening() {
        lock.lock();
        try {
            stopped = true;
            if (worker != null) {
                worker.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private void begin() {
        lock.lock();
        try {
            if (stopped) {
                throw new CancelledException("closed before the work began", ErrorDetails.nothingSent(context), null);
            }
            worker = Thread.currentThread();
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            worker = null;
            if (stopped) {
                Thread.interrupted(); // the thread goes on without our interrupt, which has done what it was for
            }
        } finally {
            lock.unlock();
        }
    }
}
