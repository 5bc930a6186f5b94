package dev.holdfast.runtime;

/** Something that is yet to happen and can be called off. */
@FunctionalInterface
public interface Cancellable {

    /**
     * Calls it off.
     *
     * @return true when it will now never run; false when it has begun, has ended, or was called off before
     */
    boolean cancel();
}
