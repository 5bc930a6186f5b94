/** The words that everything speaks: messages, models, tools, context, outcomes, errors, events and the runtime. */
@SuppressWarnings("module") // the module that an internal package is exported to is built after this one
module dev.holdfast.core {
    requires static transitive org.jspecify;
    requires com.fasterxml.jackson.databind;
    requires org.slf4j;

    exports dev.holdfast.chat;
    exports dev.holdfast.context;
    exports dev.holdfast.error;
    exports dev.holdfast.event;
    exports dev.holdfast.runtime;
    exports dev.holdfast.tool;
    exports dev.holdfast.internal.memo to
            dev.holdfast.budget;
    exports dev.holdfast.internal.words to
            dev.holdfast.budget,
            dev.holdfast.http,
            dev.holdfast.resilience,
            dev.holdfast.sdk,
            dev.holdfast.testkit;
}
