package dev.holdfast.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.runtime.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A provider on this machine: it speaks real HTTP on a loopback port, in the wire formats of OpenAI and Anthropic, and
 * answers what the test told it to. Programs run against it without a key and without a network.
 *
 * <pre>{@code
 * try (ProviderSimulator simulator = ProviderSimulator.start()) {
 *     simulator.model("mini")
 *             .reply(FakeReply.toolCall("lookup_order", "{\"id\":1234}"))
 *             .reply(FakeReply.text("It has shipped.").pieces(3).every(Duration.ofMillis(50)))
 *             .fault(WireFault.cutWithin(2));
 *     simulator.model("large").otherwise(request -> FakeReply.text("You said: " + request.lastUserText()));
 *     // a provider with the base URL simulator.baseUrl() and any key
 * }
 * }</pre>
 *
 * <p>A {@link FakeReply} that fails with a provider's error is answered with its status; any other failure resets the
 * connection. A model that was never named here is answered with status 404.
 *
 * <p><b>Time.</b> Waits take the runtime's time, but the sockets are the machine's: they do not work under virtual time.
 *
 * <p><b>Threading.</b> Safe for use by many threads. Each connection has a thread of the runtime's.
 */
public final class ProviderSimulator implements AutoCloseable {
    /** How long a request may take to end after its client has left, before it counts as left behind. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private static final Duration AFTER_A_FAILURE = Duration.ofMillis(10);

    private final HoldfastRuntime runtime;
    private final ServerSocket server;
    private final Map<String, SimulatedModel> models = new ConcurrentHashMap<>();
    private final List<SimulatedRequest> requests = new CopyOnWriteArrayList<>();
    private final Set<SimulatedConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger openRequests = new AtomicInteger();
    private final Task accepting;
    private volatile @Nullable String requiredKey;
    private volatile boolean closed;

    private ProviderSimulator(HoldfastRuntime runtime) {
        this.runtime = runtime;
        try {
            this.server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException("no loopback port for the provider simulator", e);
        }
        this.accepting = runtime.fork("provider-simulator", this::accept);
        Leftovers.watch("open requests of " + this, this::requestsLeftBehind);
    }

    /**
     * Starts a simulator on the machine's own time.
     *
     * @return a simulator without models
     * @throws UncheckedIOException when there is no free port
     */
    public static ProviderSimulator start() {
        return start(HoldfastRuntime.system());
    }

    /**
     * Starts a simulator.
     *
     * @param runtime whose threads it runs on, and whose time its waits take
     * @return a simulator without models
     * @throws UncheckedIOException when there is no free port
     */
    public static ProviderSimulator start(HoldfastRuntime runtime) {
        return new ProviderSimulator(runtime);
    }

    /**
     * Where it is, for clients of OpenAI's format.
     *
     * @return for example {@code http://127.0.0.1:41234/v1}
     */
    public URI baseUrl() {
        return baseUrl(WireFormat.OPENAI);
    }

    /**
     * Where it is, in the way in which clients of a format are told: those of OpenAI's take the version as a part of it,
     * those of Anthropic's add it. Anything may stand between it and {@code /chat/completions} or {@code /messages}.
     *
     * @param format the client's wire format
     * @return with {@code /v1} for OpenAI, without a path for Anthropic
     */
    public URI baseUrl(WireFormat format) {
        return URI.create(
                "http://" + server.getInetAddress().getHostAddress() + ":" + server.getLocalPort() + format.basePath());
    }

    /**
     * A model of this provider, made on first use.
     *
     * @param name its name, as requests say it
     * @return the model, to be told what to answer
     */
    public SimulatedModel model(String name) {
        return models.computeIfAbsent(name, SimulatedModel::new);
    }

    /**
     * From now on only requests with this key are answered, any other with status 401. Without it every key will do,
     * and none.
     *
     * @param key the key
     * @return this simulator
     */
    public ProviderSimulator requireKey(String key) {
        requiredKey = key;
        return this;
    }

    /**
     * What it was asked, malformed requests aside.
     *
     * @return the requests so far, in the order in which they came
     */
    public List<SimulatedRequest> requests() {
        return List.copyOf(requests);
    }

