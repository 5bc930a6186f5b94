package dev.holdfast.tool;

import dev.holdfast.chat.Part;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.internal.json.Binder;
import dev.holdfast.internal.json.JsonWriter;
import dev.holdfast.internal.json.MisfitException;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A tool whose arguments are read before its body runs. */
final class BoundTool<A> implements Tool {
    private static final String NO_ARGUMENTS = "{}";

    private final ToolSpec spec;
    private final Binder<A> binder;
    private final Tools.Body<? super A> body;
    private final int mostChars;

    /** That of its loop; null alone, where it does not know by whose clock a deadline is. */
    private final @Nullable HoldfastRuntime runtime;

    BoundTool(ToolSpec spec, Binder<A> binder, Tools.Body<? super A> body) {
        this(spec, binder, body, Integer.MAX_VALUE, null);
    }

    private BoundTool(
            ToolSpec spec,
            Binder<A> binder,
            Tools.Body<? super A> body,
            int mostChars,
            @Nullable HoldfastRuntime runtime) {
        this.spec = spec;
        this.binder = binder;
        this.body = body;
        this.mostChars = mostChars;
        this.runtime = runtime;
    }

    /**
     * The same tool within a loop.
     *
     * @param mostChars after so many characters it stops writing its answer: nobody reads on
     * @param runtime through which it waits for what it answers later
     */
    BoundTool<A> within(int mostChars, HoldfastRuntime runtime) {
        return new BoundTool<>(spec, binder, body, mostChars, runtime);
    }

    @Override
    public ToolSpec spec() {
        return spec;
    }

    @Override
    public Part.ToolResult call(ToolUse use) throws Exception {
        String json = use.call().arguments();
        A arguments;
        try {
            arguments = binder.read(isNothing(json) ? NO_ARGUMENTS : json);
        } catch (MisfitException e) {
            return use.failure("The arguments do not fit; the tool has not run. Mend them and call it again:\n- "
                    + String.join("\n- ", e.mistakes()));
        }
        return told(body.apply(arguments, use), use);
    }

    private Part.ToolResult told(@Nullable Object answer, ToolUse use) throws Exception {
        if (answer instanceof Part.ToolResult result) {
            return result;
        }
        if (answer instanceof CharSequence words) {
            return use.answer(words.toString());
        }
        if (answer instanceof Optional<?> optional) {
            return told(optional.orElse(null), use);
        }
        if (answer instanceof CompletionStage<?> later) {
            return told(awaited(later.toCompletableFuture(), use.context()), use);
        }
        return answer instanceof Future<?> later ? told(awaited(later, use.context()), use) : asJson(answer, use);
    }

    /**
     * Waits in the tool's own thread, which is interrupted when nobody waits for the tool any more: then nobody wants
     * what it would have answered. The deadline is for a body that has swallowed that interrupt.
     */
    private @Nullable Object awaited(Future<?> later, CallContext context) throws Exception {
        HoldfastRuntime clock = runtime;
        try {
            return clock == null ? later.get() : in(clock, later, context);
        } catch (InterruptedException e) {
            later.cancel(true);
            throw e;
        } catch (TimeoutException e) {
            later.cancel(true);
            throw new DeadlineException(
                    "the deadline passed before the answer of the tool '" + spec.name() + "' was there",
                    ErrorDetails.nothingSent(context),
                    e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof Error error) {
                throw error;
            }
            // An interrupt of the thread that worked on it is none of ours.
            throw cause instanceof Exception failure && !(failure instanceof InterruptedException) ? failure : e;
        }
    }

    /** A future that calls nobody back is all that is waited for outside of the runtime. */
    private static @Nullable Object in(HoldfastRuntime clock, Future<?> later, CallContext context)
            throws InterruptedException, ExecutionException, TimeoutException {
        long nanosLeft = context.deadline().nanosLeft(clock);
        if (later instanceof CompletableFuture<?> stage && !stage.isDone()) {
            Signal complete = clock.newSignal();
            var unused = stage.whenComplete((value, thrown) -> complete.fire());
            if (!complete.await(Duration.ofNanos(nanosLeft))) {
                throw new TimeoutException();
            }
        }
        return later.get(nanosLeft, TimeUnit.NANOSECONDS);
    }

    /** Some providers send nothing at all for a call without arguments, or null. */
    private static boolean isNothing(String json) {
        return json.isBlank() || json.strip().equals("null");
    }

    /** The tool has done its work by now: a model that heard only of a failure would have it done again. */
    private Part.ToolResult asJson(@Nullable Object answer, ToolUse use) {
        try {
            return use.answer(JsonWriter.write(answer, mostChars));
        } catch (RuntimeException e) { // of the answer's own code, too: a lazy list whose session is closed
            return use.failure("The tool has run, but what it answered cannot be told: " + ToolLoop.words(e));
        }
    }

    @Override
    public String toString() {
        return "tool " + spec.name();
    }
}
