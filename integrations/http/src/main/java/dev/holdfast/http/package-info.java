/** The HTTP and server-sent-events transport that providers share. */
@NullMarked
package dev.holdfast.http;

import org.jspecify.annotations.NullMarked;
