/** The HTTP and server-sent-events transport that providers share. */
module dev.holdfast.http {
    requires static transitive org.jspecify;
    requires transitive dev.holdfast.core;
    requires transitive okhttp3;

    exports dev.holdfast.http;
}