    /**
     * The last thing that it was asked.
     *
     * @return the request
     */
    public SimulatedRequest lastRequest() {
        List<SimulatedRequest> all = requests();
        if (all.isEmpty()) {
            throw new AssertionError(this + " was never asked");
        }
        return all.get(all.size() - 1);
    }

    /**
     * How many requests have come and are not answered to their end, by clients that still wait for it.
     *
     * @return zero when nothing was left behind
     */
    public int openRequests() {
        return openRequests.get();
    }

    /**
     * How many connections are open; idle ones that a client keeps for later count, too.
     *
     * @return the connections right now
     */
    public int openConnections() {
        return connections.size();
    }

    /**
     * How many connections there have been.
     *
     * @return the connections since the start
     */
    public int acceptedConnections() {
        return accepted.get();
    }

    /** Ends every connection, whatever it is doing, and frees the port. */
    @Override
    public void close() {
        closed = true;
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            accepting.join(GRACE); // after it no connection can be added
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connections.forEach(ProviderSimulator::end);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                serve(server.accept());
            } catch (IOException e) {
                if (!closed && !isPaused()) { // such as for want of a file descriptor, which may go on for a while
                    return;
                }
            }
        }
    }

    /** Serves a client, or lets it go where there is no thread to serve it on. */
    private void serve(Socket socket) throws IOException {
        accepted.incrementAndGet();
        SimulatedConnection connection = new SimulatedConnection(this, runtime, socket);
        connections.add(connection);
        try {
            runtime.fork("provider-simulator-connection", connection);
        } catch (RuntimeException e) {
            connections.remove(connection);
            connection.close();
        }
    }

    private boolean isPaused() {
        try {
            runtime.sleep(AFTER_A_FAILURE);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static void end(SimulatedConnection connection) {
        try {
            connection.close();
        } catch (IOException gone) {
            // it had ended by itself
        }
    }

    void gone(SimulatedConnection connection) {
        connections.remove(connection);
    }

    void requestBegins() {
        openRequests.incrementAndGet();
    }

    void requestEnds() {
        openRequests.decrementAndGet();
    }

    WireAnswer answerTo(ReceivedRequest received) {
        WireFormat format = WireFormat.ofPath(received.path());
        if (format == null || !received.method().equals("POST")) {
            return WireAnswer.error(
                    WireFormat.OPENAI, 404, "unknown_url", "", "Unknown request URL: " + received.path());
        }
        JsonNode json;
        try {
            json = Wire.read(received.body());
        } catch (IllegalArgumentException e) {
            return WireAnswer.error(format, 400, "", "", "We could not parse the JSON body of your request.");
        }
        SimulatedRequest request = new SimulatedRequest(format, received, json);
        requests.add(request);
        String key = requiredKey;
        if (key != null && !request.hasKey(key)) {
            return WireAnswer.error(format, 401, "", "", "The key is invalid.");
        }
        SimulatedModel model = models.get(request.model());
        return model == null
                ? WireAnswer.error(format, 404, "", "", "The model '" + request.model() + "' does not exist.")
                : answerOf(model, request).with(model.headers());
    }

    private WireAnswer answerOf(SimulatedModel model, SimulatedRequest request) {
        SimulatedModel.Step step = model.next();
        if (step == null) {
            return WireAnswer.error(
                    request.format(),
                    400,
                    "script_used_up",
                    "",
                    "The script of the " + model + " has no reply left; add reply(..) or otherwise(..).");
        }
        Wire.Stamp stamp =
                new Wire.Stamp(runtime.newId(), request.model(), runtime.now().getEpochSecond());
        try {
            return WireAnswer.to(request, step.reply().apply(request), step.fault(), stamp);
        } catch (RuntimeException e) {
            return WireAnswer.error(
                    request.format(), 400, "script_failed", "", "The script of the " + model + " threw " + e);
        }
    }

    /** Counts after a grace: a connection learns a moment later than the test that its client has left. */
    private int requestsLeftBehind() {
        long start = runtime.nanoTime();
        try {
            while (openRequests.get() != 0 && runtime.nanoTime() - start < GRACE.toNanos()) {
                runtime.sleep(Duration.ofMillis(1));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return openRequests.get();
    }

    @Override
    public String toString() {
        return "provider simulator at port " + server.getLocalPort();
    }
}
