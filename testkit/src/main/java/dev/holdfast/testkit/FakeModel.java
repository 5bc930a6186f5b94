package dev.holdfast.testkit;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.EndpointModel;
import dev.holdfast.chat.Message;
import dev.holdfast.runtime.HoldfastRuntime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A model that says what the test told it to, and remembers what it was asked.
 *
 * <pre>{@code
 * FakeModel model = FakeModel.named("mini")
 *         .reply(FakeReply.toolCall("lookup_order", "{\"id\":1234}"))
 *         .reply("It has shipped.");
 * }</pre>
 *
 * <p>Scripted replies are used up in order; after them the model does what {@link #otherwise} says, and without that it
 * fails the test by saying that it was asked once too often.
 *
 * <p><b>Threading.</b> Safe for use by many threads.
 */
public final class FakeModel implements EndpointModel {
    /** A test that asks more often is about the load, which is not to end in want of memory. */
    private static final int MOST_CALLS = 100_000;

    /** How many characters of a question an error shows. */
    private static final int MOST_WORDS = 200;

    private final Endpoint endpoint;
    private final HoldfastRuntime runtime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<FakeReply> script = new ArrayDeque<>();
    private final Deque<ChatCall> calls = new ArrayDeque<>();
    private long asked;
    private final AtomicInteger open = new AtomicInteger();
    private @Nullable Function<ChatCall, FakeReply> otherwise;

    private FakeModel(Endpoint endpoint, HoldfastRuntime runtime) {
        this.endpoint = endpoint;
        this.runtime = runtime;
        Leftovers.watch("open replies of " + endpoint, open::get);
    }

    /**
     * A model of the provider {@code fake}, on the machine's own time.
     *
     * @param name the model's name
     * @return a model without a script
     */
    public static FakeModel named(String name) {
        return of(Endpoint.of("fake", name));
    }

    /**
     * A model of the provider {@code fake}.
     *
     * @param name the model's name
     * @param runtime whose time its waits take
     * @return a model without a script
     */
    public static FakeModel named(String name, HoldfastRuntime runtime) {
        return of(Endpoint.of("fake", name), runtime);
    }

    /**
     * A model at an endpoint, on the machine's own time.
     *
     * @param endpoint who it pretends to be
     * @return a model without a script
     */
    public static FakeModel of(Endpoint endpoint) {
        return of(endpoint, HoldfastRuntime.system());
    }

    /**
     * A model at an endpoint.
     *
     * @param endpoint who it pretends to be
     * @param runtime whose time its waits take
     * @return a model without a script
     */
    public static FakeModel of(Endpoint endpoint, HoldfastRuntime runtime) {
        return new FakeModel(endpoint, runtime);
    }

    /**
     * Adds what it says next.
     *
     * @param text the words
     * @return this model
     */
    public FakeModel reply(String text) {
        return reply(FakeReply.text(text));
    }

    /**
     * Adds what it does next.
     *
     * @param reply the reply
     * @return this model
     */
    public FakeModel reply(FakeReply reply) {
        lock.lock();
        try {
            script.add(reply);
        } finally {
            lock.unlock();
        }
        return this;
    }

    /**
     * Sets what it does when the script is used up.
     *
     * @param reply the reply, every time
     * @return this model
     */
    public FakeModel otherwise(FakeReply reply) {
        return otherwise(call -> reply);
    }

    /**
     * Sets what it says when the script is used up.
     *
     * @param text the words, every time
     * @return this model
     */
    public FakeModel otherwise(String text) {
        return otherwise(FakeReply.text(text));
    }

    /**
     * Sets what it does when the script is used up.
     *
     * @param reply makes the reply from the call
     * @return this model
     */
    public FakeModel otherwise(Function<ChatCall, FakeReply> reply) {
        lock.lock();
        try {
            otherwise = reply;
        } finally {
            lock.unlock();
        }
        return this;
    }

    /**
     * What it was asked.
     *
     * @return the calls so far, in the order in which they were begun; of more than 100,000 the newest
     */
    public List<ChatCall> calls() {
        lock.lock();
        try {
            return List.copyOf(calls);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The last thing that it was asked.
     *
     * @return the call
     */
    public ChatCall lastCall() {
        List<ChatCall> all = calls();
        if (all.isEmpty()) {
            throw new AssertionError(endpoint + " was never asked");
        }
        return all.get(all.size() - 1);
    }

    /**
     * How many replies have begun and not ended.
     *
     * @return zero when nothing was left behind
     */
    public int openReplies() {
        return open.get();
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public ChatReply send(ChatCall call) {
        return new ScriptedReply(this, call, runtime);
    }

    /** A reply begins: takes what the script says next. */
    FakeReply begin(ChatCall call) {
        Function<ChatCall, FakeReply> fallback;
        long count;
        lock.lock();
        try {
            asked++;
            calls.add(call);
            if (calls.size() > MOST_CALLS) {
                calls.remove();
            }
            FakeReply next = script.poll();
            if (next != null) {
                open.incrementAndGet();
                return next;
            }
            fallback = otherwise;
            count = asked;
        } finally {
            lock.unlock();
        }
        if (fallback == null) {
            throw new AssertionError(endpoint + " was asked " + (count == 1 ? "once" : count + " times")
                    + ", and its script has fewer replies; add reply(..) or otherwise(..). It was asked: "
                    + lastWords(call));
        }
        FakeReply next = fallback.apply(call);
        open.incrementAndGet();
        return next;
    }

    /** What the call asks, short enough for a message. */
    private static String lastWords(ChatCall call) {
        List<Message> messages = call.request().messages();
        if (messages.isEmpty()) {
            return "nothing";
        }
        Message last = messages.get(messages.size() - 1);
        String text = last.toolResults().isEmpty()
                ? last.text()
                : last.toolResults().get(last.toolResults().size() - 1).text();
        String shown = text.length() <= MOST_WORDS ? text : text.substring(0, MOST_WORDS) + "…";
        return '"' + shown + "\" (" + last.role().name().toLowerCase(Locale.ROOT) + ')';
    }

    void end() {
        open.decrementAndGet();
    }

    @Override
    public String toString() {
        return endpoint.toString();
    }
}
