package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.chat.FinishReason;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import dev.holdfast.chat.TokenClass;
import dev.holdfast.chat.Usage;
import dev.holdfast.runtime.HoldfastRuntime;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ProviderSimulatorTest {
    private static final String ASK = "{\"model\":\"mini\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    private static final String STREAM =
            ASK.substring(0, ASK.length() - 1) + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}";

    private final ProviderSimulator simulator = ProviderSimulator.start();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void close() {
        simulator.close();
    }

    private HttpResponse<String> post(String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(simulator.baseUrl() + path))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static List<JsonNode> data(String stream) {
        List<JsonNode> events = new ArrayList<>();
        stream.lines()
                .filter(line -> line.startsWith("data: {"))
                .forEach(line -> events.add(Wire.read(line.substring(6))));
        return events;
    }

    @Test
    void streamsAsOpenAiDoes() throws Exception {
        simulator
                .model("mini")
                .reply(FakeReply.text("It has shipped.").pieces(3).usage(Usage.of(20, 4)));

        HttpResponse<String> response = post("/chat/completions", STREAM);

        assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream; charset=utf-8");
        assertThat(response.body()).endsWith("data: [DONE]\n\n");
        List<JsonNode> events = data(response.body());
        assertThat(events).hasSize(6);
        assertThat(events.get(0).at("/choices/0/delta/role").asText()).isEqualTo("assistant");
        assertThat(events.subList(1, 4))
                .extracting(event -> event.at("/choices/0/delta/content").asText())
                .containsExactly("It ha", "s shi", "pped.");
        assertThat(events.get(4).at("/choices/0/finish_reason").asText()).isEqualTo("stop");
        assertThat(events.get(5).path("choices")).isEmpty();
        assertThat(events.get(5).at("/usage/total_tokens").asInt()).isEqualTo(24);
        assertThat(events.subList(0, 5)).allMatch(event -> event.get("usage").isNull());
        assertThat(events)
                .extracting(event -> event.get("id"))
                .containsOnly(events.get(0).get("id"));
    }

    @Test
    void sendsUsageWithinAStreamOnlyWhenAsked() throws Exception {
        simulator.model("mini").reply("ok");

        HttpResponse<String> response = post("/chat/completions", ASK.replaceFirst("\\{", "{\"stream\":true,"));

        assertThat(response.body()).doesNotContain("usage").endsWith("data: [DONE]\n\n");
    }

    @Test
    void streamsToolCallsInPartsWithTheirIdOnce() throws Exception {
        simulator.model("mini").reply(FakeReply.toolCall("lookup_order", "{\"id\":1234}"));

        List<JsonNode> calls = new ArrayList<>();
        for (JsonNode event : data(post("/chat/completions", STREAM).body())) {
            event.at("/choices/0/delta/tool_calls").forEach(calls::add);
        }

        assertThat(calls).hasSize(3);
        assertThat(calls).filteredOn(call -> call.has("id")).containsExactly(calls.get(0));
        assertThat(calls)
                .extracting(call -> call.at("/function/arguments").asText())
                .containsExactly("", "{\"id\"", ":1234}");
    }

    @Test
    void streamsAsAnthropicDoes() throws Exception {
        Usage usage = Usage.builder()
                .add(TokenClass.INPUT, 5)
                .add(TokenClass.CACHED_INPUT, 15)
                .add(TokenClass.OUTPUT, 4)
                .build();
        Message message = Message.of(
                Role.ASSISTANT,
                List.of(new Part.Text("Let me look."), new Part.ToolCall("id-1", "lookup_order", "{\"id\":1}")));
        simulator
                .model("mini")
                .reply(FakeReply.of(message, FinishReason.TOOL_CALLS).usage(usage));

        List<JsonNode> events = data(post("/messages", STREAM).body());

        assertThat(events)
                .extracting(event -> event.path("type").asText())
                .containsExactly(
                        "message_start",
                        "content_block_start",
                        "ping",
                        "content_block_delta",
                        "content_block_stop",
                        "content_block_start",
                        "content_block_delta",
                        "content_block_delta",
                        "content_block_delta",
                        "content_block_stop",
                        "message_delta",
                        "message_stop");
        assertThat(events.get(0).at("/message/usage/cache_read_input_tokens").asInt())
                .isEqualTo(15);
        assertThat(events.get(5).at("/content_block/id").asText()).isEqualTo("id-1");
        assertThat(events.get(10).at("/delta/stop_reason").asText()).isEqualTo("tool_use");
        assertThat(events.get(10).at("/usage/output_tokens").asInt()).isEqualTo(4);
    }

    @Test
    void goesOnAfterAClientForWhomThereWasNoThread() throws Exception {
        AtomicInteger threads = new AtomicInteger();
        HoldfastRuntime crowded = HoldfastRuntime.on(task -> {
            if (threads.incrementAndGet() == 2) { // the first one accepts
                throw new RejectedExecutionException("no thread is free");
            }
            new Thread(task).start();
        });
        try (ProviderSimulator tried = ProviderSimulator.start(crowded)) {
            InetSocketAddress address = new InetSocketAddress(
                    tried.baseUrl().getHost(), tried.baseUrl().getPort());
            try (Socket first = new Socket()) {
                first.connect(address);
                assertThat(first.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(tried.openConnections()).isZero();
            try (Socket second = new Socket()) {
                second.connect(address);
                second.getOutputStream().write("GET / HTTP/1.1\r\nhost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(second.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 404");
            }
        }
    }

    @Test
    void answersFromWhatItWasAskedAndKeepsTheConnection() throws Exception {
        simulator.model("mini").otherwise(request -> FakeReply.text("You said " + request.lastUserText()));

        for (int i = 0; i < 5; i++) {
            assertThat(post("/chat/completions", ASK).body()).contains("You said Hi");
            assertThat(post("/messages?beta=true", ASK).body()).contains("You said Hi");
        }

        assertThat(simulator.requests()).hasSize(10);
        assertThat(simulator.acceptedConnections()).isEqualTo(1);
    }

    @Test
    void keepsNoKey() throws Exception {
        simulator.requireKey("secret-1").model("mini").otherwise("ok");

        assertThat(post("/chat/completions", ASK).statusCode()).isEqualTo(401);
        assertThat(post("/chat/completions", ASK, "authorization", "Bearer secret-2")
                        .statusCode())
                .isEqualTo(401);
        assertThat(post("/chat/completions", ASK, "authorization", "Bearer secret-1")
                        .statusCode())
                .isEqualTo(200);
        assertThat(post("/messages", ASK, "x-api-key", "secret-1", "x-trace", "t-1")
                        .statusCode())
                .isEqualTo(200);

        SimulatedRequest last = simulator.lastRequest();
        assertThat(last.hasKey("secret-1")).isTrue();
        assertThat(last.hasKey("secret-2")).isFalse();
        assertThat(last.headers()).containsEntry("x-trace", "t-1");
        assertThat(simulator.requests())
                .allSatisfy(request -> assertThat(request.headers()).doesNotContainKeys("authorization", "x-api-key"));
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        simulator.model("mini").reply("once");
        post("/chat/completions", ASK);

        HttpResponse<String> again = post("/chat/completions", ASK);
        HttpResponse<String> unknown = post("/messages", ASK.replace("mini", "maxi"));
        HttpResponse<String> malformed = post("/chat/completions", "{\"model\":");

        assertThat(again.statusCode()).isEqualTo(400);
        assertThat(again.body()).contains("no reply left");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).contains("not_found_error", "maxi");
        assertThat(malformed.statusCode()).isEqualTo(400);
        assertThat(post("/embeddings", ASK).statusCode()).isEqualTo(404);
    }

    @Test
    void failsWithTheStatusAndTheWaitOfAProvidersError() throws Exception {
        simulator.model("mini").reply(FakeReply.failing(Fault.rateLimited(Duration.ofMillis(1500))));

        HttpResponse<String> response = post("/chat/completions", ASK);

        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(response.headers().firstValue("retry-after")).hasValue("2");
        assertThat(response.body()).contains("rate_limit_exceeded");
    }

    @Test
    void takesTheTimeThatItIsTold() throws Exception {
        simulator
                .model("mini")
                .reply(FakeReply.text("one two three")
                        .pieces(3)
                        .after(Duration.ofMillis(80))
                        .every(Duration.ofMillis(40)));
        long start = System.nanoTime();

        post("/chat/completions", STREAM);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(160));
    }

    @Test
    void cutsWhatAFakeReplyCuts() {
        simulator.model("mini").otherwise(FakeReply.text("It has").cut());

        assertThatThrownBy(() -> post("/chat/completions", ASK)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> post("/messages", STREAM)).isInstanceOf(IOException.class);
    }

    @Test
    void seesAClientLeaveThatNobodyAnswers() throws Exception {
        simulator.model("mini").reply(FakeReply.text("never").stall());
        var waiting = client.sendAsync(
                HttpRequest.newBuilder(URI.create(simulator.baseUrl() + "/chat/completions"))
                        .POST(HttpRequest.BodyPublishers.ofString(ASK))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        while (simulator.openRequests() == 0) {
            Thread.onSpinWait();
        }

        assertThat(Leftovers.found())
                .as("after a grace it counts as left behind")
                .anyMatch(line -> line.startsWith("open requests of provider simulator"));
        waiting.cancel(true);
        while (simulator.openRequests() != 0) {
            Thread.onSpinWait();
        }
        assertThat(Leftovers.found()).isEmpty();
    }

    @Test
    void closingEndsWhatItIsDoing() throws Exception {
        simulator.model("mini").reply(FakeReply.text("never").stall());
        var waiting = client.sendAsync(
                HttpRequest.newBuilder(URI.create(simulator.baseUrl() + "/chat/completions"))
                        .POST(HttpRequest.BodyPublishers.ofString(ASK))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        while (simulator.openRequests() == 0) {
            Thread.onSpinWait();
        }
        simulator.close();

        assertThatThrownBy(waiting::get).hasCauseInstanceOf(IOException.class);
    }
}
