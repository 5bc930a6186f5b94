package dev.holdfast.chat;

import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The way of a call of a model through a row of guards: it can be closed from any thread, and its chunks pass them. */
final class ClosablePassage extends Passage {
    private final GuardedReply reply;
    private volatile @Nullable Signal waiting;
    private @Nullable Instant now; // at the reading of the clock
    private @Nullable Steps steps;

    /** What the guards, by their index, made of an outcome below; kept so that an end is told of what was answered. */
    private static final class Steps {
        private final Outcome below;
        private final Outcome[] each;
        private final Outcome end;

        Steps(Outcome below, Outcome[] each, Outcome end) {
            this.below = below;
            this.each = each;
            this.end = end;
        }
    }

    ClosablePassage(int guards, ChatCall call, GuardedReply reply) {
        super(guards, call.context(), call);
        this.reply = reply;
    }

    @Override
    boolean isClosed() {
        return reply.isGivenUp();
    }

    @Override
    public void close() {
        reply.close();
    }

    @Override
    public Instant now(HoldfastRuntime runtime) {
        long read = nanoTime(runtime);
        Instant known = now;
        if (known == null) {
            known = runtime.at(read);
            now = known;
        }
        return known;
    }

    @Override
    void letTimePass() {
        super.letTimePass();
        now = null;
    }

    @Override
    void await(Signal signal, Duration timeout) throws InterruptedException {
        waiting = signal; // before the check: a close either finds the signal or is seen here
        try {
            if (!isClosed()) {
                signal.await(timeout);
            }
        } finally {
            waiting = null;
        }
    }

    /** Fires a signal when the call is closed while somebody waits for its answer to begin. */
    void wakesOnClose(Signal signal) {
        waiting = signal; // before the check, as above
        if (isClosed()) {
            signal.fire();
        }
    }

    /** Ends a wait, from another thread. */
    void wake() {
        Signal signal = waiting;
        if (signal != null) {
            signal.fire();
        }
    }

    void onChunk(Chunk chunk) {
        for (int i = admitted() - 1; i >= 0; i--) {
            permit(i).onChunk(chunk);
        }
    }

    /** What the guards make of an outcome, the innermost first. Changes nothing that anybody could see. */
    Outcome mapped(Outcome below) {
        Steps taken = stepsOf(below);
        steps = taken;
        return taken == null ? below : taken.end;
    }

    /** Null where nobody makes anything else of it, which is the rule. */
    private @Nullable Steps stepsOf(Outcome below) {
        Outcome outcome = reply.changed(below);
        Outcome[] each = outcome == below ? null : all(outcome);
        for (int i = admitted() - 1; i >= 0; i--) {
            Outcome above = mapped(permit(i), outcome);
            if (above != outcome && each == null) {
                each = all(outcome);
            }
            if (each != null) {
                each[i] = above;
            }
            outcome = above;
        }
        return each == null ? null : new Steps(below, each, outcome);
    }

    private Outcome[] all(Outcome outcome) {
        Outcome[] each = new Outcome[admitted()];
        Arrays.fill(each, outcome);
        return each;
    }

    /** Ends every permit, the innermost first, with the outcome as its guard sees it. */
    void end(Outcome below, Outcome end) {
        letTimePass();
        Steps seen = steps;
        if (seen == null ? below != end : seen.below != below) { // another thread raced us, with another outcome
            seen = stepsOf(below);
        }
        for (int i = admitted() - 1; i >= 0; i--) {
            end(permit(i), seen == null ? end : seen.each[i]);
        }
    }
}
