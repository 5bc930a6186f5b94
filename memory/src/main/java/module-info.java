/** What an agent remembers: short, medium and long tiers, compaction and recall. */
module dev.holdfast.memory {
    requires static transitive org.jspecify;
    requires transitive dev.holdfast.core;
    requires com.github.benmanes.caffeine;

    exports dev.holdfast.memory;
}
