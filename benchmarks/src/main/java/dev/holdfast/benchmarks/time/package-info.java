/** How fast virtual time passes. */
@NullMarked
package dev.holdfast.benchmarks.time;

import org.jspecify.annotations.NullMarked;
