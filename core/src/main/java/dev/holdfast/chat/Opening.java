package dev.holdfast.chat;

import dev.holdfast.error.HoldfastException;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import java.util.function.UnaryOperator;

/**
 * A call whose answer has not begun, in the hands of a {@link TryingModel}. As nothing reaches the consumer before a first
 * chunk is there, and nothing is tried after it, no answer is ever patched together from two.
 *
 * <p><b>Threading.</b> Belongs to the consumer's thread, in which {@link TryingModel#begin} runs.
 */
public interface Opening {

    /**
     * Sends a call and waits until its answer begins. Where it fails before that, everything below has been given back.
     *
     * <p>The first chunk of the reply has been read and is kept for the consumer, so the reply is to be returned or closed,
     * and not to be read.
     *
     * <p>A reply that began before is left, and closed, once another has begun; where the other one fails, it still stands.
     *
     * @param target who is asked
     * @param call what is asked, and in which context
     * @return the reply that answers
     * @throws HoldfastException when there is no answer
     */
    ChatReply begin(ChatModel target, ChatCall call);

    /**
     * Tells whether there is any use in going on.
     *
     * @return true once the consumer, or a deadline, has closed the call
     */
    boolean isGivenUp();

    /**
     * Fires a signal when the call is closed, for whoever waits between two tries. The last one given counts, so give it
     * before every wait: what is tried in between may have given its own.
     *
     * @param signal fired at once where the call has been closed already
     */
    void onClose(Signal signal);

    /**
     * Changes the outcome of the reply that has begun on its way up, for example to add what was tried before. Those given
     * earlier, by models that stand further inside, see it earlier. What was given for a reply that is left goes with it.
     *
     * @param change pure: it may run twice when a close races with the end, and only one result counts
     */
    void onOutcome(UnaryOperator<Outcome> change);

    /**
     * The monotonic clock. Read once for all that acts without a wait since the call came.
     *
     * @param runtime whose clock
     * @return {@link HoldfastRuntime#nanoTime}
     */
    long nanoTime(HoldfastRuntime runtime);
}
