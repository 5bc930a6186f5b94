package dev.holdfast.benchmarks.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ReplayServerTest {
    private static final String TEXT = "data: {\"a\":\"für 10 € 🐢\"}\r\n\r\ndata: [DONE]\r\n\r\n";

    /** What came over the socket: the head, and the chunks as they were cut. */
    private record Received(String head, List<byte[]> chunks, boolean ended) {
        byte[] body() {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            chunks.forEach(body::writeBytes);
            return body.toByteArray();
        }
    }

    private static void ask(Socket socket, String path, String more) throws Exception {
        socket.getOutputStream()
                .write(("POST " + path + " HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n" + more + "\r\n{}")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private static Received receive(Socket socket) throws Exception {
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            head.append(line).append('\n');
        }
        List<byte[]> chunks = new ArrayList<>();
        while (true) {
            String size = line(in);
            if (size.isEmpty()) {
                return new Received(head.toString(), chunks, false);
            }
            byte[] chunk = in.readNBytes(Integer.parseInt(size, 16));
            line(in);
            if (chunk.length == 0) {
                return new Received(head.toString(), chunks, true);
            }
            chunks.add(chunk);
        }
    }

    private static String line(InputStream in) throws Exception {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    private static ReplayServer serving(Answer answer) throws Exception {
        return ReplayServer.start(request -> answer);
    }

    private static Socket connect(ReplayServer server) throws Exception {
        URI address = server.address();
        return new Socket(address.getHost(), address.getPort());
    }

    @Test
    void chunksArriveAsTheyWereRecorded() throws Exception {
        ObjectNode line = MadeUp.line("a", TEXT);
        int turtle = TEXT.substring(0, TEXT.indexOf("🐢")).getBytes(StandardCharsets.UTF_8).length + 2;
        int all = TEXT.getBytes(StandardCharsets.UTF_8).length;
        // Within the turtle, and between CR and LF.
        line.putArray("chunk_lengths").add(turtle).add(5).add(all - turtle - 5);
        Exchange exchange = MadeUp.exchange(line);
        try (ReplayServer server = serving(Answer.recorded(exchange, true, 1));
                Socket socket = connect(server)) {
            ask(socket, "/x/a/v1", "");
            Received received = receive(socket);
            assertThat(received.chunks())
                    .extracting(chunk -> chunk.length)
                    .containsExactly(turtle, 5, all - turtle - 5);
            assertThat(received.body()).isEqualTo(exchange.body);
            assertThat(received.ended()).isTrue();
            assertThat(received.head())
                    .startsWith("HTTP/1.1 200 ")
                    .contains("x-request-id: r-1")
                    .containsOnlyOnce("transfer-encoding");
        }
    }

    @Test
    void unknownChunksAreCutTheSameWayForASeed() {
        Exchange exchange = MadeUp.exchange("a", "x".repeat(5000));
        int[] pieces = Cuts.of(exchange, exchange.body, 1);
        assertThat(pieces)
                .isEqualTo(Cuts.of(exchange, exchange.body, 1))
                .isNotEqualTo(Cuts.of(exchange, exchange.body, 2));
        assertThat(Arrays.stream(pieces).sum()).isEqualTo(5000);
        assertThat(pieces.length).isGreaterThan(10);
    }

    @Test
    void compressedOnlyForClientsThatReadIt() throws Exception {
        ObjectNode line = MadeUp.line("a", TEXT).put("wire_content_encoding", "gzip");
        Exchange exchange = MadeUp.exchange(line);
        try (ReplayServer server = ReplayServer.start(request -> Answer.recorded(exchange, request.takesGzip(), 1));
                Socket socket = connect(server)) {
            ask(socket, "/", "Accept-Encoding: br, gzip\r\n");
            Received compressed = receive(socket);
            assertThat(compressed.head()).contains("content-encoding: gzip");
            byte[] plain = new java.util.zip.GZIPInputStream(new java.io.ByteArrayInputStream(compressed.body()))
                    .readAllBytes();
            assertThat(plain).isEqualTo(exchange.body);
            // The same connection goes on.
            ask(socket, "/", "");
            Received identity = receive(socket);
            assertThat(identity.head()).doesNotContain("content-encoding");
            assertThat(identity.body()).isEqualTo(exchange.body);
        }
    }

    @Test
    void aDroppedBodyHasNoEnd() throws Exception {
        Exchange exchange = MadeUp.exchange("a", TEXT);
        try (ReplayServer server = serving(Answer.cut(exchange, 10, Answer.Ending.DROPPED, 1));
                Socket socket = connect(server)) {
            ask(socket, "/", "");
            Received received = receive(socket);
            assertThat(received.body()).isEqualTo(Arrays.copyOf(exchange.body, 10));
            assertThat(received.ended()).isFalse();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void thePathSelectsTheExchangeAndManyAreServedAtOnce() throws Exception {
        Map<String, Exchange> exchanges =
                Map.of("one", MadeUp.exchange("one", "{\"n\":1}"), "two", MadeUp.exchange("two", "{\"n\":2}"));
        try (ReplayServer server = ReplayServer.start(request -> {
            Exchange exchange = exchanges.get(request.segmentAfter("/x/"));
            return exchange == null ? Answer.text(404, "none") : Answer.recorded(exchange, false, 1);
        })) {
            HttpClient client = HttpClient.newHttpClient();
            List<CompletableFuture<HttpResponse<String>>> replies = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                String id = i % 3 == 0 ? "one" : i % 3 == 1 ? "two" : "three";
                replies.add(client.sendAsync(
                        HttpRequest.newBuilder(server.address().resolve("/x/" + id + "/v1/chat?q=1"))
                                .POST(HttpRequest.BodyPublishers.ofString("{\"stream\":true}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString()));
            }
            for (int i = 0; i < 60; i++) {
                HttpResponse<String> reply = replies.get(i).get(10, TimeUnit.SECONDS);
                assertThat(reply.statusCode()).isEqualTo(i % 3 == 2 ? 404 : 200);
                assertThat(reply.body()).isEqualTo(i % 3 == 0 ? "{\"n\":1}" : i % 3 == 1 ? "{\"n\":2}" : "none");
            }
        }
    }

    @Test
    void theScriptSeesTheRequest() throws Exception {
        try (ReplayServer server = ReplayServer.start(request -> Answer.text(200, request.path() + request.body()));
                Socket socket = connect(server)) {
            socket.getOutputStream()
                    .write("POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(receive(socket).body(), StandardCharsets.UTF_8))
                    .isEqualTo("/pabcde");
        }
    }
}
