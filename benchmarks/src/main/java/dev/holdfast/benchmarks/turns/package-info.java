/** Whether a conversation costs more the longer it lasts. */
@NullMarked
package dev.holdfast.benchmarks.turns;

import org.jspecify.annotations.NullMarked;
