package dev.holdfast.http;

import java.io.IOException;

/** An answer is larger than the transport was told to accept. */
final class LimitExceededException extends IOException {
    private static final long serialVersionUID = 1L;

    LimitExceededException(String what, long limit, String setting) {
        super(what + " is longer than " + limit + " bytes; if the provider really sends that much, raise " + setting
                + " of the HTTP transport");
    }
}
