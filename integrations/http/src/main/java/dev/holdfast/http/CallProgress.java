package dev.holdfast.http;

import java.net.InetSocketAddress;
import java.net.Proxy;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Handshake;
import okhttp3.Response;

/** How far a call has come, as the HTTP client tells it: what a failure means depends on it. */
final class CallProgress extends EventListener {
    /** In the order in which a call passes them. */
    enum Phase {
        CONNECTING,
        SECURING,
        CONNECTED,
        SENDING,
        SENT,
        ANSWERING
    }

    private volatile Phase phase = Phase.CONNECTING;
    private volatile boolean sent; // never taken back: a reservation is released on the strength of it

    Phase phase() {
        return phase;
    }

    /** Whether a byte of the request may have left. */
    boolean mayHaveBeenSent() {
        return sent;
    }

    /** Whether the answer has begun. */
    boolean isAnswering() {
        return phase == Phase.ANSWERING;
    }

    @Override
    public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
        connecting(Phase.CONNECTING);
    }

    @Override
    public void secureConnectStart(Call call) {
        connecting(Phase.SECURING);
    }

    @Override
    public void secureConnectEnd(Call call, Handshake handshake) {
        connecting(Phase.CONNECTED);
    }

    @Override
    public void connectionAcquired(Call call, Connection connection) {
        phase = Phase.CONNECTED;
    }

    /** Several addresses may be tried at once, and the slower ones go on for a moment after one has won. */
    private void connecting(Phase now) {
        if (!sent) {
            phase = now;
        }
    }

    @Override
    public void requestHeadersStart(Call call) {
        sent = true;
        phase = Phase.SENDING;
    }

    @Override
    public void requestBodyEnd(Call call, long byteCount) {
        phase = Phase.SENT;
    }

    @Override
    public void responseHeadersEnd(Call call, Response response) {
        phase = Phase.ANSWERING;
    }
}
