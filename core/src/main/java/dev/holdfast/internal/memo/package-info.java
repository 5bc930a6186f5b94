/** What other modules of the library keep beside core's values. Exported to them alone. */
@NullMarked
package dev.holdfast.internal.memo;

import org.jspecify.annotations.NullMarked;
