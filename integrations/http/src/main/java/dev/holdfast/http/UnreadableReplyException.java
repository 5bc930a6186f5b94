package dev.holdfast.http;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What came is not an answer: the provider reports an error within it, or it is malformed. Thrown by exchanges. */
public final class UnreadableReplyException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable ReportedError error;

    private UnreadableReplyException(String message, @Nullable ReportedError error) {
        super(message, null, false, false);
        this.error = error;
    }

    /**
     * It does not have the form that the provider promises.
     *
     * @param what what is wrong with it; nothing of the answer's text in it
     * @return the exception
     */
    public static UnreadableReplyException malformed(String what) {
        return new UnreadableReplyException(Objects.requireNonNull(what, "what"), null);
    }

    /**
     * The provider reports an error.
     *
     * @param error in its own words
     * @return the exception
     */
    public static UnreadableReplyException reported(ReportedError error) {
        return new UnreadableReplyException(error.message(), error);
    }

    /** Its reader fell over it. Told by kind and place: the words of such an exception quote what it was about. */
    static UnreadableReplyException stumbled(RuntimeException cause) {
        StackTraceElement[] trace = cause.getStackTrace();
        return malformed("malformed: reading it ended in " + cause.getClass().getName()
                + (trace.length == 0 ? "" : " at " + trace[0]));
    }

    @Nullable
    ReportedError error() {
        return error;
    }
}
