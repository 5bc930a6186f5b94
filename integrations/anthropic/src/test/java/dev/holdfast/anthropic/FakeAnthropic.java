package dev.holdfast.anthropic;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A provider on loopback: one connection a call, the answers as they were given, byte by byte where asked for. */
final class FakeAnthropic implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    /** What a client sent. */
    record Received(String path, Map<String, String> headers, JsonNode body) {}

    private record Answer(String head, byte[] body, int pieceSize, boolean hangs) {}

    private final ServerSocket server;
    private final Thread thread;
    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    private final CountDownLatch clientLeft = new CountDownLatch(1);

    FakeAnthropic() {
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread = new Thread(this::serve, "fake-anthropic");
        thread.setDaemon(true);
        thread.start();
    }

    String url() {
        return "http://localhost:" + server.getLocalPort();
    }

    FakeAnthropic json(int status, String body, String... headers) {
        return answer(status, "application/json", body, Integer.MAX_VALUE, false, headers);
    }

    /** A stream that ends with its last byte. */
    FakeAnthropic stream(String body, String... headers) {
        return answer(200, "text/event-stream; charset=utf-8", body, Integer.MAX_VALUE, false, headers);
    }

    /** A stream in pieces of a few bytes, which cut events, line ends and characters. */
    FakeAnthropic streamInPieces(String body, int size) {
        return answer(200, "text/event-stream", body, size, false);
    }

    /** A stream that says this and then nothing more, until the client leaves. */
    FakeAnthropic streamThatHangs(String body) {
        return answer(200, "text/event-stream", body, Integer.MAX_VALUE, true);
    }

    FakeAnthropic answer(int status, String type, String body, int pieceSize, boolean hangs, String... headers) {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " X\r\nconnection: close\r\n");
        head.append("content-type: ").append(type).append("\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        answers.add(
                new Answer(head.append("\r\n").toString(), body.getBytes(StandardCharsets.UTF_8), pieceSize, hangs));
        return this;
    }

    Received received() {
        try {
            return Objects.requireNonNull(received.poll(5, TimeUnit.SECONDS), "nothing was sent");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean wasAsked() {
        return !received.isEmpty();
    }

    boolean clientLeft() throws InterruptedException {
        return clientLeft.await(5, TimeUnit.SECONDS);
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                socket.setTcpNoDelay(true);
                InputStream in = new BufferedInputStream(socket.getInputStream());
                received.add(read(in));
                Answer answer = Objects.requireNonNull(answers.poll(), "no answer was prepared");
                OutputStream out = socket.getOutputStream();
                out.write(answer.head().getBytes(StandardCharsets.US_ASCII));
                for (int i = 0; i < answer.body().length; i += answer.pieceSize()) {
                    int length = Math.min(answer.pieceSize(), answer.body().length - i);
                    out.write(answer.body(), i, length);
                    out.flush();
                    if (length == answer.body().length) {
                        break; // the size of a whole piece is too large to count on
                    }
                }
                if (answer.hangs() && in.read() < 0) {
                    clientLeft.countDown();
                }
            } catch (IOException e) {
                clientLeft.countDown(); // the client left, or the test is over
            }
        }
    }

    private static Received read(InputStream in) throws IOException {
        String path = line(in).split(" ")[1];
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new Received(path, headers, MAPPER.readTree(body));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the client left");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        try {
            server.close();
            thread.interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
