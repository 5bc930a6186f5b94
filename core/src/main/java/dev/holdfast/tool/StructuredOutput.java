package dev.holdfast.tool;

import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.JsonSchema;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.OutputFormat;
import dev.holdfast.context.AttemptKind;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.InvalidOutputException;
import dev.holdfast.error.Problems;
import dev.holdfast.internal.json.Binder;
import dev.holdfast.internal.json.MisfitException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Asks a model for a record instead of words.
 *
 * <pre>{@code
 * StructuredOutput<Order> orders = StructuredOutput.of(Order.class);
 * Order order = orders.ask(desk, "Two pizzas to Main Street 5, please.", Caller.of("acme", "ann")).value();
 * }</pre>
 *
 * <p>The answer is read strictly; spaces and a Markdown fence around it do no harm. An answer of another form is sent back
 * to the model with every mistake in words, {@link #repairs()} times at the most. Each repair is a call of its own, of the
 * kind {@link AttemptKind#REPAIR}, admitted and paid for like any other.
 *
 * <p><b>Threading.</b> Immutable; safe for use by many threads.
 *
 * @param <T> the record
 */
public final class StructuredOutput<T> {
    private static final int DEFAULT_REPAIRS = 2;
    private static final int LONGEST_NAME = 64;
    private static final Pattern UNACCEPTED = Pattern.compile("[^a-zA-Z0-9_-]");

    private final Binder<T> binder;
    private final OutputFormat format;
    private final int repairs;

    private StructuredOutput(Binder<T> binder, OutputFormat format, int repairs) {
        this.binder = binder;
        this.format = format;
        this.repairs = repairs;
    }

    /**
     * A record, and how it was come by.
     *
     * @param value the record
     * @param response the last answer, with the transcript, usage, cost and attempts of all calls that were needed
     * @param <T> the record
     */
    public record Result<T>(T value, ChatResponse response) {}

    /**
     * Asks for a record, with two repairs.
     *
     * @param type the record
     * @param <T> the record
     * @return what asks for it
     * @throws InvalidConfigurationException when the record, or a type within it, has no form in JSON; it names everything
     *     that is wrong
     */
    public static <T> StructuredOutput<T> of(Class<T> type) {
        Problems problems = new Problems();
        Binder<T> binder = Binder.of(type, problems::add);
        problems.throwIfAny("the structured output " + type.getName());
        OutputFormat format = new OutputFormat.Json(nameOf(type), JsonSchema.of(binder.schema()));
        return new StructuredOutput<>(binder, format, DEFAULT_REPAIRS);
    }

    /** As providers accept it: the same letters as in the name of a tool. */
    private static String nameOf(Class<?> type) {
        String name = UNACCEPTED.matcher(type.getSimpleName()).replaceAll("_");
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME);
    }

    /**
     * The same with another number of repairs.
     *
     * @param repairs how often an answer of the wrong form is sent back; 0 or more
     * @return a copy
     */
    public StructuredOutput<T> repairs(int repairs) {
        if (repairs < 0) {
            throw new IllegalArgumentException("structuredOutput.repairs is " + repairs + "; give 0 or more");
        }
        return new StructuredOutput<>(binder, format, repairs);
    }

    /**
     * How often an answer of the wrong form is sent back.
     *
     * @return the number
     */
    public int repairs() {
        return repairs;
    }

    /**
     * Asks.
     *
     * @param model who is asked
     * @param request what is asked; its output format is replaced
     * @param context who asks, for whom, until when
     * @return the record and the answer that it was read from
     * @throws InvalidOutputException when no answer had the form; it carries the last answer, and tells the places of every
     *     mistake of every answer
     * @throws HoldfastException when there is no answer
     */
    public Result<T> ask(ChatModel model, ChatRequest request, CallContext context) {
        Tally tally = new Tally();
        List<String> mistakes = new ArrayList<>();
        for (int repair = 0; ; repair++) {
            ChatResponse response = send(model, request, repair == 0 ? context : repairing(context, repair), tally);
            try {
                return new Result<>(binder.read(unfenced(response.text())), tally.total(response));
            } catch (MisfitException e) {
                tally.add(response);
                mistakes.add("answer " + (repair + 1) + ": " + String.join("; ", e.outline()));
                if (repair == repairs || declined(response) || callsTools(response, mistakes)) {
                    throw invalid(response, context, mistakes, tally);
                }
                tally.add(Message.user(told(response, e)));
            }
        }
    }

    /**
     * Asks one thing.
     *
     * @param model who is asked; an agent, for example
     * @param question what the caller says
     * @param caller on whose behalf
     * @return the record and the answer that it was read from
     * @throws InvalidOutputException when no answer had the form; see {@link #ask(ChatModel, ChatRequest, CallContext)}
     * @throws HoldfastException when there is no answer
     */
    public Result<T> ask(ChatModel model, String question, Caller caller) {
        return ask(model, ChatRequest.of(question), CallContext.of(caller));
    }

    private ChatResponse send(ChatModel model, ChatRequest request, CallContext context, Tally tally) {
        List<Message> messages = new ArrayList<>(request.messages());
        messages.addAll(tally.transcript());
        try {
            return model.chat(
                    request.toBuilder().messages(messages).outputFormat(format).build(), context);
        } catch (HoldfastException e) {
            throw tally.total(e);
        }
    }

    private static CallContext repairing(CallContext context, int repair) {
        return context.toBuilder()
                .attempt(context.attempt() + repair, AttemptKind.REPAIR)
                .build();
    }

    /** A model, or its provider, that will not answer is not brought to it by talk of JSON. */
    private static boolean declined(ChatResponse response) {
        return response.finishReason().equals(FinishReason.REFUSAL)
                || response.finishReason().equals(FinishReason.CONTENT_FILTER);
    }

    /** A call without its result cannot be sent back: every provider refuses it. */
    private static boolean callsTools(ChatResponse response, List<String> mistakes) {
        boolean calls = !response.message().toolCalls().isEmpty();
        if (calls) {
            mistakes.add("it calls a tool, which nobody runs here; ask an agent or a tool loop, or ask without tools");
        }
        return calls;
    }

    private static String told(ChatResponse response, MisfitException misfit) {
        String cut = response.finishReason().equals(FinishReason.LENGTH)
                ? "Your answer was cut off at the limit on output tokens; be shorter. "
                : "";
        return cut + "Your answer does not have the form that was asked for:\n- "
                + String.join("\n- ", misfit.mistakes())
                + "\nAnswer again with the whole corrected JSON object and nothing else.";
    }

    private HoldfastException invalid(ChatResponse response, CallContext context, List<String> mistakes, Tally tally) {
        String words = "the model's answer does not have the form that was asked for (finish reason "
                + response.finishReason() + "):\n  - " + String.join("\n  - ", mistakes);
        ErrorDetails details = ErrorDetails.builder()
                .context(context)
                .endpoint(response.endpoint())
                .partial(response.message())
                .build();
        return new InvalidOutputException(words, tally.total(details), null);
    }

    /** The text without the Markdown fence that many models put around JSON. */
    private static String unfenced(String text) {
        String bare = text.strip();
        if (!bare.startsWith("```") || !bare.endsWith("```") || bare.length() < 6) {
            return bare;
        }
        int end = bare.length() - 3;
        int start = 3;
        while (start < end && Character.isLetterOrDigit(bare.charAt(start))) { // the name of the language
            start++;
        }
        return bare.substring(start, end);
    }
}
