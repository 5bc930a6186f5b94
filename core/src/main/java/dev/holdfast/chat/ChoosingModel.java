package dev.holdfast.chat;

/**
 * A model that finds out who answers a call when the call begins: a router, a canary, a switch.
 *
 * <p><b>Threading.</b> A model is safe for use by many threads; {@link #choose} runs in the consumer's.
 */
public abstract class ChoosingModel implements ChatModel {

    /** For models. */
    protected ChoosingModel() {}

    /**
     * Chooses who answers. Called once a call, when its work begins, so it may take its time and may fail.
     *
     * @param call the call, which goes to the chosen model as it is now
     * @return who answers
     */
    protected abstract ChatModel choose(GuardedCall call);

    /**
     * Tells whether {@link #choose} comes back at once, as {@link GuardLayer#actsAtOnce} does of a guard.
     *
     * @return false by default
     */
    protected boolean actsAtOnce() {
        return false;
    }

    @Override
    public final ChatReply send(ChatCall call) {
        return new GuardedReply(Guards.NONE, this, call);
    }
}
