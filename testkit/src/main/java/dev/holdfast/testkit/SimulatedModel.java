package dev.holdfast.testkit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One model of a {@link ProviderSimulator}: what it answers, in the words of {@link FakeModel}, and what goes wrong on
 * the way.
 *
 * <p>Scripted answers are used up in order; after them the model does what {@code otherwise} says, and without that it
 * answers with status 400 and says that its script is used up.
 *
 * <p><b>Threading.</b> Safe for use by many threads.
 */
public final class SimulatedModel {
    /**
     * What is answered next.
     *
     * @param reply what it says
     * @param fault what goes wrong on the way
     */
    record Step(Function<SimulatedRequest, FakeReply> reply, WireFault fault) {}

    private final String name;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Step> script = new ArrayDeque<>();
    private final Map<String, String> headers = new LinkedHashMap<>();
    private @Nullable Step otherwise;

    SimulatedModel(String name) {
        this.name = name;
    }

    /**
     * Adds what it says next.
     *
     * @param text the words
     * @return this model
     */
    public SimulatedModel reply(String text) {
        return reply(FakeReply.text(text));
    }

    /**
     * Adds what it does next.
     *
     * @param reply the reply
     * @return this model
     */
    public SimulatedModel reply(FakeReply reply) {
        return reply(reply, WireFault.none());
    }

    /**
     * Adds what it does next, and what goes wrong on the way.
     *
     * @param reply the reply
     * @param fault the fault
     * @return this model
     */
    public SimulatedModel reply(FakeReply reply, WireFault fault) {
        lock.lock();
        try {
            script.add(new Step(request -> reply, fault));
        } finally {
            lock.unlock();
        }
        return this;
    }

    /**
     * Adds a fault: it strikes the next reply, which would have said a few words.
     *
     * @param fault the fault
     * @return this model
     */
    public SimulatedModel fault(WireFault fault) {
        return reply(FakeReply.text("This went wrong.").pieces(2), fault);
    }

    /**
     * Sets what it says when the script is used up.
     *
     * @param text the words, every time
     * @return this model
     */
    public SimulatedModel otherwise(String text) {
        return otherwise(FakeReply.text(text));
    }

    /**
     * Sets what it does when the script is used up.
     *
     * @param reply the reply, every time
     * @return this model
     */
    public SimulatedModel otherwise(FakeReply reply) {
        return otherwise(reply, WireFault.none());
    }

    /**
     * Sets what it does when the script is used up, and what goes wrong on the way.
     *
     * @param reply the reply, every time
     * @param fault the fault, every time
     * @return this model
     */
    public SimulatedModel otherwise(FakeReply reply, WireFault fault) {
        return otherwise(new Step(request -> reply, fault));
    }

    /**
     * Sets what it does when the script is used up.
     *
     * @param reply makes the reply from the request
     * @return this model
     */
    public SimulatedModel otherwise(Function<SimulatedRequest, FakeReply> reply) {
        return otherwise(new Step(reply, WireFault.none()));
    }

    private SimulatedModel otherwise(Step step) {
        lock.lock();
        try {
            otherwise = step;
        } finally {
            lock.unlock();
        }
        return this;
    }

    /**
     * Sets a header that comes with every answer: what is left of a limit, for example.
     *
     * @param header the name
     * @param value the value
     * @return this model
     */
    public SimulatedModel header(String header, String value) {
        lock.lock();
        try {
            headers.put(header, value);
        } finally {
            lock.unlock();
        }
        return this;
    }

    /** Takes what comes next; null when there is nothing. */
    @Nullable
    Step next() {
        lock.lock();
        try {
            Step next = script.poll();
            return next != null ? next : otherwise;
        } finally {
            lock.unlock();
        }
    }

    Map<String, String> headers() {
        lock.lock();
        try {
            return Map.copyOf(headers);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return "simulated model " + name;
    }
}
