package dev.holdfast.tool;

import dev.holdfast.chat.Part;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Deadline;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.DeadlineException;
import dev.holdfast.error.ErrorDetails;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tool calls of one message on their way: so many at a time, answered in the order of the calls.
 *
 * <p>Tools run on threads of the runtime, never in the consumer's: only so can one be left behind that neither ends nor
 * listens. {@link #next} belongs to the consumer; {@link #cancel} may come from any thread.
 */
final class ToolBatch {
    private static final Logger log = LoggerFactory.getLogger(ToolLoop.class);

    private final ToolLoop loop;
    private final CallContext context;
    private final List<ToolSlot> slots;
    private final AtomicInteger started = new AtomicInteger();
    private volatile boolean cancelled;
    private int answered;

    ToolBatch(ToolLoop loop, CallContext context, List<ToolSlot> slots) {
        this.loop = loop;
        this.context = context;
        this.slots = slots;
        for (ToolSlot slot : slots) {
            slot.whenFree(this::goOn);
        }
    }

    /** Starts as many as may run at once. */
    void start() {
        for (int i = 0; i < Math.min(loop.parallelism(), slots.size()); i++) {
            startNext();
        }
    }

    private void goOn() {
        try {
            startNext();
        } catch (Error e) {
            log.error("a tool could not be started, which ends the run", e); // the consumer is told at its turn
        }
    }

    /** Starts the next call that is to run; called again whenever one has ended or was given up. */
    private void startNext() {
        int index = started.getAndIncrement();
        while (index < slots.size() && !slots.get(index).isToRun()) {
            index = started.getAndIncrement();
        }
        if (index < slots.size() && !cancelled) {
            slots.get(index).start();
            if (cancelled) { // a cancel that came while it was starting may have missed it
                slots.get(index).giveUp("cancelled");
            }
        }
    }

    /**
     * Waits for the next answer.
     *
     * @return null when all have been taken
     */
    Part.@Nullable ToolResult next() {
        if (answered == slots.size()) {
            return null;
        }
        ToolSlot slot = slots.get(answered);
        Part.ToolResult result = await(slot);
        answered++;
        return result;
    }

    private Part.ToolResult await(ToolSlot slot) {
        HoldfastRuntime runtime = loop.runtime();
        try {
            while (!slot.awaitEnd(context.deadline().cap(slot.timeLeft(), runtime))) {
                if (context.deadline().hasPassed(runtime)) {
                    throw new DeadlineException(
                            "the deadline of the run passed while the tool '" + slot.name() + "' was running",
                            ErrorDetails.nothingSent(context),
                            null);
                }
                if (slot.timeLeft().isZero()) {
                    timeOut(slot);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException(
                    "interrupted while the tool '" + slot.name() + "' was running",
                    ErrorDetails.nothingSent(context),
                    e);
        }
        if (cancelled) {
            throw new CancelledException(
                    "closed while the tool '" + slot.name() + "' was running", ErrorDetails.nothingSent(context), null);
        }
        return slot.result();
    }

    private void timeOut(ToolSlot slot) throws InterruptedException {
        boolean ours = slot.giveUp(loop.tookTooLong());
        if (ours && !slot.awaitThread(context.deadline().cap(loop.grace(), loop.runtime()))) {
            loop.abandon(slot);
        }
    }

    /** All answers; only after {@link #next} said that there are no more. */
    List<Part.ToolResult> results() {
        List<Part.ToolResult> results = new ArrayList<>(slots.size());
        for (ToolSlot slot : slots) {
            results.add(slot.result());
        }
        return results;
    }

    /** Interrupts what runs and starts no more. Wakes whoever waits in {@link #next}. */
    void cancel() {
        cancelled = true;
        for (ToolSlot slot : slots) {
            slot.giveUp("cancelled");
        }
    }

    /** Waits, after {@link #cancel}, a bounded time for what runs to come out. An interrupt is kept for later. */
    void drain() {
        HoldfastRuntime runtime = loop.runtime();
        boolean interrupted = Thread.interrupted();
        Duration grace = loop.grace();
        Deadline end = Deadline.in(grace, runtime);
        for (ToolSlot slot : slots) {
            try {
                if (!slot.awaitThread(end.cap(grace, runtime))) {
                    loop.abandon(slot);
                }
            } catch (InterruptedException e) {
                interrupted = true;
                grace = Duration.ZERO; // somebody is in a hurry: only look at the others
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
