package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatModel;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Chunk;
import dev.holdfast.chat.Outcome;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.Deadline;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.runtime.HoldfastRuntime;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/**
 * What the laws of a provider stand on: the provider that is asked, the model under test, and how its replies are read.
 */
@Timeout(60)
abstract class ProviderBench {
    /** The key that the model under test is to send. */
    protected static final String KEY = "a-key-that-nobody-may-tell";

    /** The model that the model under test is to ask for. */
    protected static final String MODEL = "mini";

    /** How long what should happen at once may take before the law counts as broken. */
    static final Duration BOUND = Duration.ofSeconds(5);

    static final String WORDS = "It has shipped, and will be with you tomorrow.";
    static final FakeReply REPLY = FakeReply.text(WORDS).pieces(3).usage(Usage.of(20, 4));

    /** The runtime of the tests. */
    protected final HoldfastRuntime runtime = HoldfastRuntime.system();

    /** The provider that the model under test talks to. */
    protected final ProviderSimulator simulator =
            ProviderSimulator.start(runtime).requireKey(KEY);

    /** For subclasses. */
    ProviderBench() {}

    /**
     * What the provider speaks.
     *
     * @return the wire format
     */
    protected abstract WireFormat format();

    /**
     * Makes the model under test: it asks for {@link #MODEL} and sends {@link #KEY}.
     *
     * @param baseUrl where the provider is, as {@link ProviderSimulator#baseUrl(WireFormat)} says it
     * @return a model with its own default settings
     */
    protected abstract ChatModel model(URI baseUrl);

    /**
     * Makes a model that does not wait for long, if the provider can be told so.
     *
     * @param baseUrl where the provider is
     * @param silence how long the provider may be silent, before its answer and within
     * @return the model; empty when it knows no such bound, and the laws of it are skipped
     */
    protected Optional<ChatModel> impatientModel(URI baseUrl, Duration silence) {
        return Optional.empty();
    }

    /**
     * The longest line of a stream that the model under test reads.
     *
     * @return bytes; a line of twice as many must be refused
     */
    protected int longestLine() {
        return 8 << 20;
    }

    /** {@link #BOUND}, unless the kit's own tests wait for it to pass. */
    Duration bound() {
        return BOUND;
    }

    /** What a consumer sees of a reply that it reads to its end. */
    record Read(String said, @Nullable HoldfastException thrown, Outcome outcome) {
        HoldfastException failure() {
            assertThat(outcome)
                    .as("%s after '%s' came", outcome, said)
                    .isInstanceOfAny(Outcome.Failed.class, Outcome.Cancelled.class);
            assertThat(thrown).as("what is thrown is the outcome").isSameAs(outcome.error());
            if (thrown == null) {
                throw new AssertionError("a failure without an error");
            }
            return thrown;
        }
    }

    /** Nothing may be left open at the provider, whatever happened. */
    @AfterEach
    protected final void nothingIsLeftOpen() throws InterruptedException {
        boolean ended = isSoon(() -> simulator.openRequests() == 0);
        int open = simulator.openRequests();
        simulator.close();
        assertThat(ended).as("%d requests were left open at the provider", open).isTrue();
    }

    /** How many events {@link #REPLY} has up to its last words; before its end has been said. */
    final int contentEnd() {
        return WireAnswer.contentEnd(format().wire().stream(REPLY, new Wire.Stamp("any", MODEL, 0), Wire.object()));
    }

    final URI baseUrl() {
        return simulator.baseUrl(format());
    }

    final ChatCall call(boolean streaming) {
        return call(streaming, Duration.ofSeconds(30));
    }

    final ChatCall call(boolean streaming, Duration deadline) {
        CallContext context = CallContext.builder(Caller.of("acme", "ann"))
                .callId("call-1")
                .deadline(Deadline.in(deadline, runtime))
                .build();
        return new ChatCall(
                ChatRequest.of("Where is order 1234?").toBuilder()
                        .streaming(streaming)
                        .maxOutputTokens(100)
                        .build(),
                context);
    }

    final Read read(ChatCall call, WireFault fault) {
        simulator.model(MODEL).reply(REPLY, fault);
        return read(call);
    }

    final Read read(ChatCall call) {
        return read(model(baseUrl()).send(call));
    }

    static Read read(ChatReply reply) {
        StringBuilder said = new StringBuilder();
        try {
            for (Chunk chunk = reply.next(); chunk != null; chunk = reply.next()) {
                said.append(chunk.text());
            }
        } catch (HoldfastException e) {
            return new Read(said.toString(), e, reply.outcome());
        }
        return new Read(said.toString(), null, reply.outcome());
    }

    final boolean isSoon(BooleanSupplier condition) throws InterruptedException {
        long start = runtime.nanoTime();
        while (!condition.getAsBoolean()) {
            if (runtime.nanoTime() - start > bound().toNanos()) {
                return false;
            }
            runtime.sleep(Duration.ofMillis(1));
        }
        return true;
    }
}
