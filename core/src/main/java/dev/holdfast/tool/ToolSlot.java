package dev.holdfast.tool;

import dev.holdfast.chat.Part;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Deadline;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.event.CoreEvent;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import dev.holdfast.runtime.Task;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One tool call of a message: it ends once, with what the tool answered, or with what is told instead when nobody waits
 * for the tool any more.
 */
final class ToolSlot {
    private final ToolLoop loop;
    private final Part.ToolCall call;
    private final @Nullable Tool tool;
    private final CallContext context;
    private final String idempotencyKey;
    private final Signal ended;
    private final AtomicReference<@Nullable Ending> ending = new AtomicReference<>();
    private final AtomicInteger told = new AtomicInteger();
    private final AtomicReference<Whereabouts> thread = new AtomicReference<>(Whereabouts.BEFORE);
    private Runnable whenFree = () -> {};
    private volatile @Nullable Task task;
    private volatile long startedAt;
    private volatile boolean running;
    private volatile boolean givenUp;

    /** What is told, and what the run ends with instead if the tool threw what is not for the model. */
    private record Ending(Part.ToolResult result, @Nullable Throwable fatal) {}

    /** Where the thread of the tool is. */
    private enum Whereabouts {
        BEFORE,
        WITHIN,
        OUT,
        LEFT_BEHIND
    }

    /** A call that runs; without a tool, a call that is refused. */
    private ToolSlot(
            ToolLoop loop, Part.ToolCall call, @Nullable Tool tool, CallContext context, String idempotencyKey) {
        this.loop = loop;
        this.call = call;
        this.tool = tool;
        this.context = context;
        this.idempotencyKey = idempotencyKey;
        this.ended = loop.runtime().newSignal();
    }

    static ToolSlot toRun(ToolLoop loop, Part.ToolCall call, Tool tool, CallContext context, String idempotencyKey) {
        return new ToolSlot(loop, call, tool, context, idempotencyKey);
    }

    static ToolSlot refused(ToolLoop loop, Part.ToolCall call, CallContext context, String words) {
        ToolSlot slot = new ToolSlot(loop, call, null, context, "");
        slot.startedAt = loop.runtime().nanoTime();
        slot.emitStarted(); // listeners see every call that the model sees answered
        slot.end(slot.failure(words));
        return slot;
    }

    String name() {
        return call.name();
    }

    boolean isToRun() {
        return tool != null;
    }

    /** Says what to do when the call runs no more, or nobody waits for it. */
    void whenFree(Runnable action) {
        this.whenFree = action;
    }

    void start() {
        startedAt = loop.runtime().nanoTime();
        running = true;
        try {
            Task forked = loop.runtime().fork("holdfast-tool-" + call.name(), this::run);
            task = forked;
            if (givenUp) { // while it was being forked
                forked.interrupt();
            }
        } catch (RuntimeException e) { // an executor may refuse
            end(failure("The tool could not be started: " + ToolLoop.words(e)));
        } catch (Error e) { // no thread to be had
            end(fatal(e));
            throw e;
        }
    }

    private void run() {
        if (!thread.compareAndSet(Whereabouts.BEFORE, Whereabouts.WITHIN)) { // called off while it waited for a thread
            return;
        }
        if (ending.get() == null) {
            emitStarted();
        }
        if (ending.get() == null) {
            end(answer());
        }
        if (!thread.compareAndSet(Whereabouts.WITHIN, Whereabouts.OUT)) {
            loop.cameBack(call.name());
        }
    }

