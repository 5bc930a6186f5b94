package dev.holdfast.chat;

/**
 * A model that may ask several times, or several others, before an answer begins: a retry, a fallback, a cascade.
 *
 * <p>One such model directly behind another, behind a {@link ChoosingModel} or behind guards needs no reply of its own: all
 * of them try within one.
 *
 * <p><b>Threading.</b> A model is safe for use by many threads; {@link #begin} runs in the consumer's.
 */
public abstract class TryingModel implements ChatModel {

    /** For models. */
    protected TryingModel() {}

    /**
     * Finds the reply that answers. Called once a call, when its work begins; may wait, try and fail.
     *
     * @param call what is asked
     * @param opening sends it, as often as it takes
     * @return what {@link Opening#begin} gave last, or a reply that needs no sending
     */
    protected abstract ChatReply begin(ChatCall call, Opening opening);

    @Override
    public final ChatReply send(ChatCall call) {
        return new GuardedReply(Guards.NONE, this, call);
    }
}
