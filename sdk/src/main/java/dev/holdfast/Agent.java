package dev.holdfast;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.ModelLayer;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.InvalidOutputException;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.tool.StructuredOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/**
 * A guarded agent: instructions, models, tools, and everything that keeps them within bounds. Made by
 * {@link Holdfast#agent}.
 *
 * <p>An agent is a {@link ChatModel}: it can stand wherever a model stands, behind layers or as a fallback.
 *
 * <p><b>Threading.</b> Immutable and safe for use by many threads; one instance serves all callers.
 *
 * <p><b>Errors.</b> {@link HoldfastException} and its branches. A {@code question} that is null or blank, or anything else
 * that is null, is a mistake in the code and thrown at once.
 */
public final class Agent implements ChatModel {
    private final String name;
    private final List<Message> instructions;
    private final ModelLayer frame;
    private final ChatModel inner;
    private final ChatModel stack;
    private final HoldfastRuntime runtime;
    private final String configVersion;

    /**
     * An agent.
     *
     * @param frame what every run passes once, however often the model is asked for its answer
     * @param inner what is below it
     */
    Agent(
            String name,
            List<Message> instructions,
            ModelLayer frame,
            ChatModel inner,
            HoldfastRuntime runtime,
            String configVersion) {
        this.name = name;
        this.instructions = instructions;
        this.frame = frame;
        this.inner = inner;
        this.stack = frame.around(inner);
        this.runtime = runtime;
        this.configVersion = configVersion;
    }

    /**
     * The agent's name.
     *
     * @return the name, as in events, budgets and policies
     */
    public String name() {
        return name;
    }

    /**
     * Asks and waits for the answer.
     *
     * @param question what the caller says; not blank
     * @param caller on whose behalf; with a session, earlier turns of it are remembered
     * @return the answer
     * @throws HoldfastException when there is none
     */
    public Answer ask(String question, Caller caller) {
        return ask(requestOf(question), contextOf(caller));
    }

    /**
     * Asks and waits for the answer.
     *
     * @param request messages and settings; the agent adds its instructions, tools and memory
     * @param context on whose behalf, until when
     * @return the answer
     * @throws HoldfastException when there is none
     */
    public Answer ask(ChatRequest request, CallContext context) {
        ChatCall run = runOf(request, context);
        return answer(stack.send(run).await(), run);
    }

    /**
     * Asks for a record and waits for it.
     *
     * <pre>{@code
     * Order order = desk.ask("Two pizzas to Main Street 5, please.", ann, Order.class).value();
     * }</pre>
     *
     * <p>An answer of another form is sent back to the model with its mistakes, twice at the most. All of it is one run
     * with one deadline; each repair is a call of its own, admitted and paid for like any other, and goes through the
     * layers of the application ({@link AgentBuilder#layer}) again. {@link StructuredOutput} asks with another number of
     * repairs.
     *
     * @param question what the caller says; not blank
     * @param caller on whose behalf; with a session, earlier turns of it are remembered
     * @param type the record
     * @param <T> the record
     * @return the answer, and the record that it is
     * @throws InvalidOutputException when no answer had the form, or there is only the fixed one, which has another
     * @throws InvalidConfigurationException when the record, or a type within it, has no form in JSON
     * @throws HoldfastException when there is no answer
     */
    public <T> TypedAnswer<T> ask(String question, Caller caller, Class<T> type) {
        return ask(requestOf(question), contextOf(caller), type);
    }

    /**
     * Asks for a record and waits for it; see {@link #ask(String, Caller, Class)}.
     *
     * @param request messages and settings, but for the output format, which is replaced
     * @param context on whose behalf, until when
     * @param type the record
     * @param <T> the record
     * @return the answer, and the record that it is
     * @throws InvalidOutputException when no answer had the form, or there is only the fixed one, which has another
     * @throws InvalidConfigurationException when the record, or a type within it, has no form in JSON
     * @throws HoldfastException when there is no answer
     */
    public <T> TypedAnswer<T> ask(ChatRequest request, CallContext context, Class<T> type) {
        ChatCall run = runOf(request, context);
        TypedRun<T> typed = TypedRun.of(type, inner);
        return typed.answer(frame.around(typed).send(run).await(), run.context().runId());
    }

    /**
     * Asks, and gets the answer piece by piece.
     *
     * @param question what the caller says; not blank
     * @param caller on whose behalf; with a session, earlier turns of it are remembered
     * @return the answer on its way; read it to its end or close it
     */
    public ChatReply stream(String question, Caller caller) {
        return stream(requestOf(question), contextOf(caller));
    }