    private Ending answer() {
        if (context.deadline().hasPassed(loop.runtime())) {
            return failure("The tool has not run: no time was left.");
        }
        Deadline deadline = context.deadline().or(Deadline.in(loop.toolTimeout(), loop.runtime()));
        ToolUse use = new ToolUse(call, context.toBuilder().deadline(deadline).build(), idempotencyKey);
        try {
            Part.ToolResult answer = Objects.requireNonNull(tool).call(use);
            return answer == null
                    ? failure("The tool answered nothing.")
                    : new Ending(
                            new Part.ToolResult(call.id(), call.name(), loop.shortened(answer.text()), answer.error()),
                            null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fatal(new CancelledException(
                    "the tool '" + call.name() + "' was interrupted", ErrorDetails.nothingSent(context), e));
        } catch (Exception e) {
            String words = loop.told(call.name(), e);
            // Who waits for it finds the same at the same moment: it must not depend on which of them is first.
            return failure(e instanceof DeadlineException && timeLeft().isZero() ? loop.tookTooLong() : words);
        } catch (Error e) {
            return fatal(e);
        }
    }

    private Ending failure(String words) {
        return new Ending(new Part.ToolResult(call.id(), call.name(), words, true), null);
    }

    private Ending fatal(Throwable thrown) {
        return new Ending(new Part.ToolResult(call.id(), call.name(), "The tool failed.", true), thrown);
    }

    /**
     * Waits no longer: interrupts the tool, and tells this instead. A tool that has not begun never does, and is told as
     * one that has not run.
     *
     * @return false when it had ended
     */
    boolean giveUp(String words) {
        if (ending.get() != null) {
            return false;
        }
        boolean calledOff = thread.compareAndSet(Whereabouts.BEFORE, Whereabouts.OUT);
        if (!end(failure(calledOff ? "The tool has not run: no thread was free for it in time." : words))) {
            return false;
        }
        givenUp = true; // before the look at the task: start() sets the task before it looks at this
        Task forked = task;
        if (forked != null) {
            forked.interrupt();
        }
        return true;
    }

    private boolean end(Ending how) {
        if (!ending.compareAndSet(null, how)) {
            return false;
        }
        tellEnd();
        ended.fire();
        whenFree.run();
        return true;
    }

    private void emitStarted() {
        if (loop.events().isHeard()) {
            loop.events().emit(new CoreEvent.ToolStarted(context, loop.runtime().now(), call));
        }
        tellEnd();
    }

    /** Called once when the start has been told and once when the end is there: the later of the two tells the end. */
    private void tellEnd() {
        if (told.incrementAndGet() == 2 && loop.events().isHeard()) {
            HoldfastRuntime runtime = loop.runtime();
            loop.events()
                    .emit(new CoreEvent.ToolEnded(
                            context,
                            runtime.now(),
                            call,
                            Duration.ofNanos(runtime.nanoTime() - startedAt),
                            Objects.requireNonNull(ending.get()).result()));
        }
    }

    /** How long one may still wait for it; never negative. */
    Duration timeLeft() {
        Duration timeout = loop.toolTimeout();
        if (!running) { // the ones before it have ended or were given up: it is about to start
            return timeout;
        }
        Duration left = timeout.minusNanos(loop.runtime().nanoTime() - startedAt);
        return left.isNegative() ? Duration.ZERO : left;
    }

    boolean awaitEnd(Duration timeout) throws InterruptedException {
        return ended.await(timeout);
    }

    /** Waits for the thread to come out of the tool; true at once where there is none. */
    boolean awaitThread(Duration timeout) throws InterruptedException {
        Task forked = task;
        return forked == null || thread.get() == Whereabouts.OUT || forked.join(timeout);
    }

    /**
     * Marks a tool that goes on though nobody waits for it.
     *
     * @return false when it has come out meanwhile, or was marked before
     */
    boolean leaveBehind() {
        return thread.compareAndSet(Whereabouts.WITHIN, Whereabouts.LEFT_BEHIND);
    }

    /**
     * The answer of a call that has ended.
     *
     * @throws CancelledException when the tool was interrupted by somebody else
     */
    Part.ToolResult result() {
        Ending how = Objects.requireNonNull(ending.get(), "the tool has not ended");
        if (how.fatal() instanceof Error error) {
            throw error;
        }
        if (how.fatal() instanceof CancelledException cancelled) {
            throw cancelled;
        }
        return how.result();
    }
}
