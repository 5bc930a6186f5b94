package dev.holdfast;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Message;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.Refusal;
import dev.holdfast.error.RejectedException;
import dev.holdfast.runtime.HoldfastRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/**
 * A guarded agent: instructions, models, tools, and everything that keeps them within bounds. Made by
 * {@link Holdfast#agent}.
 *
 * <p>An agent is a {@link ChatModel}: it can stand wherever a model stands, behind layers or as a fallback.
 *
 * <p><b>Threading.</b> Immutable and safe for use by many threads; one instance serves all callers.
 *
 * <p><b>Errors.</b> {@link HoldfastException} and its branches.
 */
public final class Agent implements ChatModel {
    private final String name;
    private final List<Message> instructions;
    private final ChatModel stack;
    private final HoldfastRuntime runtime;
    private final String configVersion;

    Agent(String name, List<Message> instructions, ChatModel stack, HoldfastRuntime runtime, String configVersion) {
        this.name = name;
        this.instructions = instructions;
        this.stack = stack;
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
     * @param question what the caller says
     * @param caller on whose behalf; with a session, earlier turns of it are remembered
     * @return the answer
     * @throws HoldfastException when there is none
     */
    public Answer ask(String question, Caller caller) {
        return ask(ChatRequest.of(question), CallContext.of(caller));
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
        CallContext run = runOf(context);
        return new Answer(stack.send(new ChatCall(instructed(request), run)).await(), run.runId());
    }

    /**
     * Asks, and gets the answer piece by piece.
     *
     * @param question what the caller says
     * @param caller on whose behalf; with a session, earlier turns of it are remembered
     * @return the answer on its way; read it to its end or close it
     */
    public ChatReply stream(String question, Caller caller) {
        return send(new ChatCall(
                ChatRequest.builder()
                        .messages(List.of(Message.user(question)))
                        .streaming(true)
                        .build(),
                CallContext.of(caller)));
    }

    /**
     * Asks on another thread.
     *
     * @param question what the caller says
     * @param caller on whose behalf; with a session, earlier turns of it are remembered
     * @return the answer to come; cancelling it stops the work
     */
    public CompletableFuture<Answer> askAsync(String question, Caller caller) {
        CallContext run = runOf(CallContext.of(caller));
        ChatReply reply = stack.send(new ChatCall(instructed(ChatRequest.of(question)), run));
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        try {
            runtime.fork("ask " + name, () -> {
                try {
                    answer.complete(new Answer(reply.await(), run.runId()));
                } catch (RuntimeException | Error e) {
                    answer.completeExceptionally(e); // whoever waits must come back, whatever happened
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(noThread(run, e));
        }
        CompletableFuture<Answer> unused =
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
        return stack.send(new ChatCall(instructed(call.request()), runOf(call.context())));
    }

    /** A run of this agent; one that is part of another run, or that the application named, keeps its id. */
    private CallContext runOf(CallContext context) {
        return context.toBuilder()
                .runId(context.runId().isEmpty() ? runtime.newId() : context.runId())
                .agent(name)
                .configVersion(configVersion)
                .build();
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
