/** The words that everything speaks: messages, models, tools, context, outcomes, errors, events and the runtime. */
module dev.holdfast.core {
    requires static transitive org.jspecify;
    requires com.fasterxml.jackson.databind;
    requires org.slf4j;

    exports dev.holdfast.runtime;
}
