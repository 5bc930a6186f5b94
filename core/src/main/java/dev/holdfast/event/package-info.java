/**
 * What happens, as it happens: {@link dev.holdfast.event.Event}s in pairs of start and end, for runs, calls, attempts
 * and tools, each with the context of its call.
 */
@NullMarked
package dev.holdfast.event;

import org.jspecify.annotations.NullMarked;
