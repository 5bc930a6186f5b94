/** The HTTP and server-sent-events transport that providers share. */
module dev.holdfast.http {
    requires static transitive org.jspecify;
    requires transitive dev.holdfast.core;
    requires okhttp3;
    requires org.slf4j;

    exports dev.holdfast.http;
}
