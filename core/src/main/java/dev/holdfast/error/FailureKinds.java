package dev.holdfast.error;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What failures mean by their kind: those that no provider has reported, and that nobody has classified. */
final class FailureKinds {
    static final Classification TRANSPORT = Classification.of("no answer came", Remedy.RETRY, Remedy.FALLBACK);
    static final Classification TRUNCATED = Classification.of("the answer was cut", Remedy.RETRY, Remedy.FALLBACK);
    static final Classification TIMEOUT = Classification.of("it took too long", Remedy.RETRY, Remedy.FALLBACK);
    static final Classification CANCELLED = Classification.of("the caller gave up");

    private static final Classification NO_TIME_LEFT = Classification.of("the deadline has passed");
    private static final Classification INVALID_OUTPUT =
            Classification.of("the answer is not in the form asked for", Remedy.FALLBACK);
    private static final Classification MISCONFIGURED =
            Classification.of("the configuration cannot work", Remedy.ESCALATE);
    private static final Classification NOT_PERMITTED = Classification.of("not permitted");
    private static final Classification REFUSED_HERE =
            Classification.of("refused here, may be admitted elsewhere", Remedy.FALLBACK);
    private static final Classification PASSING_IN_SQL =
            Classification.of("the database says that it passes", Remedy.RETRY, Remedy.FALLBACK);

    /** Nobody knows whether the same code would throw it again, so it is not run again; other code may do better. */
    private static final Classification BY_THE_APPLICATION =
            Classification.of("thrown by the application's own code", Remedy.FALLBACK);

    /** What a driver throws when the same work may succeed, on a new connection in the second case. */
    private static final Set<String> SQL_THAT_PASSES =
            Set.of("java.sql.SQLTransientException", "java.sql.SQLRecoverableException");

    private FailureKinds() {}

    /** Whether it says nothing but that its cause was thrown somewhere else. */
    static boolean isCarrier(Throwable thrown) {
        return thrown instanceof TaskException
                || thrown instanceof ExecutionException
                || thrown instanceof CompletionException;
    }

    /** The meaning of anything but a {@link ProviderException}, which has a status to go by. */
    static Classification of(Throwable thrown) {
        if (thrown instanceof HoldfastException error && !(error instanceof TaskException)) {
            return ofOurs(error);
        }
        if (thrown instanceof Error) {
            return Classification.none(); // a failed assertion is not to be covered up
        }
        if (thrown instanceof IOException || thrown instanceof UncheckedIOException) {
            return TRANSPORT;
        }
        if (thrown instanceof TimeoutException) {
            return TIMEOUT;
        }
        return isPassingInSql(thrown) ? PASSING_IN_SQL : BY_THE_APPLICATION;
    }

    private static Classification ofOurs(HoldfastException error) {
        if (error instanceof RejectedException rejected) {
            return rejected.refusal().kind() == Refusal.Kind.PERMISSION ? NOT_PERMITTED : REFUSED_HERE;
        }
        if (error instanceof TransportException) {
            return TRANSPORT;
        }
        if (error instanceof StreamInterruptedException) {
            return TRUNCATED;
        }
        if (error instanceof DeadlineException) {
            return NO_TIME_LEFT;
        }
        if (error instanceof CancelledException) {
            return CANCELLED;
        }
        if (error instanceof InvalidOutputException) {
            return INVALID_OUTPUT;
        }
        return error instanceof InvalidConfigurationException ? MISCONFIGURED : Classification.none();
    }

    /** By name: who has no {@code java.sql} need not have it for this. */
    private static boolean isPassingInSql(Throwable thrown) {
        @Nullable Class<?> type = thrown.getClass();
        while (type != null && !SQL_THAT_PASSES.contains(type.getName())) {
            type = type.getSuperclass();
        }
        return type != null;
    }
}
