/**
 * The one place that Holdfast takes time, randomness, waiting and threads from. Everything else is given a
 * {@link dev.holdfast.runtime.HoldfastRuntime}; tests give a virtual one.
 */
@NullMarked
package dev.holdfast.runtime;

import org.jspecify.annotations.NullMarked;
