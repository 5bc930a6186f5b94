package dev.holdfast.http;

import dev.holdfast.chat.ChatReply;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.FailureTable;
import dev.holdfast.error.Problems;
import dev.holdfast.internal.words.Durations;
import dev.holdfast.runtime.HoldfastRuntime;
import java.time.Duration;
import java.util.Objects;
import javax.net.SocketFactory;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * The way to a provider over HTTP: one attempt a call, every wait bounded, every answer limited in size. Immutable.
 *
 * <p>It never sends a request twice: no retry after a broken connection, no redirect (the key would go along), no
 * repetition that a response asks for. Trying again is for the layers above, which count and pay for it.
 *
 * <p><b>Threading.</b> Safe for use by many threads. A call runs in the thread that reads its reply.
 *
 * <p><b>Interrupts</b> end a wait at once, also on platform threads, unless the client that was given brings a socket
 * factory of its own or goes through a SOCKS proxy: those sockets wait on until their time is up. So does the look-up of
 * a host's name, which is the operating system's.
 */
public final class HttpTransport {
    private final OkHttpClient client;
    private final HoldfastRuntime runtime;
    private final FailureTable failures;
    private final Duration connectTimeout;
    private final Duration firstByteTimeout;
    private final Duration silenceTimeout;
    private final Duration callTimeout;
    private final int maxLineBytes;
    private final int maxEventBytes;
    private final long maxBodyBytes;

    private HttpTransport(Builder builder) {
        OkHttpClient base = builder.client == null ? SharedClient.INSTANCE : builder.client;
        OkHttpClient.Builder own = base.newBuilder()
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .followSslRedirects(false)
                .connectTimeout(builder.connectTimeout)
                .readTimeout(builder.firstByteTimeout)
                .writeTimeout(builder.silenceTimeout)
                .callTimeout(Duration.ZERO); // set for each call, by its deadline
        if (base.socketFactory() == SocketFactory.getDefault()) {
            own.socketFactory(ChannelSocketFactory.INSTANCE);
        }
        this.client = own.build();
        this.runtime = builder.runtime;
        this.failures = builder.failures;
        this.connectTimeout = builder.connectTimeout;
        this.firstByteTimeout = builder.firstByteTimeout;
        this.silenceTimeout = builder.silenceTimeout;
        this.callTimeout = builder.callTimeout;
        this.maxLineBytes = builder.maxLineBytes;
        this.maxEventBytes = builder.maxEventBytes;
        this.maxBodyBytes = builder.maxBodyBytes;
    }

    /**
     * Starts a transport.
     *
     * @return a builder that holds the defaults
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The transport with the defaults of the builder.
     *
     * @return a transport
     */
    public static HttpTransport standard() {
        return builder().build();
    }

    /**
     * Prepares a call; it is sent by the first {@code next} of the reply.
     *
     * @param exchange the call in the provider's wire format
     * @param context whose call it is
     * @return the reply
     */
    public ChatReply send(ProviderExchange exchange, CallContext context) {
        return new HttpReply(
                this, Objects.requireNonNull(exchange, "exchange"), Objects.requireNonNull(context, "context"));
    }

    OkHttpClient client() {
        return client;
    }

    HoldfastRuntime runtime() {
        return runtime;
    }

    FailureTable failures() {
        return failures;
    }

    Duration connectTimeout() {
        return connectTimeout;
    }

    Duration firstByteTimeout() {
        return firstByteTimeout;
    }

    Duration silenceTimeout() {
        return silenceTimeout;
    }

    Duration callTimeout() {
        return callTimeout;
    }

    int maxLineBytes() {
        return maxLineBytes;
    }

    int maxEventBytes() {
        return maxEventBytes;
    }

    long maxBodyBytes() {
        return maxBodyBytes;
    }

    /** Its connection pool serves every transport that was not given a client. */
    private static final class SharedClient {
        static final OkHttpClient INSTANCE = new OkHttpClient();
    }

    /** Builds an {@link HttpTransport}. Not safe for use by several threads. */
    public static final class Builder {
        private @Nullable OkHttpClient client;
        private HoldfastRuntime runtime = HoldfastRuntime.system();
        private FailureTable failures = FailureTable.standard();
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration firstByteTimeout = Duration.ofMinutes(5);
        private Duration silenceTimeout = Duration.ofMinutes(1);
        private Duration callTimeout = Duration.ofMinutes(10);
        private int maxLineBytes = 8 << 20;
        private int maxEventBytes = 16 << 20;
        private long maxBodyBytes = 64L << 20;

