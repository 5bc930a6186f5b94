/** Which model answers: complexity, cascades, load balancing, response cache and rollouts. */
@NullMarked
package dev.holdfast.routing;

import org.jspecify.annotations.NullMarked;
