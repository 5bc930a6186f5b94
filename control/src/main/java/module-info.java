/** What an agent may do, and who decides: tool policy, guardrails, approvals, pause and kill, audit. */
module dev.holdfast.control {
    requires static transitive org.jspecify;
    requires transitive dev.holdfast.core;

    exports dev.holdfast.control;
}
