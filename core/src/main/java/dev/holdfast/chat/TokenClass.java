package dev.holdfast.chat;

/**
 * The kinds of tokens that providers price differently. The classes do not overlap: a provider's total is the sum of
 * its classes, whatever its own wire format counts within what.
 */
public enum TokenClass {
    /** Input that was read afresh. */
    INPUT,
    /** Input that came out of the provider's cache. */
    CACHED_INPUT,
    /** Input that was written to the provider's cache for a few minutes. */
    CACHE_WRITE,
    /** Input that was written to the provider's cache for an hour. */
    CACHE_WRITE_1H,
    /** Spoken input. */
    AUDIO_INPUT,
    /** Output, without what is counted below. */
    OUTPUT,
    /** Output that the model thought but did not say. */
    REASONING,
    /** Spoken output. */
    AUDIO_OUTPUT;

    /**
     * Tells which side of the bill it is on.
     *
     * @return true for everything that was sent to the model
     */
    public boolean isInput() {
        return compareTo(OUTPUT) < 0;
    }
}
