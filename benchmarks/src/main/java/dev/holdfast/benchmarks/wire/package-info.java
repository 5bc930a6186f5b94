/** Recorded provider exchanges, replayed over loopback and compared with what they must decode to. */
@NullMarked
package dev.holdfast.benchmarks.wire;

import org.jspecify.annotations.NullMarked;
