/** Which model answers: complexity, cascades, load balancing, response cache and rollouts. */
module dev.holdfast.routing {
    requires static transitive org.jspecify;
    requires transitive dev.holdfast.core;
    requires org.slf4j;

    exports dev.holdfast.routing;
}
