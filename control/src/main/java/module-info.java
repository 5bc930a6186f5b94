/** What an agent may do, and who decides: tool policy, guardrails, approvals, pause and kill, audit. */
module dev.holdfast.control {
    requires static transitive org.jspecify;
    requires transitive dev.holdfast.core;
    requires com.github.benmanes.caffeine;
    requires org.slf4j;

    exports dev.holdfast.control;
}
