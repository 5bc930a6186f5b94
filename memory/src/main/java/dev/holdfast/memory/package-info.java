/** What an agent remembers: short, medium and long tiers, compaction and recall. */
@NullMarked
package dev.holdfast.memory;

import org.jspecify.annotations.NullMarked;
