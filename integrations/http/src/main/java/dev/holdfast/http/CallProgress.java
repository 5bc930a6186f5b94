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

    Phase phase() {
        return phase;
    }

    /** Whether a byte of the request may have left. */
    boolean mayHaveBeenSent() {
        return phase.compareTo(Phase.SENDING) >= 0;
    }

    /** Whether the answer has begun. */
    boolean isAnswering() {
        return phase == Phase.ANSWERING;
    }

    @Override
    public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
        phase = Phase.CONNECTING;
    }

    @Override
    public void secureConnectStart(Call call) {
        phase = Phase.SECURING;
    }

    @Override
    public void secureConnectEnd(Call call, Handshake handshake) {
        phase = Phase.CONNECTED;
    }

    @Override
    public void connectionAcquired(Call call, Connection connection) {
        phase = Phase.CONNECTED;
    }

    @Override
    public void requestHeadersStart(Call call) {
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
