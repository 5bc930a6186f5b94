package dev.holdfast.benchmarks.wire;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 on loopback, on plain sockets: an HTTP library would not let us choose where the transport's chunks end, nor
 * break off in the middle. Connections are kept alive, so that thousands of exchanges replay in seconds.
 */
final class ReplayServer implements AutoCloseable {
    private static final int BACKLOG = 64;

    /** Decides what to say. Called on the connection's thread. */
    interface Script {
        Answer answer(Request request);
    }

    /**
     * A request as it came in.
     *
     * @param path with the query
     * @param headers lower-case names
     * @param body its bytes
     */
    record Request(String path, Map<String, String> headers, String body) {
        boolean takesGzip() {
            return headers.getOrDefault("accept-encoding", "").contains("gzip");
        }

        /** What stands between the prefix and the next slash of the path, empty when the path does not begin so. */
        String segmentAfter(String prefix) {
            if (!path.startsWith(prefix)) {
                return "";
            }
            int end = path.indexOf('/', prefix.length());
            return path.substring(prefix.length(), end < 0 ? path.length() : end);
        }
    }

    private final ServerSocket server;
    private final Script script;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

    private ReplayServer(ServerSocket server, Script script) {
        this.server = server;
        this.script = script;
    }

    static ReplayServer start(Script script) throws IOException {
        ServerSocket socket = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        ReplayServer server = new ReplayServer(socket, script);
        thread("replay-accept", server::accept);
        return server;
    }

    /** Where it listens; no slash at the end. */
    URI address() {
        return URI.create("http://" + server.getInetAddress().getHostAddress() + ":" + server.getLocalPort());
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }

    private static void thread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket connection = server.accept();
                connection.setTcpNoDelay(true);
                connections.add(connection);
                thread("replay-connection", () -> serve(connection));
            } catch (IOException e) {
                // Closed, or a client that gave up before it was accepted.
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = new BufferedInputStream(connection.getInputStream());
            OutputStream out = new BufferedOutputStream(connection.getOutputStream(), 64 * 1024);
            boolean open = true;
            while (open) {
                Request request = read(in);
                open = request != null && write(out, script.answer(request));
            }
        } catch (IOException e) {
            // The client went away: its right.
        } finally {
            connections.remove(connection);
        }
    }

    private static @Nullable Request read(InputStream in) throws IOException {
        String first = line(in);
        if (first == null) {
            return null;
        }
        String[] words = first.split(" ", -1);
        if (words.length != 3) {
            throw new IOException("not a request line: " + first);
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        return new Request(words[1], headers, new String(body(in, headers), StandardCharsets.UTF_8));
    }

    private static byte[] body(InputStream in, Map<String, String> headers) throws IOException {
        if (!headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
            return exactly(in, Integer.parseInt(headers.getOrDefault("content-length", "0")));
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String size = line(in);
            if (size == null) {
                throw new EOFException("the request ended within its body");
            }
            int length = Integer.parseInt(size.split(";", -1)[0].strip(), 16);
            body.writeBytes(exactly(in, length));
            line(in);
            if (length == 0) {
                return body.toByteArray();
            }
        }
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the request ended within its body");
        }
        return bytes;
    }

    private static @Nullable String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                String text = line.toString(StandardCharsets.ISO_8859_1);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            line.write(b);
        }
        return null;
    }

    /** Sends the answer; false when the connection has to end with it. */
    private static boolean write(OutputStream out, Answer answer) throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + answer.status + " Replayed\r\n");
        answer.headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("transfer-encoding: chunked\r\n\r\n");
        out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        int at = 0;
        for (int piece : answer.pieces) {
            if (piece > 0) {
                out.write((Integer.toHexString(piece) + "\r\n").getBytes(StandardCharsets.US_ASCII));
                out.write(answer.body, at, piece);
                out.write('\r');
                out.write('\n');
                // Each chunk on its own, as a provider that streams would send it.
                out.flush();
                at += piece;
            }
        }
        if (answer.ending == Answer.Ending.DROPPED) {
            out.flush();
            return false;
        }
        out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();
        return true;
    }
}
