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
    private final CallContext context;
    private final Usage usageOfFailure;
    private final Callable<ChatResponse> work;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Thread worker; // guarded by the lock, as the next one
    private boolean stopped;

    WorkReply(CallContext context, Usage usageOfFailure, Callable<ChatResponse> work) {
        this.context = context;
        this.usageOfFailure = usageOfFailure;
        this.work = work;
    }

    @Override
    protected ChatReply open() {
        begin();
        try {
            return ChatReply.completed(work.call());
        } catch (HoldfastException e) {
            throw e;
        } catch (InterruptedException e) {
            if (!isClosed()) { // else the interrupt was that of the close, and has done what it was for
                Thread.currentThread().interrupt();
            }
            throw new CancelledException("interrupted", details(), e);
        } catch (Exception e) {
            throw new TaskException(e.getClass().getSimpleName() + " was thrown by the guarded work", details(), e);
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
                Thread.interrupted(); // the thread goes on without our interrupt
            }
        } finally {
            lock.unlock();
        }
    }

    private ErrorDetails details() {
        return ErrorDetails.builder()
                .context(context)
                .usage(usageOfFailure, Billing.MAYBE_BILLED)
                .build();
    }
}
