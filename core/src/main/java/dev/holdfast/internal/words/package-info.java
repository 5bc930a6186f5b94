/** How messages say things to people. Not exported but to modules of the library. */
@NullMarked
package dev.holdfast.internal.words;

import org.jspecify.annotations.NullMarked;