        private Builder() {}

        /**
         * Sets the client whose connections, proxies, certificates and interceptors are used. Its pools are shared; its
         * timeouts, retries and redirects are replaced by the transport's.
         *
         * @param client the client; one of the library's own if never set
         * @return this builder
         */
        public Builder client(OkHttpClient client) {
            this.client = Objects.requireNonNull(client, "client");
            return this;
        }

        /**
         * Sets whose clock deadlines count by, and resets are counted from. The socket's own timeouts run on the
         * machine's clock whatever is set here.
         *
         * @param runtime the runtime; the system's if never set
         * @return this builder
         */
        public Builder runtime(HoldfastRuntime runtime) {
            this.runtime = Objects.requireNonNull(runtime, "runtime");
            return this;
        }

        /**
         * Sets what failures mean.
         *
         * @param table the table; the standard one if never set
         * @return this builder
         */
        public Builder failures(FailureTable table) {
            this.failures = Objects.requireNonNull(table, "table");
            return this;
        }

        /**
         * Sets how long it may take to connect. Like every wait it is bounded by the call's deadline, too.
         *
         * @param timeout 10 seconds if never set
         * @return this builder
         */
        public Builder connectTimeout(Duration timeout) {
            this.connectTimeout = timeout;
            return this;
        }

        /**
         * Sets how long the provider may take to begin its answer. One that does not stream is silent until it has
         * thought it through.
         *
         * @param timeout 5 minutes if never set
         * @return this builder
         */
        public Builder firstByteTimeout(Duration timeout) {
            this.firstByteTimeout = timeout;
            return this;
        }

        /**
         * Sets how long the provider may be silent once it has begun, and how long it may refuse to take more of the
         * request.
         *
         * @param timeout 1 minute if never set
         * @return this builder
         */
        public Builder silenceTimeout(Duration timeout) {
            this.silenceTimeout = timeout;
            return this;
        }

        /**
         * Sets how long a call may take from the first {@code next} to its end, the time in which the consumer does
         * something else included.
         *
         * @param timeout 10 minutes if never set
         * @return this builder
         */
        public Builder callTimeout(Duration timeout) {
            this.callTimeout = timeout;
            return this;
        }

        /**
         * Sets how long a line of a stream may be.
         *
         * @param bytes 8 MiB if never set
         * @return this builder
         */
        public Builder maxLineBytes(int bytes) {
            this.maxLineBytes = bytes;
            return this;
        }

        /**
         * Sets how long an event of a stream may be.
         *
         * @param bytes 16 MiB if never set
         * @return this builder
         */
        public Builder maxEventBytes(int bytes) {
            this.maxEventBytes = bytes;
            return this;
        }

        /**
         * Sets how long an answer may be, after decompression.
         *
         * @param bytes 64 MiB if never set
         * @return this builder
         */
        public Builder maxBodyBytes(long bytes) {
            this.maxBodyBytes = bytes;
            return this;
        }

        /**
         * Builds the transport.
         *
         * @return an immutable transport
         * @throws dev.holdfast.error.InvalidConfigurationException with every field that cannot work
         */
        public HttpTransport build() {
            Problems problems = new Problems();
            requireTimeout(problems, connectTimeout, "connectTimeout");
            requireTimeout(problems, firstByteTimeout, "firstByteTimeout");
            requireTimeout(problems, silenceTimeout, "silenceTimeout");
            requireTimeout(problems, callTimeout, "callTimeout");
            problems.requirePositive(maxLineBytes, "maxLineBytes")
                    .requirePositive(maxEventBytes, "maxEventBytes")
                    .requirePositive(maxBodyBytes, "maxBodyBytes")
                    .throwIfAny("HTTP transport");
            return new HttpTransport(this);
        }

        /** The HTTP client counts in whole milliseconds of an int, and takes less than one for none at all. */
        private static void requireTimeout(Problems problems, Duration timeout, String path) {
            problems.require(
                    timeout != null
                            && timeout.compareTo(Duration.ofMillis(1)) >= 0
                            && timeout.compareTo(Duration.ofMillis(Integer.MAX_VALUE)) <= 0,
                    path,
                    "is " + Durations.exactly(timeout) + "; give a duration between 1 ms and 24 days");
        }
    }
}
