package dev.holdfast.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.HoldfastException;
import dev.holdfast.error.ProviderException;
import dev.holdfast.error.TransportException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors that come of a wrong address name it, what is there, and what to check. */
@Timeout(20)
class WhereToLookTest {
    private static final CallContext CONTEXT = CallContext.of(Caller.of("acme", "ann"));
    private static final String PAGE = """

            <!DOCTYPE html>
            <html><head><meta charset="utf-8"><title>
               Sign in |  Acme </title></head><body>secret words of a page</body></html>""";

    private RawServer server;

    @AfterEach
    void stop() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    private static <E extends HoldfastException> E failureAt(Class<E> type, LineExchange exchange) {
        return catchThrowableOfType(type, HttpTransport.standard().send(exchange, CONTEXT)::next);
    }

    private LineExchange behind(RawServer.Script script) throws IOException {
        server = new RawServer(script);
        return new LineExchange(server.url() + "?api-version=1");
    }

    private String address() {
        return server.url();
    }

    @Test
    void aClosedPort() throws IOException {
        try (Socket reserved = new Socket()) { // bound, so that nobody else gets the port, and never listening
            reserved.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            String address = "http://127.0.0.1:" + reserved.getLocalPort() + "/v1";

            assertThat(failureAt(TransportException.class, new LineExchange(address + "?api-version=1")))
                    .hasMessageContaining("no connection to lines/words-1 at " + address + ": ")
                    .hasMessageContaining("check that the server runs, and the host and the port of the base URL")
                    .hasMessageNotContaining("api-version");
        }
    }

    @Test
    void anUnknownHost() {
        assertThat(failureAt(TransportException.class, new LineExchange("http://nowhere.invalid/v1")))
                .hasMessageContaining("at http://nowhere.invalid/v1: ")
                .hasMessageContaining("nobody knows its host; check the base URL and the DNS");
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 502})
    void aPageInsteadOfAnError(int status) throws IOException {
        ProviderException error = failureAt(
                ProviderException.class, behind(wire -> wire.respond(status, "content-type: text/html\r\n", PAGE)));

        assertThat(error)
                .hasMessageContaining("lines/words-1 at " + address() + " answered with an error (status " + status)
                .hasMessageContaining("an HTML page, \"Sign in | Acme\"; not the API answered")
                .hasMessageContaining("check the base URL")
                .hasMessageNotContaining("secret words");
        assertThat(error.status()).isEqualTo(status);
    }

    @Test
    void aPageInsteadOfAnAnswer() throws IOException {
        TransportException error = failureAt(
                TransportException.class, behind(wire -> wire.respond(200, "content-type: text/html\r\n", PAGE)));

        assertThat(error)
                .hasMessageContaining("lines/words-1 at " + address())
                .hasMessageContaining("an HTML page, \"Sign in | Acme\", neither JSON nor a stream of events")
                .hasMessageContaining("text/html. Check the base URL")
                .hasMessageNotContaining("secret words");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<html></html>",
                "<html><title></title>",
                "<HTML><TITLE>cut",
                "<!doctype html>",
                "<html><title>\u0130\u0130\u0130\u0130</title>"
            })
    void aPageWithoutAName(String page) throws IOException {
        assertThat(failureAt(ProviderException.class, behind(wire -> wire.respond(502, "", page))))
                .hasMessageContaining("an HTML page");
    }

    @Test
    void markupThatIsNoPageIsToldAsItIs() throws IOException {
        assertThat(failureAt(
                        ProviderException.class,
                        behind(wire -> wire.respond(403, "", "<Error><Code>No</Code></Error>"))))
                .hasMessageContaining("<Code>No</Code>");
    }

    @Test
    void nothingThere() throws IOException {
        assertThat(failureAt(ProviderException.class, behind(wire -> wire.respond(404, "", "Not Found"))))
                .hasMessageContaining(
                        "lines/words-1 at " + address() + " answered with an error (status 404): Not Found");
    }

    @Test
    void aRedirect() throws IOException {
        assertThat(failureAt(
                        ProviderException.class,
                        behind(wire -> wire.respond(301, "location: https://moved.example/v2?token=t1\r\n", ""))))
                .hasMessageContaining("at " + address())
                .hasMessageContaining("redirects to https://moved.example/v2, where no call follows")
                .hasMessageNotContaining("token");
    }

    /** Such a key is no secret, and a part of many words. */
    @ParameterizedTest
    @ValueSource(strings = {"e", "none", "ollama", "sk-1234"})
    void aShortKeyDoesNotBlackenTheMessage(String key) throws IOException {
        String said = "none of the models is here; ollama, sk-1234";
        server = new RawServer(wire -> wire.respond(400, "", said));

        assertThat(failureAt(ProviderException.class, new LineExchange(server.url(), ApiKey.of(key))))
                .hasMessageContaining(said);
    }

    @Test
    void aKeyOfEightCharactersIsMasked() throws IOException {
        server = new RawServer(wire -> wire.respond(400, "", "no such key: sk-12345"));

        assertThat(failureAt(ProviderException.class, new LineExchange(server.url(), ApiKey.of("sk-12345"))))
                .hasMessageContaining("no such key: ***");
    }
}
