package dev.holdfast.chat;

import dev.holdfast.context.CallContext;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.TaskException;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A callable as a model, so that one implementation of a layer serves both. One instance a call. */
final class WorkModel<T> implements ChatModel {
    private static final ChatResponse DONE = ChatResponse.builder(Endpoint.of("application", "work"), Message.nothing())
            .usage(Usage.none())
            .finishReason(FinishReason.STOP)
            .build();

    private final Callable<? extends T> work;
    private @Nullable T result;

    private WorkModel(Callable<? extends T> work) {
        this.work = work;
    }

    @SuppressWarnings("NullAway") // null is a result that a callable may return
    static <T> T run(ModelLayer layer, CallContext context, Callable<? extends T> work) throws Exception {
        WorkModel<T> model = new WorkModel<>(work);
        try {
            layer.around(model).send(new ChatCall(ChatRequest.empty(), context)).await();
        } catch (TaskException e) {
            if (e.getCause() instanceof Exception thrownByWork) {
                throw thrownByWork;
            }
            throw e;
        }
        return model.result;
    }

    @Override
    public ChatReply send(ChatCall call) {
        return new WorkReply(call.context());
    }

    /** A close by another thread, of a deadline for example, interrupts the work: it has no other way to hear of it. */
    private final class WorkReply extends LayerReply {
        private final CallContext context;
        private final ReentrantLock lock = new ReentrantLock();
        private @Nullable Thread worker; // guarded by the lock, as the next one
        private boolean stopped;

        WorkReply(CallContext context) {
            this.context = context;
        }

        @Override
        protected ChatReply open() {
            begin();
            try {
                result = work.call();
                return ChatReply.completed(DONE);
            } catch (HoldfastException e) {
                throw e;
            } catch (InterruptedException e) {
                if (!isClosed()) { // else the interrupt was that of the close, and has done what it was for
                    Thread.currentThread().interrupt();
                }
                throw new CancelledException("interrupted", details(), e);
            } catch (Exception e) {
                throw new TaskException("the guarded work threw " + e, details(), e);
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
                    throw new CancelledException(
                            "closed before the work began", ErrorDetails.nothingSent(context), null);
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
                    .usage(Usage.none(), Billing.MAYBE_BILLED)
                    .build();
        }
    }
}
