package dev.holdfast.testkit;

import dev.holdfast.runtime.HoldfastRuntime;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** One connection of a {@link ProviderSimulator}: reads requests and sends answers, one after the other. */
final class SimulatedConnection implements Runnable, AutoCloseable {
    /** A silence ends at some time, so that no test hangs for ever. */
    private static final Duration LONGEST_SILENCE = Duration.ofDays(1);

    /** How long a look at the connection may take while time passes on the runtime's clock. */
    private static final long LONGEST_LOOK_MILLIS = 20;

    private final ProviderSimulator simulator;
    private final HoldfastRuntime runtime;
    private final Socket socket;
    private final BufferedInputStream in;
    private final OutputStream out;

    SimulatedConnection(ProviderSimulator simulator, HoldfastRuntime runtime, Socket socket) throws IOException {
        this.simulator = simulator;
        this.runtime = runtime;
        this.socket = socket;
        socket.setTcpNoDelay(true); // what is flushed leaves at once: the boundaries are what a test is about
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    @Override
    public void run() {
        try (this) {
            boolean goOn = true;
            while (goOn) {
                ReceivedRequest request = ReceivedRequest.read(in, out);
                goOn = request != null && answer(request);
            }
        } catch (IOException left) {
            // The client has left, or the simulator closes: there is nobody to tell.
        } finally {
            simulator.gone(this);
        }
    }

    private boolean answer(ReceivedRequest request) throws IOException {
        simulator.requestBegins();
        try {
            return new AnswerWriter(this, out).write(simulator.answerTo(request)) && request.keepsAlive();
        } finally {
            simulator.requestEnds();
        }
    }

    /**
     * Lets time pass while the client stays. A client that waits for an answer sends nothing, so a look at what it sends
     * tells whether it has left.
     */
    void pause(Duration wait) throws IOException {
        long start = runtime.nanoTime();
        for (long left = wait.toNanos(); left > 0; left = wait.toNanos() - (runtime.nanoTime() - start)) {
            socket.setSoTimeout((int) Math.min(LONGEST_LOOK_MILLIS, Math.max(1, left / 1_000_000)));
            in.mark(1);
            try {
                if (in.read() < 0) {
                    throw new IOException("the client has left");
                }
                throw new IOException("the client sends before it is answered");
            } catch (SocketTimeoutException stillWaiting) {
                in.reset();
            }
        }
        socket.setSoTimeout(0);
    }

    /** Waits until the client leaves. */
    void silence() throws IOException {
        pause(LONGEST_SILENCE);
    }

    /** The next close resets the connection: a RST instead of a FIN. */
    void resetOnClose() throws IOException {
        socket.setSoLinger(true, 0);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
