package dev.holdfast.testkit;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Usage;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.Classification;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.Remedy;
import dev.holdfast.error.StreamInterruptedException;
import dev.holdfast.error.TransportException;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One reply of a fake model, which keeps the laws as a provider's reply does. */
final class ScriptedReply implements ChatReply {
    /** A stall without a deadline ends at some time, so that no test hangs for ever. */
    private static final Duration LONGEST_STALL = Duration.ofDays(1);

    private final FakeModel model;
    private final ChatCall call;
    private final HoldfastRuntime runtime;
    private final Signal closed;
    private final AtomicReference<@Nullable Outcome> ended = new AtomicReference<>();
    private final AtomicBoolean released = new AtomicBoolean();
    private volatile @Nullable FakeReply script;
    private volatile String said = "";
    private @Nullable Iterator<Chunk> chunks;
    private boolean first = true;

    ScriptedReply(FakeModel model, ChatCall call, HoldfastRuntime runtime) {
        this.model = model;
        this.call = call;
        this.runtime = runtime;
        this.closed = runtime.newSignal();
    }

    @Override
    public @Nullable Chunk next() {
        if (ended.get() == null) {
            try {
                Chunk chunk = step();
                if (chunk != null) {
                    return chunk;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                end(new Outcome.Cancelled(new CancelledException(
                        "interrupted while waiting for " + model.endpoint(), details(Usage.unknown()), e)));
            }
        }
        HoldfastException error = outcome().error();
        if (error != null) {
            throw error;
        }
        return null;
    }

    private @Nullable Chunk step() throws InterruptedException {
        FakeReply reply = script;
        if (reply == null) {
            if (call.context().deadline().hasPassed(runtime)) {
                end(Outcome.of(new DeadlineException(
                        "the deadline had passed before " + model.endpoint()
                                + " was asked; where time has not gone on that"
                                + " far, give the model and the agent the same runtime",
                        ErrorDetails.nothingSent(call.context()),
                        null)));
                return null;
            }
            reply = begin();
            script = reply;
            if (ended.get() != null) { // closed while it began
                release();
                return null;
            }
            chunks = reply.chunks(streaming()).iterator();
            if (reply.thrown != null) {
                end(Outcome.of(reply.thrown));
                throw reply.thrown;
            }
        }
        if (!pause(first ? reply.untilFirst(streaming()) : reply.between)) {
            return null;
        }
        first = false;
        if (reply.failure != null) {
            end(Outcome.of(Fault.at(model.endpoint(), call.context(), reply.failure)));
            return null;
        }
        Iterator<Chunk> rest = chunks;
        if (rest != null && rest.hasNext()) {
            Chunk chunk = rest.next();
            said = said.concat(chunk.text()); // written by the consumer alone
            return chunk;
        }
        switch (reply.end) {
            case COMPLETE ->
                end(new Outcome.Completed(ChatResponse.builder(model.endpoint(), reply.message)
                        .usage(reply.usage)
                        .finishReason(reply.finishReason)
                        .build()));
            case CUT -> end(Outcome.of(cut()));
            case STALL -> {
                if (pause(LONGEST_STALL)) {
                    end(Outcome.of(new TransportException("silence", details(Usage.unknown()), null)));
                }
            }
        }
        return null;
    }

    private boolean streaming() {
        return call.request().streaming();
    }

    /** The test's own mistake ends the reply as anything else does that is thrown within it. */
    private FakeReply begin() {
        try {
            return model.begin(call);
        } catch (RuntimeException | Error e) {
            end(Outcome.of(e));
            throw e;
        }
    }

    private HoldfastException cut() {
        ErrorDetails details = details(Usage.unknown());
        return said.isEmpty()
                ? new TransportException(
                        "the connection to " + model.endpoint() + " broke before anything came", details, null)
                : new StreamInterruptedException(
                        "the connection to " + model.endpoint() + " broke before the answer was complete",
                        details,
                        null);
    }

    /** Waits; false when the reply ended meanwhile, by a close or by its deadline. */
    private boolean pause(Duration wait) throws InterruptedException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException();
        }
        Duration bounded = call.context().deadline().cap(wait, runtime);
        if ((!bounded.isZero() && closed.await(bounded)) || ended.get() != null) {
            return false;
        }
        if (bounded.compareTo(wait) < 0) {
            end(Outcome.of(new DeadlineException(
                    "no answer of " + model.endpoint() + " by the deadline", details(Usage.unknown()), null)));
            return false;
        }
        return true;
    }

    private ErrorDetails details(Usage usage) {
        return ErrorDetails.builder()
                .context(call.context())
                .endpoint(model.endpoint())
                .partial(said.isEmpty() ? Message.nothing() : Message.assistant(said))
                .usage(usage, Billing.MAYBE_BILLED)
                .classification(Classification.of("fake", List.of(Remedy.RETRY, Remedy.FALLBACK)))
                .build();
    }

    private void end(Outcome outcome) {
        if (ended.compareAndSet(null, outcome) && script != null) {
            release();
        }
    }

    private void release() {
        if (released.compareAndSet(false, true)) {
            model.end();
        }
    }

    @Override
    public Outcome outcome() {
        Outcome outcome = ended.get();
        if (outcome == null) {
            throw new IllegalStateException("the reply has not ended: read it to the end or close it first");
        }
        return outcome;
    }

    @Override
    public void close() {
        if (ended.get() == null) {
            ErrorDetails details = script == null ? ErrorDetails.nothingSent(call.context()) : details(Usage.unknown());
            end(new Outcome.Cancelled(new CancelledException(
                    "closed before the answer of " + model.endpoint() + " was read to its end", details, null)));
            closed.fire();
        }
    }
}
