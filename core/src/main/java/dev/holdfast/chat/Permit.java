package dev.holdfast.chat;

/**
 * What a {@link GuardLayer} holds for one call.
 *
 * <p><b>Threading.</b> Chunks pass in the consumer's thread; the end runs there, too, or in the thread that closes the call.
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
     * Sees a chunk pass, on its way up. What it throws ends the call. Only where {@link GuardLayer#seesChunks} says so.
     *
     * @param chunk on its way to the consumer
     */
    default void onChunk(Chunk chunk) {}

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
