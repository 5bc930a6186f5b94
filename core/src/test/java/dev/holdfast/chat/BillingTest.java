package dev.holdfast.chat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BillingTest {
    @ParameterizedTest
    @ValueSource(ints = {301, 400, 401, 403, 404, 413, 422, 429, 503, 529})
    void whatWasRefusedIsNotCharged(int status) {
        assertThat(Billing.ofError(status)).isEqualTo(Billing.NOT_BILLED);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 408, 409, 499, 500, 502, 504})
    void whatMayHaveBeenDoneMayBeCharged(int status) {
        assertThat(Billing.ofError(status)).isEqualTo(Billing.MAYBE_BILLED);
    }
}
