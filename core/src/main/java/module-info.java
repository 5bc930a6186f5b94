/** The words that everything speaks: messages, models, tools, context, outcomes, errors, events and the runtime. */
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
}
