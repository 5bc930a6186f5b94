/** The one place that assembles a stack: the agent builder, agent specs and the fleet. */
@NullMarked
package dev.holdfast;

import org.jspecify.annotations.NullMarked;
