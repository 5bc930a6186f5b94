/** What happens when a call fails: retry, fallback, breakers, bulkheads, hedging, deadlines and degradation. */
module dev.holdfast.resilience {
    requires static transitive org.jspecify;
    requires transitive dev.holdfast.core;
    requires dev.failsafe.core;
    requires org.slf4j;

    exports dev.holdfast.resilience;
}
