/** Who calls, for whom, until when: the context that travels with every call to every layer, tool, event and thread. */
@NullMarked
package dev.holdfast.context;

import org.jspecify.annotations.NullMarked;
