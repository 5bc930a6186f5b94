package dev.holdfast.tool;

import dev.holdfast.chat.Part;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.internal.json.Binder;
import dev.holdfast.internal.json.JsonWriter;
import dev.holdfast.internal.json.MisfitException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** A tool whose arguments are read before its body runs. */
final class BoundTool<A> implements Tool {
    private static final String NO_ARGUMENTS = "{}";

    private final ToolSpec spec;
    private final Binder<A> binder;
    private final Tools.Body<? super A> body;

    private final int mostChars;

    BoundTool(ToolSpec spec, Binder<A> binder, Tools.Body<? super A> body) {
        this(spec, binder, body, Integer.MAX_VALUE);
    }

    private BoundTool(ToolSpec spec, Binder<A> binder, Tools.Body<? super A> body, int mostChars) {
        this.spec = spec;
        this.binder = binder;
        this.body = body;
        this.mostChars = mostChars;
    }

    /** The same tool, which stops writing its answer after so many characters: nobody reads on. */
    BoundTool<A> writing(int mostChars) {
        return new BoundTool<>(spec, binder, body, mostChars);
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
            return told(awaited(later.toCompletableFuture()), use);
        }
        return answer instanceof Future<?> later ? told(awaited(later), use) : asJson(answer, use);
    }

    /** Waits in the tool's own thread, which is interrupted when the tool's time is over: then nobody wants it any more. */
    private static @Nullable Object awaited(Future<?> later) throws Exception {
        try {
            return later.get();
        } catch (InterruptedException e) {
            later.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof Error error) {
                throw error;
            }
            // An interrupt of the thread that worked on it is none of ours.
            throw cause instanceof Exception failure && !(failure instanceof InterruptedException) ? failure : e;
        }
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
