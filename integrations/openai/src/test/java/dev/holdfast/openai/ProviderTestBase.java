package dev.holdfast.openai;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.holdfast.chat.ChatCall;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.ChatResponse;
import dev.holdfast.chat.Chunk;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A provider that answers with whatever a test gives it. */
abstract class ProviderTestBase {
    static final CallContext CONTEXT = CallContext.of(Caller.of("acme", "ann"));

    private static WireMockServer server;

    @BeforeAll
    static void start() {
        server = new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));
        server.start();
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    @BeforeEach
    void reset() {
        server.resetAll();
    }

    static String baseUrl() {
        return "http://127.0.0.1:" + server.port();
    }

    static OpenAiModel model(String provider) {
        return OpenAiModel.builder("mini")
                .provider(provider)
                .baseUrl(baseUrl() + "/v1")
                .apiKey("sk-test-1")
                .build();
    }

    static void serve(int status, String body) {
        server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(status).withBody(body)));
    }

    /** Serves events; quotes are written as apostrophes. */
    static void serveEvents(String... data) {
        StringBuilder body = new StringBuilder();
        for (String each : data) {
            body.append("data: ").append(each.replace('\'', '"')).append("\n\n");
        }
        serve(200, body.toString());
    }

    /** Serves one document; quotes are written as apostrophes. */
    static void serveJson(String json) {
        serve(200, json.replace('\'', '"'));
    }

    static ChatReply send(OpenAiModel model, ChatRequest request) {
        return model.send(new ChatCall(request, CONTEXT));
    }

    static ChatResponse ask(String provider) {
        return send(model(provider), ChatRequest.of("hi")).await();
    }

    static ChatResponse askStreaming(String provider) {
        return send(
                        model(provider),
                        ChatRequest.of("hi").toBuilder().streaming(true).build())
                .await();
    }

    static List<Chunk> chunksOf(ChatReply reply) {
        List<Chunk> chunks = new ArrayList<>();
        for (Chunk chunk = reply.next(); chunk != null; chunk = reply.next()) {
            chunks.add(chunk);
        }
        return chunks;
    }

    static LoggedRequest lastRequest() {
        List<ServeEvent> events = server.getAllServeEvents();
        return events.get(0).getRequest();
    }

    static JsonNode sent() {
        return json(lastRequest().getBodyAsString());
    }

    /** Quotes may be written as apostrophes. */
    static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text.startsWith("{'") ? text.replace('\'', '"') : text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }
}
