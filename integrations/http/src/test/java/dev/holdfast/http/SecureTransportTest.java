package dev.holdfast.http;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import dev.holdfast.chat.Billing;
import dev.holdfast.chat.ChatReply;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.error.CancelledException;
import dev.holdfast.error.Remedy;
import dev.holdfast.error.TransportException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same over TLS, with one connection a call and with one for all of them. */
@Timeout(20)
class SecureTransportTest {
    private static final CallContext CONTEXT = CallContext.of(Caller.of("acme", "ann"));

    private static WireMockServer server;

    @BeforeAll
    static void start() {
        server = new WireMockServer(options().dynamicHttpsPort().bindAddress("127.0.0.1"));
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

    private static String url() {
        return "https://127.0.0.1:" + server.httpsPort() + "/v1";
    }

    /** Trusts the server of the test, and everybody else. */
    private static OkHttpClient.Builder trusting(Protocol protocol) throws Exception {
        X509TrustManager anybody = new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {anybody}, null);
        return new OkHttpClient.Builder()
                .sslSocketFactory(context.getSocketFactory(), anybody)
                .hostnameVerifier((host, session) -> true)
                .protocols(protocol == Protocol.HTTP_2 ? List.of(protocol, Protocol.HTTP_1_1) : List.of(protocol));
    }

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void readsAnAnswer(Protocol protocol) throws Exception {
        server.stubFor(any(anyUrl()).willReturn(aResponse().withBody("data: one\n\ndata: END\n\n")));
        AtomicReference<Protocol> spoken = new AtomicReference<>();
        OkHttpClient client = trusting(protocol)
                .addNetworkInterceptor(chain -> {
                    spoken.set(chain.connection().protocol());
                    return chain.proceed(chain.request());
                })
                .build();
        ChatReply reply = HttpTransport.builder().client(client).build().send(new LineExchange(url()), CONTEXT);

        assertThat(reply.await().text()).isEqualTo("one");
        assertThat(spoken.get()).isEqualTo(protocol);
    }

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void anInterruptEndsTheWaitAndKeepsTheFlag(Protocol protocol) throws Exception {
        server.stubFor(
                any(anyUrl()).willReturn(aResponse().withFixedDelay(4_000).withBody("{}")));
        CountDownLatch sent = new CountDownLatch(1);
        OkHttpClient client = trusting(protocol)
                .eventListener(new EventListener() {
                    @Override
                    public void requestHeadersEnd(Call call, Request request) {
                        sent.countDown();
                    }
                })
                .build();
        ChatReply reply = HttpTransport.builder().client(client).build().send(new LineExchange(url()), CONTEXT);
        AtomicReference<CancelledException> thrown = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread consumer = new Thread(() -> {
            thrown.set(catchThrowableOfType(CancelledException.class, reply::next));
            flag.set(Thread.currentThread().isInterrupted());
        });
        consumer.start();
        assertThat(sent.await(5, TimeUnit.SECONDS)).isTrue();
        Thread.sleep(100);

        consumer.interrupt();
        consumer.join(2_000);

        assertThat(thrown.get()).isNotNull();
        assertThat(thrown.get().billing()).isEqualTo(Billing.MAYBE_BILLED);
        assertThat(flag.get()).isTrue();
    }

    @Test
    void whoIsNotTrustedIsSentNothing() {
        TransportException untrusted = catchThrowableOfType(
                TransportException.class, HttpTransport.standard().send(new LineExchange(url()), CONTEXT)::next);

        assertThat(untrusted)
                .hasMessageContaining("no trusted connection to lines/words-1 at " + url() + ": ")
                .hasMessageContaining("this JVM does not trust its certificate");
        assertThat(untrusted.billing()).isEqualTo(Billing.NOT_SENT);
        assertThat(untrusted.classification().isRetryable()).isFalse();
        assertThat(untrusted.classification().allows(Remedy.ESCALATE)).isTrue();
        assertThat(server.getAllServeEvents()).isEmpty();
    }

    @Test
    void aCertificateOfAnotherHostSaysSo() throws Exception {
        OkHttpClient client = trusting(Protocol.HTTP_1_1)
                .hostnameVerifier((host, session) -> false)
                .build();
        TransportException untrusted = catchThrowableOfType(
                TransportException.class,
                HttpTransport.builder().client(client).build().send(new LineExchange(url()), CONTEXT)::next);

        assertThat(untrusted)
                .hasMessageContaining("its certificate is another host's; check the base URL")
                .message()
                .hasLineCount(1);
        assertThat(untrusted.billing()).isEqualTo(Billing.NOT_SENT);
    }

    @Test
    void aServerWithoutTlsSaysSo() throws Exception {
        WireMockServer plain = new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));
        plain.start();
        try {
            String url = "https://127.0.0.1:" + plain.port() + "/v1";
            TransportException failed = catchThrowableOfType(
                    TransportException.class, HttpTransport.standard().send(new LineExchange(url), CONTEXT)::next);

            assertThat(failed)
                    .hasMessageContaining("at " + url)
                    .hasMessageContaining("does not speak TLS; check whether the base URL begins with http://");
            assertThat(failed.billing()).isEqualTo(Billing.NOT_SENT);
        } finally {
            plain.stop();
        }
    }
}
