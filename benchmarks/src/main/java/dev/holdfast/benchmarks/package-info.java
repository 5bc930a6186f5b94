/** What every benchmark shares: arguments, the report with its figures and goals, plots, and the list of names. */
@NullMarked
package dev.holdfast.benchmarks;

import org.jspecify.annotations.NullMarked;
