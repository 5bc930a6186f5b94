package dev.holdfast.chat;

import dev.holdfast.context.CallContext;
import dev.holdfast.error.CancelledException;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import java.time.Duration;
import java.time.Instant;

/**
 * One call on its way through {@link GuardLayer}s, as each of them sees it.
 *
 * <p><b>Threading.</b> Belongs to the thread that runs {@link GuardLayer#admit} or {@link Permit#end}; {@link #close} may
 * be called from any.
 */
public interface GuardedCall {

    /**
     * The call as it reached this layer, and in the end as it was sent.
     *
     * @return request and context
     */
    ChatCall call();

    /**
     * Sends the call on in another form: with another request, or in another context.
     *
     * @param changed what the layers below get
     */
    void forward(ChatCall changed);

    /**
     * The monotonic clock of this step. Read once for all layers that {@linkplain GuardLayer#actsAtOnce act at once} and
     * without a wait between them.
     *
     * @param runtime whose clock
     * @return {@link HoldfastRuntime#nanoTime}
     */
    long nanoTime(HoldfastRuntime runtime);

    /**
     * The wall clock of this step. Read once for all layers that act without a wait between them.
     *
     * @param runtime whose clock
     * @return {@link HoldfastRuntime#at} of {@link #nanoTime}
     */
    Instant now(HoldfastRuntime runtime);

    /**
     * Waits, while the call is being admitted, until a signal fires or the time is over.
     *
     * @param signal fired by whoever lets the call go on, and by a close
     * @param timeout how long at the most
     * @param what what the call waits for, for the message of the error: "a permit of the bulkhead"
     * @throws CancelledException when the call was closed or its thread interrupted; the layer gives back what it had
     *     taken
     */
    void await(Signal signal, Duration timeout, String what);

    /** Gives the call up, from any thread: everything below ends, and then the call. */
    void close();

    /**
     * On whose behalf.
     *
     * @return the context of {@link #call()}
     */
    default CallContext context() {
        return call().context();
    }

    /**
     * What is asked.
     *
     * @return the request of {@link #call()}
     */
    default ChatRequest request() {
        return call().request();
    }
}
