/**
 * What can go wrong, by what it means to the caller: refused, failed at the provider, failed on the way, too late,
 * cancelled, cut, or of the wrong form. One root, {@link dev.holdfast.error.HoldfastException}; every error says what is
 * known of the call, and every failure is classified by {@link dev.holdfast.error.FailureTable}.
 */
@NullMarked
package dev.holdfast.error;

import org.jspecify.annotations.NullMarked;
