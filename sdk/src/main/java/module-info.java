/** The one place that assembles a stack: the agent builder, agent specs and the fleet. */
module dev.holdfast.sdk {
    requires static transitive org.jspecify;
    requires transitive dev.holdfast.core;
    requires transitive dev.holdfast.resilience;
    requires transitive dev.holdfast.budget;
    requires transitive dev.holdfast.routing;
    requires transitive dev.holdfast.memory;
    requires transitive dev.holdfast.control;
    requires org.slf4j;

    exports dev.holdfast;
}
