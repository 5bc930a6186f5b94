package dev.holdfast.testkit;

import dev.holdfast.runtime.HoldfastRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What forked threads threw and nobody has looked at. Production logs it and goes on; a test must not lose it. */
final class Failures {
    private static final Logger log = LoggerFactory.getLogger(HoldfastRuntime.class);

    private final ConcurrentLinkedQueue<VirtualRuntime.Failure> failures = new ConcurrentLinkedQueue<>();

    void add(String thread, Throwable thrown) {
        failures.add(new VirtualRuntime.Failure(thread, thrown));
        log.error("'{}' threw on a background thread; nothing waits for its result", thread, thrown);
    }

    int size() {
        return failures.size();
    }

    List<VirtualRuntime.Failure> take() {
        List<VirtualRuntime.Failure> taken = new ArrayList<>();
        for (VirtualRuntime.Failure next = failures.poll(); next != null; next = failures.poll()) {
            taken.add(next);
        }
        return taken;
    }

    /** All of them as one error, or null when there is none. */
    @Nullable
    VirtualTimeError takeAsError() {
        List<VirtualRuntime.Failure> taken = take();
        if (taken.isEmpty()) {
            return null;
        }
        StringBuilder text =
                new StringBuilder(taken.size() == 1 ? "A forked thread" : taken.size() + " forked threads");
        text.append(" failed:");
        taken.forEach(failure ->
                text.append("\n  '").append(failure.thread()).append("' threw ").append(failure.thrown()));
        VirtualTimeError error =
                new VirtualTimeError(text.toString(), taken.get(0).thrown());
        taken.stream().skip(1).forEach(failure -> error.addSuppressed(failure.thrown()));
        return error;
    }
}
