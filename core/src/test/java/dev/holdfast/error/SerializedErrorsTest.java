package dev.holdfast.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.chat.Billing;
import dev.holdfast.chat.Endpoint;
import dev.holdfast.chat.Usage;
import dev.holdfast.context.Scope;
import dev.holdfast.context.ScopeKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Errors travel: in sessions, in queues, from a worker's JVM. What they cannot take along is unknown, and no trap. */
class SerializedErrorsTest {
    private static final ErrorDetails DETAILS = ErrorDetails.builder()
            .endpoint(Endpoint.of("openai", "mini"))
            .usage(Usage.none(), Billing.NOT_SENT)
            .retryAfter(Duration.ofSeconds(3))
            .build();

    private static HoldfastException travelled(HoldfastException error) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(error);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (HoldfastException) in.readObject();
        }
    }

    static Stream<HoldfastException> errors() {
        return Stream.of(
                rejected(),
                new ProviderException("it failed", 429, "code", "type", DETAILS, null),
                new TransportException("it failed", DETAILS, new IOException("reset")),
                new StreamInterruptedException("it failed", DETAILS, null),
                new DeadlineException("it failed", DETAILS, null),
                new CancelledException("it failed", DETAILS, null),
                new InvalidOutputException("it failed", DETAILS, null),
                new TaskException("it failed", DETAILS, null),
                invalid());
    }

    private static RejectedException rejected() {
        return new RejectedException(
                Refusal.of(Refusal.Kind.BUDGET, "day", "It is used up.")
                        .scope(ScopeKey.of(Scope.TENANT, "acme"))
                        .quantity(9, 2, 10, "calls/day")
                        .retryAfter(Duration.ofHours(1)),
                DETAILS);
    }

    private static InvalidConfigurationException invalid() {
        return catchThrowableOfType(
                InvalidConfigurationException.class,
                () -> new Problems().require(false, "name", "is missing").throwIfAny("the agent"));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void comeBackWithTheirMessageAndKnowNothingOfTheirCall(HoldfastException error) throws Exception {
        HoldfastException back = travelled(error);

        assertThat(back).hasSameClassAs(error).hasMessage(error.getMessage());
        assertThat(back.billing()).isEqualTo(Billing.MAYBE_BILLED);
        assertThat(back.usage()).isEqualTo(Usage.unknown());
        assertThat(back.retryAfter()).isEmpty();
        assertThat(back.callId()).isEmpty();
        assertThat(back.attempts()).isEmpty();
        assertThat(back.partial().parts()).isEmpty();
        assertThat(back.details().classification()).isEqualTo(Classification.none());
        assertThat(back.with(DETAILS).billing()).isEqualTo(Billing.NOT_SENT);
        assertThat(back.with(DETAILS)).hasSameClassAs(error).message().isNotBlank();
    }

    @Test
    void aRefusalKeepsWhatItIsButTheScope() throws Exception {
        Refusal refusal = ((RejectedException) travelled(rejected())).refusal();

        assertThat(refusal.kind()).isEqualTo(Refusal.Kind.BUDGET);
        assertThat(refusal.rule()).isEqualTo("day");
        assertThat(refusal.quantity()).contains(new Refusal.Quantity(9, 2, 10, "calls/day"));
        assertThat(refusal.retryAfter()).contains(Duration.ofHours(1));
        assertThat(refusal.scope()).isEmpty();
    }

    @Test
    void aProvidersErrorKeepsItsStatus() throws Exception {
        ProviderException back =
                (ProviderException) travelled(new ProviderException("no", 429, "c", "t", DETAILS, null));

        assertThat(back.status()).isEqualTo(429);
        assertThat(back.code()).isEqualTo("c");
    }
}
