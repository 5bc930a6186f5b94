/** What a call may cost: token counting, prices, ledgers, rate limits, fair shares and cost attribution. */
module dev.holdfast.budget {
    requires static transitive org.jspecify;
    requires transitive dev.holdfast.core;
    requires io.github.bucket4j.core;
    requires jtokkit;
    requires org.slf4j;

    exports dev.holdfast.budget;
}
