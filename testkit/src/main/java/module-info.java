/** For tests, of users and ours: fake models, virtual time, faults, a provider simulator and conformance kits. */
module dev.holdfast.testkit {
    requires static transitive org.jspecify;
    requires transitive dev.holdfast.core;
    requires transitive dev.holdfast.resilience;
    requires transitive dev.holdfast.budget;
    requires transitive dev.holdfast.routing;
    requires transitive dev.holdfast.memory;
    requires transitive dev.holdfast.control;
    requires com.fasterxml.jackson.databind;
    requires static transitive org.assertj.core;
    requires static transitive org.junit.jupiter.api;
    requires org.slf4j;

    exports dev.holdfast.testkit;
}
