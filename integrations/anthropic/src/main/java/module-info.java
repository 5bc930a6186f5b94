/** The Anthropic provider: its wire format, its models and its errors, as a chat model. */
module dev.holdfast.anthropic {
    requires static transitive org.jspecify;
    requires transitive dev.holdfast.core;
    requires transitive dev.holdfast.http;
    requires com.fasterxml.jackson.databind;

    exports dev.holdfast.anthropic;
}