    /**
     * Asks, and gets the answer piece by piece.
     *
     * @param request messages and settings; the agent adds its instructions, tools and memory
     * @param context on whose behalf, until when
     * @return the answer on its way; read it to its end or close it
     */
    public ChatReply stream(ChatRequest request, CallContext context) {
        ChatCall run = runOf(request, context);
        return stack.send(run.with(run.request().toBuilder().streaming(true).build()));
    }

    /**
     * Asks on another thread.
     *
     * @param question what the caller says; not blank
     * @param caller on whose behalf; with a session, earlier turns of it are remembered
     * @return the answer to come; cancelling it stops the work
     */
    public CompletableFuture<Answer> askAsync(String question, Caller caller) {
        return askAsync(requestOf(question), contextOf(caller));
    }

    /**
     * Asks on another thread.
     *
     * @param request messages and settings; the agent adds its instructions, tools and memory
     * @param context on whose behalf, until when
     * @return the answer to come; cancelling it stops the work
     */
    public CompletableFuture<Answer> askAsync(ChatRequest request, CallContext context) {
        ChatCall run = runOf(request, context);
        return async(run, stack.send(run), response -> answer(response, run));
    }

    /**
     * Asks for a record on another thread; see {@link #ask(String, Caller, Class)}.
     *
     * @param question what the caller says; not blank
     * @param caller on whose behalf; with a session, earlier turns of it are remembered
     * @param type the record
     * @param <T> the record
     * @return the answer to come; cancelling it stops the work
     * @throws InvalidConfigurationException when the record, or a type within it, has no form in JSON
     */
    public <T> CompletableFuture<TypedAnswer<T>> askAsync(String question, Caller caller, Class<T> type) {
        return askAsync(requestOf(question), contextOf(caller), type);
    }

    /**
     * Asks for a record on another thread; see {@link #ask(String, Caller, Class)}.
     *
     * @param request messages and settings, but for the output format, which is replaced
     * @param context on whose behalf, until when
     * @param type the record
     * @param <T> the record
     * @return the answer to come; cancelling it stops the work
     * @throws InvalidConfigurationException when the record, or a type within it, has no form in JSON
     */
    public <T> CompletableFuture<TypedAnswer<T>> askAsync(ChatRequest request, CallContext context, Class<T> type) {
        ChatCall run = runOf(request, context);
        TypedRun<T> typed = TypedRun.of(type, inner);
        ChatReply reply = frame.around(typed).send(run);
        return async(
                run, reply, response -> typed.answer(response, run.context().runId()));
    }

    private <A> CompletableFuture<A> async(ChatCall run, ChatReply reply, Function<ChatResponse, A> answerOf) {
        CompletableFuture<A> answer = new CompletableFuture<>();
        try {
            runtime.fork("ask " + name, () -> {
                try {
                    answer.complete(answerOf.apply(reply.await()));
                } catch (RuntimeException | Error e) {
                    answer.completeExceptionally(e); // whoever waits must come back, whatever happened
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(noThread(run.context(), e));
        }
        CompletableFuture<A> unused =
                answer.whenComplete((done, error) -> reply.close()); // does nothing unless it was cancelled
        return answer;
    }

    private static RejectedException noThread(CallContext run, RejectedExecutionException why) {
        Refusal refusal = Refusal.of(
                Refusal.Kind.OVERLOAD,
                "executor",
                "The executor of the runtime takes no more work: " + why.getMessage());
        return new RejectedException(refusal, ErrorDetails.nothingSent(run));
    }

    @Override
    public ChatReply send(ChatCall call) {
        Objects.requireNonNull(call, "call");
        return stack.send(runOf(call.request(), call.context()));
    }

    private static ChatRequest requestOf(String question) {
        if (Objects.requireNonNull(question, "question").isBlank()) {
            throw new IllegalArgumentException("question is blank; give what the caller says");
        }
        return ChatRequest.of(question);
    }

    private static CallContext contextOf(Caller caller) {
        return CallContext.of(Objects.requireNonNull(caller, "caller"));
    }

    private static Answer answer(ChatResponse response, ChatCall run) {
        return new Answer(response, run.context().runId());
    }

    /** A run of this agent; one that is part of another run, or that the application named, keeps its id. */
    private ChatCall runOf(ChatRequest request, CallContext context) {
        Objects.requireNonNull(request, "request");
        Objects.requireNonNull(context, "context");
        String id = context.runId().isEmpty() ? runtime.newId() : context.runId();
        return new ChatCall(instructed(request), context.withRun(id, name, configVersion));
    }

    private ChatRequest instructed(ChatRequest request) {
        if (instructions.isEmpty()) {
            return request;
        }
        List<Message> messages =
                new ArrayList<>(instructions.size() + request.messages().size());
        messages.addAll(instructions);
        messages.addAll(request.messages());
        return request.withMessages(messages);
    }

    @Override
    public String toString() {
        return "agent " + name;
    }
}
