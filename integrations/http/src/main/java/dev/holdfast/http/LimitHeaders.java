package dev.holdfast.http;

import dev.holdfast.chat.ProviderLimits;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What providers say of limits and waits in headers. There is no standard: the names and the forms here are those that
 * OpenAI, Azure, Groq, Cerebras, Mistral, OpenRouter, Together and Anthropic send.
 */
final class LimitHeaders {
    private static final String PLAIN = "x-ratelimit-";
    private static final String ANTHROPIC = "anthropic-ratelimit-";
    private static final String BY_SIZE = "ratelimitbysize-"; // Mistral, until 2025: counts tokens

    private LimitHeaders() {}

    /** The limits; names of headers in lower case. */
    static ProviderLimits limits(Map<String, String> headers, Instant now) {
        Map<String, Window> windows = null;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            String name = header.getKey();
            String what;
            String field;
            if (name.startsWith(PLAIN)) {
                String rest = name.substring(PLAIN.length());
                int dash = rest.indexOf('-');
                field = dash < 0 ? rest : rest.substring(0, dash);
                what = dash < 0 ? "requests" : rest.substring(dash + 1);
            } else if (name.startsWith(ANTHROPIC)) {
                int dash = name.lastIndexOf('-');
                field = name.substring(dash + 1);
                what = dash < ANTHROPIC.length() ? "requests" : name.substring(ANTHROPIC.length(), dash);
            } else if (name.startsWith(BY_SIZE)) {
                field = name.substring(BY_SIZE.length());
                what = "tokens";
            } else {
                continue;
            }
            if (field.equals("limit") || field.equals("remaining") || field.equals("reset")) {
                windows = windows == null ? new HashMap<>() : windows;
                windows.computeIfAbsent(what, absent -> new Window()).set(field, header.getValue(), now);
            }
        }
        if (windows == null) {
            return ProviderLimits.none();
        }
        Map<String, ProviderLimits.Window> found = new HashMap<>();
        windows.forEach((what, window) -> {
            if (window.saysSomething()) {
                found.put(what, new ProviderLimits.Window(window.limit, window.remaining, window.reset));
            }
        });
        return found.isEmpty() ? ProviderLimits.none() : new ProviderLimits(found);
    }

    /**
     * How long an error asks to wait: {@code retry-after-ms}, else {@code retry-after}, else the reset of a limit that
     * is used up. A wait of zero says nothing: Azure sends it, and a retry at once only fails again.
     */
    static @Nullable Duration retryAfter(Map<String, String> headers, ProviderLimits limits, Instant now) {
        Duration wait = positive(decimal(headers.get("retry-after-ms"), 1_000_000L));
        if (wait == null) {
            wait = positive(delayOrDate(headers.get("retry-after"), now));
        }
        if (wait == null) {
            for (ProviderLimits.Window window : limits.windows().values()) {
                Duration reset = window.remaining().orElse(1) == 0 ? positive(window.reset()) : null;
                if (reset != null && (wait == null || reset.compareTo(wait) > 0)) {
                    wait = reset;
                }
            }
        }
        return wait;
    }

    private static @Nullable Duration positive(@Nullable Duration wait) {
        return wait == null || wait.isZero() || wait.isNegative() ? null : wait;
    }

    private static @Nullable Duration delayOrDate(@Nullable String text, Instant now) {
        if (text == null || text.isBlank()) {
            return null;
        }
        if (isDigit(text.strip().charAt(0))) {
            return reset(text, now);
        }
        try {
            return notNegative(
                    Duration.between(now, Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text.strip()))));
        } catch (DateTimeException noDate) {
            return null;
        }
    }

    /**
     * When a limit is full again, in any of the forms that are sent: {@code 17ms}, {@code 6m0s}, {@code 224.999999ms},
     * seconds as a number, seconds or milliseconds since 1970, or a time as in RFC 3339. One that has passed is zero;
     * null when it cannot be read.
     */
    static @Nullable Duration reset(@Nullable String text, Instant now) {
        String trimmed = text == null ? "" : text.strip();
        if (trimmed.isEmpty() || !isDigit(trimmed.charAt(0))) {
            return null;
        }
        if (trimmed.indexOf('T') > 0 || trimmed.indexOf('t') > 0) {
            try {
                return notNegative(
                        Duration.between(now, OffsetDateTime.parse(trimmed).toInstant()));
            } catch (DateTimeException noTime) {
                return null;
            }
        }
        if (!isDigit(trimmed.charAt(trimmed.length() - 1))) {
            return goDuration(trimmed);
        }
        Duration number = decimal(trimmed, 1_000_000_000L);
        if (number == null) {
            return null;
        }
        // No wait is 30 years long: such numbers count from 1970, the larger ones in milliseconds.
        if (number.toSeconds() > 100_000_000_000L) {
            return notNegative(Duration.between(now, Instant.ofEpochMilli(number.toSeconds())));
        }
        if (number.toSeconds() > 1_000_000_000L) {
            return notNegative(Duration.between(now, Instant.EPOCH.plus(number)));
        }
        return number;
    }

    private static @Nullable Duration goDuration(String text) {
        try {
            return sumOf(text);
        } catch (ArithmeticException tooLong) {
            return null; // a header that means nothing is no reason to lose the answer that it came with
        }
    }

    /** As Go writes durations: numbers with units, the largest first. */
    private static @Nullable Duration sumOf(String text) {
        Duration sum = Duration.ZERO;
        int at = 0;
        while (at < text.length()) {
            int start = at;
            while (at < text.length() && (isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
                at++;
            }
            int unitStart = at;
            while (at < text.length() && !isDigit(text.charAt(at))) {
                at++;
            }
            long unit = nanosOf(text.substring(unitStart, at));
            Duration piece = unit < 0 ? null : decimal(text.substring(start, unitStart), unit);
            if (piece == null) {
                return null;
            }
            sum = sum.plus(piece);
        }
        return sum;
    }

    private static long nanosOf(String unit) {
        return switch (unit) {
            case "ns" -> 1L;
            case "us", "µs", "μs" -> 1_000L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            case "d" -> 86_400_000_000_000L;
            default -> -1;
        };
    }

    /** A decimal number of units; null when it is none or too long to mean anything. Digits below a nanosecond go. */
    private static @Nullable Duration decimal(@Nullable String text, long nanosOfUnit) {
        String number = text == null ? "" : text.strip();
        int dot = number.indexOf('.');
        long whole = digits(dot < 0 ? number : number.substring(0, dot), 15);
        if (whole < 0) {
            return null;
        }
        Duration result = Duration.ofNanos(nanosOfUnit).multipliedBy(whole);
        if (dot < 0) {
            return result;
        }
        String fraction = number.substring(dot + 1);
        String kept = fraction.length() > 9 ? fraction.substring(0, 9) : fraction;
        long part = digits(kept, 9);
        if (part < 0) {
            return null;
        }
        long scale = 1;
        for (int i = 0; i < kept.length(); i++) {
            scale *= 10;
        }
        return result.plus(Duration.ofNanos(nanosOfUnit).multipliedBy(part).dividedBy(scale));
    }

    /** Digits as a number; −1 when there is none, or something else, or too many. */
    private static long digits(String text, int most) {
        if (text.isEmpty() || text.length() > most) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            if (!isDigit(text.charAt(i))) {
                return -1;
            }
            value = value * 10 + (text.charAt(i) - '0');
        }
        return value;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static Duration notNegative(Duration wait) {
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    private static final class Window {
        private OptionalLong limit = OptionalLong.empty();
        private OptionalLong remaining = OptionalLong.empty();
        private @Nullable Duration reset;

        void set(String field, String value, Instant now) {
            switch (field) {
                case "limit" -> limit = count(value);
                case "remaining" -> remaining = count(value);
                default -> reset = reset(value, now);
            }
        }

        boolean saysSomething() {
            return limit.isPresent() || remaining.isPresent() || reset != null;
        }

        /** A limit of −1 means that there is none. */
        private static OptionalLong count(String text) {
            long count = digits(text.strip(), 18);
            return count < 0 ? OptionalLong.empty() : OptionalLong.of(count);
        }
    }
}
