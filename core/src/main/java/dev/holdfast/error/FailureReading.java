package dev.holdfast.error;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A provider's failure, made ready to be compared: lower case once, and no longer than anybody needs. */
final class FailureReading {
    /** What decides stands at the beginning; some providers echo the whole request after it. */
    private static final int LONGEST_MESSAGE = 8_192;

    private final int status;
    private final boolean withinAnswer;
    private final String code;
    private final String type;
    private final String message;
    private final Map<String, String> headers;

    FailureReading(ProviderFailure failure) {
        this.code = failure.code().toLowerCase(Locale.ROOT);
        this.type = failure.type().toLowerCase(Locale.ROOT);
        String whole = failure.message();
        this.message = (whole.length() > LONGEST_MESSAGE ? whole.substring(0, LONGEST_MESSAGE) : whole)
                .toLowerCase(Locale.ROOT);
        this.headers = failure.headers();
        boolean good = failure.status() >= 200 && failure.status() < 300;
        int told = good ? statusIn(code) : 0;
        this.status = told == 0 ? failure.status() : told;
        this.withinAnswer = good && told == 0;
    }

    /** A code such as {@code 502} within an answer of status 200 is the status that the answer should have had. */
    private static int statusIn(String code) {
        if (code.length() != 3) {
            return 0;
        }
        int number = 0;
        for (int i = 0; i < 3; i++) {
            int digit = code.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            number = number * 10 + digit;
        }
        return number >= 400 && number <= 599 ? number : 0;
    }

    int status() {
        return status;
    }

    boolean isWithinAnswer() {
        return withinAnswer;
    }

    String code() {
        return code;
    }

    String type() {
        return type;
    }

    String message() {
        return message;
    }

    @Nullable
    String header(String name) {
        String value = headers.get(name);
        return value == null ? null : value.strip().toLowerCase(Locale.ROOT);
    }
}
