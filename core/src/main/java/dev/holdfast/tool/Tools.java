package dev.holdfast.tool;

import dev.holdfast.chat.JsonSchema;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Problems;
import dev.holdfast.internal.json.Binder;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes tools: from methods, or from a record and a function.
 *
 * <p><b>Arguments.</b> What the model sends is read strictly. A call whose arguments do not fit is answered by an error
 * that names every mistake by its JSON path, and the tool's own code does not run.
 *
 * <p><b>Results.</b> A {@link CharSequence} is told as it stands, a {@link Part.ToolResult} is passed on, anything else is
 * told as JSON; a stream or an iterator as a list, as much of it as a loop tells ({@link ToolLoop.Builder#maxResultChars}).
 * Nothing ({@code void}) is told as {@code done}. What has to be subscribed to has no form.
 *
 * <p><b>What comes later.</b> For a {@link java.util.concurrent.CompletionStage} or a {@link java.util.concurrent.Future}
 * the tool's thread waits. When nobody waits for the tool any more (its timeout, the deadline, a close) that thread is
 * interrupted, and the future cancelled. Within a loop the wait for a stage goes through the runtime, so that virtual time
 * passes meanwhile. A future that is no stage calls nobody when it is complete: for that one the thread waits in
 * {@link java.util.concurrent.Future#get()}, during which virtual time stands still; answer with a stage where a test is
 * to let time pass. A tool that stands within a {@link Tool} of the application's own waits in this way for both.
 */
public final class Tools {
    private Tools() {}

    /**
     * What a tool does with its arguments.
     *
     * @param <A> a record
     */
    @FunctionalInterface
    public interface Body<A> {

        /**
         * Does it.
         *
         * @param arguments what the model sent, complete and of the right types
         * @param use the call and its context
         * @return the answer for the model
         * @throws Exception when it fails; the model is told the message
         */
        @Nullable
        Object apply(A arguments, ToolUse use) throws Exception;
    }

    /** What a tool without arguments does. */
    @FunctionalInterface
    public interface Action {

        /**
         * Does it.
         *
         * @param use the call and its context
         * @return the answer for the model
         * @throws Exception when it fails; the model is told the message
         */
        @Nullable
        Object apply(ToolUse use) throws Exception;
    }

    /**
     * The tools of an object: its public methods with {@link ToolMethod}, inherited and static ones too, sorted by the
     * names of the tools. The class itself need not be public.
     *
     * <p>Parameters become properties, by their names (compile with {@code -parameters}, or name them by
     * {@link Describe}); {@link java.util.Optional} and nullable ones need not be given. A parameter of type
     * {@link ToolUse} or {@link dev.holdfast.context.CallContext} is given the call or its context, and the model knows
     * nothing of it.
     *
     * @param holder an object with such methods; a {@link Tool} is taken as it is
     * @return one tool a method, at least one; immutable
     * @throws InvalidConfigurationException when a method cannot be a tool, or there is none; it names everything that is
     *     wrong
     */
    public static List<Tool> of(Object holder) {
        return holder instanceof Tool tool ? List.of(tool) : MethodTools.of(Objects.requireNonNull(holder, "holder"));
    }

    /**
     * A tool from a record and a function.
     *
     * @param name letters, digits, underscores and hyphens, 64 at the most
     * @param description what it does and when to use it, in words for the model
     * @param arguments the record that the arguments are read as
     * @param body what it does
     * @param <A> the record
     * @return the tool
     * @throws InvalidConfigurationException when the name, the description or the record cannot be used; it names
     *     everything that is wrong
     */
    public static <A> Tool of(String name, String description, Class<A> arguments, Body<? super A> body) {
        Objects.requireNonNull(body, "body");
        Problems problems = problemsOf(name, description);
        Binder<A> binder = Binder.of(arguments, problems::add);
        problems.throwIfAny("the tool '" + name + "'");
        return new BoundTool<>(new ToolSpec(name, description, JsonSchema.of(binder.schema())), binder, body);
    }

    /**
     * A tool without arguments.
     *
     * @param name letters, digits, underscores and hyphens, 64 at the most
     * @param description what it does and when to use it, in words for the model
     * @param action what it does
     * @return the tool
     * @throws InvalidConfigurationException when the name or the description cannot be used
     */
    public static Tool of(String name, String description, Action action) {
        Objects.requireNonNull(action, "action");
        problemsOf(name, description).throwIfAny("the tool '" + name + "'");
        Binder<Object[]> nothing = Binder.of(List.of(), name, (path, message) -> {});
        return new BoundTool<>(
                new ToolSpec(name, description, JsonSchema.of(nothing.schema())),
                nothing,
                (arguments, use) -> action.apply(use));
    }

    private static Problems problemsOf(String name, String description) {
        Problems problems = new Problems();
        check(name, description, "tool", problems);
        return problems;
    }

    static void check(String name, String description, String path, Problems problems) {
        problems.requireText(description, path + ".description");
        try {
            new ToolSpec(name, "", JsonSchema.emptyObject());
        } catch (InvalidConfigurationException e) {
            problems.addAll(path, e);
        }
    }
}
