package dev.holdfast.chat;

import dev.holdfast.context.CallContext;
import org.jspecify.annotations.Nullable;

/**
 * A layer that acts before a call and after it, and leaves alone what is in between: admits or refuses, takes and gives
 * back, observes. A limit, a breaker, a budget, a memory.
 *
 * <pre>{@code
 * final class Counted extends GuardLayer {
 *     private final LongAdder running = new LongAdder();
 *
 *     @Override
 *     protected Permit admit(GuardedCall call) {
 *         running.increment();
 *         return (outcome, ended) -> running.decrement();
 *     }
 * }
 * }</pre>
 *
 * <p>Guards that stand next to each other share one reply: what each of them adds to a call is its own work and nothing
 * else. What may send a call several times is a {@link TryingModel} instead.
 *
 * <p><b>Threading.</b> A layer is safe for use by many threads; {@link #admit} runs in the consumer's.
 */
public abstract class GuardLayer implements ModelLayer {
    private @Nullable Guards alone; // whoever races makes an equal one

    /** For layers. */
    protected GuardLayer() {}

    /**
     * Admits a call, or throws. Takes what the call needs; what it took before it throws, it gives back itself.
     *
     * @param call the call, which may be sent on in another form
     * @return what was taken, to be given back when the call has ended; {@link Permit#none()} when there is nothing
     */
    protected abstract Permit admit(GuardedCall call);

    /**
     * Tells whether this layer may {@linkplain GuardedCall#close close} a call from another thread, as a deadline does.
     * Work of the application then runs so that it can be interrupted.
     *
     * @return false by default
     */
    protected boolean mayClose() {
        return false;
    }

    /**
     * Tells whether the permits of this layer want to see the chunks of the answer.
     *
     * @return false by default
     */
    protected boolean seesChunks() {
        return false;
    }

    /**
     * Tells whether {@link #admit} comes back at once, but for waits by {@link GuardedCall#await}: without asking anybody
     * outside of the process, and without computing for long. The layers behind it then need not read the clock anew.
     *
     * @return false by default
     */
    protected boolean actsAtOnce() {
        return false;
    }

    @Override
    public final ChatModel around(ChatModel next) {
        return EndpointModel.keepName(next, alone().around(next));
    }

    @Override
    public final <T> T call(CallContext context, Work<? extends T> work) throws Exception {
        return alone().call(context, work);
    }

    final Guards alone() {
        Guards guards = alone;
        if (guards == null) {
            guards = new Guards(this);
            alone = guards;
        }
        return guards;
    }
}
