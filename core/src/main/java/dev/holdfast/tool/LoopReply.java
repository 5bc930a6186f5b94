package dev.holdfast.tool;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reply of a loop: round after round of a reply from the model and the answers of the tools that it called.
 *
 * <p>It stands above several replies, one after the other, so it keeps the laws itself. Whoever holds the reply ends it:
 * the consumer while it is within {@link #next}, else whoever closes it. What is below, a reply or tools, can be closed
 * from any thread at any time, which brings the consumer out.
 */
final class LoopReply implements ChatReply {
    private static final Logger log = LoggerFactory.getLogger(ToolLoop.class);

    private static final int IDLE = 0;
    private static final int CONSUMING = 1;
    private static final int CLOSED = 2;

    private static final VarHandle HOLDER;
    private static final VarHandle ENDED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            HOLDER = lookup.findVarHandle(LoopReply.class, "holder", int.class);
            ENDED = lookup.findVarHandle(LoopReply.class, "ended", Outcome.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ToolLoop loop;
    private final ChatModel model;
    private final ChatCall call;
    private Tally tally = Tally.NOTHING; // most runs are one round, and add nothing up
    private final Rounds rounds;

    @SuppressWarnings("UnusedVariable") // read through its handle
    private volatile int holder = IDLE;

    private volatile @Nullable Outcome ended;
    private volatile boolean closed;
    private volatile @Nullable ChatReply current;
    private volatile @Nullable ToolBatch batch;
    private @Nullable ChatResponse asked; // for tools, by the consumer's thread alone

    LoopReply(ToolLoop loop, ChatModel model, ChatCall call) {
        this.loop = loop;
        this.model = model;
        this.call = call;
        this.rounds = new Rounds(loop, call);
    }

    @Override
    public @Nullable Chunk next() {
        Outcome end = ended;
        if (end != null) {
            return endOf(end);
        }
        if (!HOLDER.compareAndSet(this, IDLE, CONSUMING)) {
            return endOf(end(failed(closed()))); // it is being closed right now
        }
        Chunk chunk;
        try {
            chunk = advance();
        } catch (Throwable thrown) {
            end = end(failed(thrown));
            if (thrown instanceof Error error) {
                throw error;
            }
            return endOf(end);
        }
        if (chunk == null) {
            return endOf(Objects.requireNonNull(ended));
        }
        holder = IDLE;
        if (closed && HOLDER.compareAndSet(this, IDLE, CLOSED)) { // who closed it found us within, and left it to us
            return endOf(end(failed(closed())));
        }
        return chunk;
    }

    /** Goes on to the next chunk; null when the answer is complete, its outcome set. */
    private @Nullable Chunk advance() {
        while (true) {
            if (closed) {
                throw closed();
            }
            ToolBatch tools = batch;
            if (tools != null) {
                Part.ToolResult answer = tools.next();
                if (answer != null) {
                    return new Chunk.ToolAnswer(answer);
                }
                batch = null;
                if (answered(tools.results())) {
                    return null;
                }
            }
            ChatReply reply = current;
            if (reply == null) {
                reply = ask();
            }
            Chunk chunk = reply.next();
            if (chunk != null) {
                return chunk;
            }
            if (!(reply.outcome() instanceof Outcome.Completed completed)) {
                throw new IllegalStateException("the reply says that it is complete, its outcome says otherwise");
            }
            if (!goesOnAfter(completed.response())) {
                return null;
            }
            if (batch != null && !rounds.isHandedBack()) {
                return new Chunk.RoundEnded(
                        !Objects.requireNonNull(asked).text().isBlank());
            }
        }
    }

    private ChatReply ask() {
        if (call.context().deadline().hasPassed(loop.runtime())) {
            throw new DeadlineException(
                    "the deadline of the run passed before its next call of the model",
                    ErrorDetails.nothingSent(call.context()),
                    null);
        }
        ChatReply reply = model.send(call.with(rounds.next(tally.transcript())));
        current = reply;
        if (closed) {
            throw closed();
        }
        return reply;
    }

    /** Runs the calls of an answer; false when there were none, and the answer is the last. */
    private boolean goesOnAfter(ChatResponse received) {
        ChatResponse response = tally.whole(
                CallIds.unique(received, rounds.round(), call.request().messages(), tally.transcript()));
        boolean calls = !response.message().toolCalls().isEmpty();
        if (calls ? loop.hasNoTools() : !response.finishReason().equals(FinishReason.PAUSE)) {
            end(new Outcome.Completed(tally.total(response)));
            return false;
        }
        current = null;
        tally = tally == Tally.NOTHING ? new Tally() : tally;
        tally.add(response);
        rounds.requireAnother(response);
        if (calls) {
            asked = response;
            ToolBatch tools = new ToolBatch(loop, call.context(), rounds.slots(response));
            batch = tools; // before it starts: whatever is thrown meanwhile, what has been started is ended
            tools.start();
        }
        return true;
    }

    /** Takes the answers of all tools that are ours; true when the rest is the caller's, and the run is over. */
    private boolean answered(List<Part.ToolResult> results) {
        if (!results.isEmpty()) { // else all calls are the caller's
            tally.add(rounds.answered(results));
        }
        if (rounds.isHandedBack()) {
            end(new Outcome.Completed(tally.end(Objects.requireNonNull(asked))));
        }
        return rounds.isHandedBack();
    }

    @Override
    public Outcome outcome() {
        Outcome end = ended;
        if (end == null) {
            throw new IllegalStateException("the reply has not ended: read it to the end or close it first");
        }
        return end;
    }

    @Override
    public void close() {
        if (ended != null) {
            return;
        }
        closed = true;
        ToolBatch tools = batch;
        if (tools != null) {
            tools.cancel();
        }
        ChatReply reply = current;
        if (reply != null) {
            closeBelow(reply);
        }
        if (HOLDER.compareAndSet(this, IDLE, CLOSED)) {
            end(failed(closed()));
        }
    }

    private CancelledException closed() {
        return new CancelledException(
                "closed before the answer was complete", ErrorDetails.nothingSent(call.context()), null);
    }

    /** The first end counts. */
    private Outcome end(Outcome outcome) {
        ENDED.compareAndSet(this, null, outcome);
        return Objects.requireNonNull(ended);
    }

    private static @Nullable Chunk endOf(Outcome end) {
        HoldfastException error = end.error();
        if (error != null) {
            throw error;
        }
        return null;
    }

    /** Stops what is below, and says what had been received and used. */
    private Outcome failed(Throwable thrown) {
        ToolBatch tools = batch;
        if (tools != null) {
            tools.cancel();
            tools.drain();
        }
        HoldfastException error = Objects.requireNonNull(Outcome.of(thrown).error());
        ChatReply reply = current;
        if (reply != null) {
            closeBelow(reply);
            error = withWhatCame(error, reply);
        }
        return Outcome.of(tally.total(error));
    }

    /** A reply that breaks the law and throws must not keep this one from its end. */
    private static void closeBelow(ChatReply reply) {
        try {
            reply.close();
        } catch (RuntimeException | Error e) {
            log.warn("{} threw at its close", reply.getClass().getName(), e);
        }
    }

    /** An error of ours, or of somebody's code below, in the middle of a reply: what came goes with it. */
    private static HoldfastException withWhatCame(HoldfastException error, ChatReply reply) {
        Outcome below = outcomeOf(reply);
        if (below != null && below.error() == error) {
            return error;
        }
        ErrorDetails.Builder details = error.details().toBuilder();
        return error.with(
                below == null
                        ? details.usage(Usage.unknown(), Billing.MAYBE_BILLED).build()
                        : details.partial(below.message())
                                .usage(below.usage(), below.billing())
                                .cost(below.cost().orElse(null))
                                .attempts(below.attempts())
                                .build());
    }

    private static @Nullable Outcome outcomeOf(ChatReply reply) {
        try {
            return reply.outcome();
        } catch (IllegalStateException notYet) {
            return null;
        }
    }
}
