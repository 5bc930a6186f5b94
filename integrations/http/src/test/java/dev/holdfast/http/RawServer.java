package dev.holdfast.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that says what a test tells it to, byte for byte, and cuts, stalls and resets as it is told. */
final class RawServer implements AutoCloseable {
    /** What to do with a request that has been read. */
    interface Script {
        void answer(Wire wire) throws Exception;
    }

    private final ServerSocket server;
    private final Script script;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    RawServer(Script script) throws IOException {
        this.script = script;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                open.add(socket);
                start(() -> serve(socket));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            while (true) {
                String request = read(socket.getInputStream());
                if (request.isEmpty()) {
                    return;
                }
                requests.add(request);
                script.answer(new Wire(socket));
            }
        } catch (Exception gone) {
            // the client, or the test, has gone
        }
    }

    private static String read(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                return "";
            }
            head.write(b);
        }
        String text = head.toString(StandardCharsets.ISO_8859_1);
        int length = 0;
        for (String line : text.split("\r\n")) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(line.substring(15).trim());
            }
        }
        return text + new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort() + "/v1/chat";
    }

    int connections() {
        return open.size();
    }

    List<String> requests() {
        return requests;
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    /** The connection that a request came on. */
    static final class Wire {
        private final Socket socket;
        private final OutputStream out;

        Wire(Socket socket) throws IOException {
            this.socket = socket;
            this.out = socket.getOutputStream();
        }

        /** A whole answer. */
        void respond(int status, String headers, String body) throws IOException {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            text("HTTP/1.1 " + status + " X\r\n" + headers + "content-length: " + bytes.length + "\r\n\r\n");
            bytes(bytes);
        }

        /** The head of a stream; {@link #chunk} and {@link #end} follow. */
        Wire stream() throws IOException {
            return text("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
        }

        Wire chunk(String text) throws IOException {
            return chunk(text.getBytes(StandardCharsets.UTF_8));
        }

        Wire chunk(byte[] bytes) throws IOException {
            text(Integer.toHexString(bytes.length) + "\r\n");
            bytes(bytes);
            return text("\r\n");
        }

        void end() throws IOException {
            text("0\r\n\r\n");
        }

        Wire text(String text) throws IOException {
            return bytes(text.getBytes(StandardCharsets.UTF_8));
        }

        Wire bytes(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
            return this;
        }

        /** Ends the connection as a dying process does. */
        void cut() throws IOException {
            socket.close();
        }

        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Says nothing any more, until the client has gone. */
        void stall() throws IOException {
            while (socket.getInputStream().read() >= 0) {
                // whatever it says
            }
        }
    }
}
