/** What a guarded turn costs beside the peers': time and bytes per operation, in one JMH run. */
@NullMarked
package dev.holdfast.benchmarks.overhead;

import org.jspecify.annotations.NullMarked;
