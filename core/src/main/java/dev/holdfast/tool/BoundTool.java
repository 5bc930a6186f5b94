package dev.holdfast.tool;

import dev.holdfast.chat.Part;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.internal.json.Binder;
import dev.holdfast.internal.json.JsonWriter;
import dev.holdfast.internal.json.MisfitException;
import org.jspecify.annotations.Nullable;

/** A tool whose arguments are read before its body runs. */
final class BoundTool<A> implements Tool {
    private static final String NO_ARGUMENTS = "{}";

    private final ToolSpec spec;
    private final Binder<A> binder;
    private final Tools.Body<? super A> body;

    BoundTool(ToolSpec spec, Binder<A> binder, Tools.Body<? super A> body) {
        this.spec = spec;
        this.binder = binder;
        this.body = body;
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
        Object answer = body.apply(arguments, use);
        if (answer instanceof Part.ToolResult result) {
            return result;
        }
        return answer instanceof CharSequence words ? use.answer(words.toString()) : asJson(answer, use);
    }

    /** Some providers send nothing at all for a call without arguments, or null. */
    private static boolean isNothing(String json) {
        return json.isBlank() || json.strip().equals("null");
    }

    /** The tool has done its work by now: a model that heard only of a failure would have it done again. */
    private static Part.ToolResult asJson(@Nullable Object answer, ToolUse use) {
        try {
            return use.answer(JsonWriter.write(answer));
        } catch (RuntimeException e) { // of the answer's own code, too: a lazy list whose session is closed
            return use.failure("The tool has run, but what it answered cannot be told: " + ToolLoop.words(e));
        }
    }

    @Override
    public String toString() {
        return "tool " + spec.name();
    }
}
