/** JSON within core, so that no JSON library shows in its signatures. */
@NullMarked
package dev.holdfast.internal.json;

import org.jspecify.annotations.NullMarked;
