/** The Anthropic provider: its wire format, its models and its errors, as a chat model. */
module dev.holdfast.anthropic {
    requires static transitive org.jspecify;
    requires transitive dev.holdfast.core;
    requires com.fasterxml.jackson.databind;
    requires dev.holdfast.http;
    requires org.slf4j;

    exports dev.holdfast.anthropic;
}
