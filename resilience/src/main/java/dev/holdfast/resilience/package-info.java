/** What happens when a call fails: retry, fallback, breakers, bulkheads, hedging, deadlines and degradation. */
@NullMarked
package dev.holdfast.resilience;

import org.jspecify.annotations.NullMarked;
