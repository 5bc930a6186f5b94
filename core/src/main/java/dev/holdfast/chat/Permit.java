package dev.holdfast.chat;

/**
 * What a {@link GuardLayer} holds for one call.
 *
 * <p><b>Threading.</b> Both methods run in the consumer's thread, or in the one that closes the call.
 */
@FunctionalInterface
public interface Permit {

    /**
     * Gives back, and tells whoever wants to know. Runs exactly once, after everything below has ended.
     *
     * @param outcome how the call ended, as this layer and those below it see it
     * @param call the call as it was sent; its clocks have been read anew
     */
    void end(Outcome outcome, GuardedCall call);

    /**
     * Changes the outcome on its way up, for example to add what the layer knows. Pure: it may run twice when a close
     * races with the end, and only one result counts.
     *
     * @param outcome how the call below ended
     * @return how it ends for whoever is above
     */
    default Outcome onOutcome(Outcome outcome) {
        return outcome;
    }

    /**
     * Of a layer that holds nothing and has nothing to say in the end.
     *
     * @return the shared instance
     */
    static Permit none() {
        return Passage.NOTHING;
    }
}
