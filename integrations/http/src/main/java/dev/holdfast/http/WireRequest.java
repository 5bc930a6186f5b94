package dev.holdfast.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** A POST of JSON, ready to be sent but for its secrets. Immutable. */
public final class WireRequest {
    /** Where a header's value comes from: the call's key behind a prefix, or the text itself where there is no key. */
    record Header(String name, String text, @Nullable ApiKey key) {
        @Override
        public String toString() {
            return name;
        }
    }

    private final HttpUrl url;
    private final List<Header> headers;
    private final byte[] body;

    private WireRequest(Builder builder) {
        this.url = builder.url;
        this.headers = List.copyOf(builder.headers);
        this.body = builder.body;
    }

    /**
     * Starts a request.
     *
     * @param url where to
     * @return a builder
     * @throws IllegalArgumentException when it is no http or https address
     */
    public static Builder post(String url) {
        return new Builder(url);
    }

    /**
     * Says why a text cannot be the address that a provider's paths are put behind.
     *
     * @param url the text
     * @return what is wrong and how to mend it; null when nothing is
     */
    public static @Nullable String problemWithUrl(@Nullable String url) {
        if (url == null || url.isBlank()) {
            return "is missing or blank; give an address such as https://api.example.com/v1";
        }
        HttpUrl parsed = HttpUrl.parse(url);
        if (parsed == null) {
            return "is '" + url + "', which is no http or https address";
        }
        if (!parsed.username().isEmpty() || !parsed.password().isEmpty()) {
            return "holds a user name or a password; give keys as keys, addresses end up in logs";
        }
        if (parsed.query() != null || parsed.fragment() != null) {
            return "has something behind its path; give keys as keys, and leave out whatever follows ? or #";
        }
        return null;
    }

    /**
     * Says why a name and a value cannot be a header.
     *
     * @param name the name
     * @param value the value
     * @return what is wrong and how to mend it, without the value; null when nothing is
     */
    public static @Nullable String problemWithHeader(@Nullable String name, @Nullable String value) {
        if (name == null || !isToken(name)) {
            return "has a name that no HTTP header can have; give letters, digits and hyphens";
        }
        if (value == null || !value.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            return "has a value that no HTTP header can hold; give printable ASCII";
        }
        return null;
    }

    private static boolean isToken(String text) {
        return !text.isEmpty()
                && text.chars().allMatch(c -> c > ' ' && c <= '~' && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0);
    }

    HttpUrl url() {
        return url;
    }

    List<Header> headers() {
        return headers;
    }

    /** Not a copy: it goes to the socket as it is, and to nobody else. */
    byte[] body() {
        return body;
    }

    @Override
    public String toString() {
        return "POST " + url + ", " + body.length + " bytes";
    }

    /** Builds a {@link WireRequest}. Not safe for use by several threads. */
    public static final class Builder {
        private final HttpUrl url;
        private final List<Header> headers = new ArrayList<>();
        private byte[] body = new byte[0];

        private Builder(String url) {
            this.url = HttpUrl.get(url);
        }

        /**
         * Adds a header.
         *
         * @param name its name
         * @param value its value
         * @return this builder
         */
        public Builder header(String name, String value) {
            headers.add(new Header(name, value, null));
            return this;
        }

        /**
         * Adds a header that holds the call's key.
         *
         * @param name its name
         * @param prefix what stands before the key, such as {@code "Bearer "}
         * @param key the key
         * @return this builder
         */
        public Builder secret(String name, String prefix, ApiKey key) {
            headers.add(new Header(name, prefix, Objects.requireNonNull(key, "key")));
            return this;
        }

        /**
         * Sets the body.
         *
         * @param json UTF-8 text; taken over, not copied
         * @return this builder
         */
        public Builder body(byte[] json) {
            this.body = Objects.requireNonNull(json, "json");
            return this;
        }

        /**
         * Builds the request.
         *
         * @return an immutable request
         */
        public WireRequest build() {
            return new WireRequest(this);
        }
    }
}
