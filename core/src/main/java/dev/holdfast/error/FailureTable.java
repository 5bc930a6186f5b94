package dev.holdfast.error;

import dev.holdfast.chat.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What failures mean, as data: provider, status, code and words to remedies. Immutable.
 *
 * <p><b>Which rule decides.</b> The first that matches, in this order: the application's own rules as they were given;
 * rules that ask for a code, type, message or header; rules that ask for a status alone. Among the last two each: the
 * rules of the provider, those of the provider that {@link Builder#like} names, those of the wire format in which the
 * failure came, those of any provider.
 *
 * <p><b>The wire format</b> is what the failure says of itself: Claude fails in Anthropic's words at every cloud. Where a
 * failure does not say it, the format that the table knows of its provider counts, and OpenAI's, which most speak, for
 * providers that it does not know.
 *
 * <p><b>What the server says of retrying</b> ({@code x-should-retry}) is obeyed: {@code false} takes retrying from what
 * the rule allows, {@code true} adds it, unless the rule says that the request is too large or that a person must mend
 * something, which no waiting does.
 */
public final class FailureTable {
    private static final String DEFAULT_FORMAT = "openai";
    private static final String RESOURCE = "failures.tsv";

    private static final int DEEPEST_CAUSE = 16;

    private final List<FailureRule> own;
    private final List<FailureRule> rules;
    private final Map<String, String> formats; // which the library knows
    private final Map<String, String> likes; // which the application says
    private final Set<String> known;
    private final Map<Asked, List<FailureRule>> chains = new ConcurrentHashMap<>(); // of known names alone

    /** Which rules are asked depends on it. */
    private record Asked(String provider, String format) {}

    private FailureTable(Builder builder) {
        this.own = List.copyOf(builder.own);
        this.rules = List.copyOf(builder.rules);
        this.formats = Map.copyOf(builder.formats);
        this.likes = Map.copyOf(builder.likes);
        Set<String> names = new HashSet<>(formats.keySet());
        names.addAll(likes.keySet());
        own.forEach(rule -> names.add(rule.provider()));
        rules.forEach(rule -> names.add(rule.provider()));
        this.known = Set.copyOf(names);
    }

    /**
     * The table that the library ships.
     *
     * @return the shared instance
     */
    public static FailureTable standard() {
        return Standard.TABLE;
    }

    /**
     * Starts a table of this one's rules and others before them.
     *
     * @return a builder
     */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /**
     * What it means that a provider could not be reached, or that the connection broke before an answer came.
     *
     * @return retry, then fall back
     */
    public static Classification transport() {
        return FailureKinds.TRANSPORT;
    }

    /**
     * What it means that an answer ended before its end. It is never tried again silently once a part of it has been
     * delivered.
     *
     * @return retry, then fall back
     */
    public static Classification truncated() {
        return FailureKinds.TRUNCATED;
    }

    /**
     * What it means that an answer did not come within the time of one attempt, while the call has time left.
     *
     * @return retry, then fall back
     */
    public static Classification timeout() {
        return FailureKinds.TIMEOUT;
    }

    /**
     * All rules, the application's own first.
     *
     * @return the rules as they were given; immutable
     */
    public List<FailureRule> rules() {
        List<FailureRule> all = new ArrayList<>(own);
        all.addAll(rules);
        return List.copyOf(all);
    }

    /**
     * Tells whether the table has something to say of a provider by name.
     *
     * @param provider the provider's name
     * @return false when only what the wire format and any provider mean by a failure is known
     */
    public boolean knows(String provider) {
        return known.contains(provider.toLowerCase(Locale.ROOT));
    }

    /**
     * Classifies a failure that a provider reported.
     *
     * @param failure what it reported
     * @return what it means; {@link Classification#none} when no rule is about it
     */
    public Classification classify(ProviderFailure failure) {
        FailureReading reading = new FailureReading(failure);
        Asked asked = new Asked(nameOrNone(failure.provider()), nameOrNone(failure.format()));
        List<FailureRule> chain = chains.computeIfAbsent(asked, this::chainOf);
        List<FailureRule> changes = List.of();
        for (int i = 0; i < chain.size(); i++) {
            FailureRule rule = chain.get(i);
            if (!rule.matches(reading)) {
                continue;
            }
            if (rule.effect() == FailureRule.Effect.DECIDE) {
                return changed(rule.classification(), changes);
            }
            if (changes.isEmpty()) {
                changes = new ArrayList<>(2);
            }
            changes.add(rule);
        }
        return changed(Classification.none(), changes);
    }

    private String nameOrNone(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return known.contains(lower) ? lower : "";
    }

    private static Classification changed(Classification decided, List<FailureRule> changes) {
        Classification result = decided;
        for (FailureRule change : changes) {
            List<Remedy> remedies = new ArrayList<>(result.remedies());
            boolean adds = change.effect() == FailureRule.Effect.ADD;
            boolean hopeless = decided.allows(Remedy.SHRINK) || decided.allows(Remedy.ESCALATE);
            boolean differs = adds
                    ? !hopeless && !decided.isRetryable() && remedies.addAll(change.remedies())
                    : remedies.removeAll(change.remedies());
            if (differs) {
                result = Classification.of(result.rule() + ", " + change.describe(), remedies);
            }
        }
        return result;
    }

    /**
     * Classifies anything that a call can fail with. What somebody classified stays as it is; an error that a provider
     * reported goes by the rules of this table, and everything else by its kind:
     *
     * <ul>
     *   <li>trouble of transport, a stream that was cut, {@link java.io.IOException},
     *       {@link java.io.UncheckedIOException}, {@link java.util.concurrent.TimeoutException},
     *       {@code java.sql.SQLTransientException} and {@code java.sql.SQLRecoverableException}: retry, then fall back;
     *   <li>a refusal of a limit, a budget or a breaker, an answer that is not in the form asked for, and whatever else the
     *       application's code threw: fall back;
     *   <li>a configuration that cannot work: escalate;
     *   <li>a missing permission, a deadline that has passed, a cancellation, an interrupt, an {@link Error}: nothing.
     * </ul>
     *
     * <p>It goes by what was thrown, not by its causes: who wraps an exception says that it is another. Only a
     * {@link TaskException}, an {@link java.util.concurrent.ExecutionException} and a
     * {@link java.util.concurrent.CompletionException} say nothing of their own, and stand for their cause.
     *
     * @param thrown what was thrown
     * @return what it means
     */
    public Classification classify(Throwable thrown) {
        if (thrown instanceof InterruptedException) { // of this thread; one that is carried was another's
            return FailureKinds.CANCELLED;
        }
        Throwable told = thrown;
        for (int depth = 0; depth < DEEPEST_CAUSE; depth++) {
            if (told instanceof HoldfastException error
                    && !error.details().classification().equals(Classification.none())) {
                return error.details().classification();
            }
            Throwable cause = FailureKinds.isCarrier(told) ? told.getCause() : null;
            if (cause == null) {
                break;
            }
            told = cause;
        }
        return told instanceof ProviderException failure ? classify(reported(failure)) : FailureKinds.of(told);
    }

    private static ProviderFailure reported(ProviderException failure) {
        String provider = failure.details().endpoint().map(Endpoint::provider).orElse("");
        return new ProviderFailure(
                provider, failure.status(), failure.code(), failure.type(), failure.text(), Map.of());
    }

    /** All rules that can be about a provider's failures, in the order in which they are asked. */
    private List<FailureRule> chainOf(Asked asked) {
        List<FailureRule> chain = new ArrayList<>();
        List<String> names = namesFor(asked);
        for (FailureRule rule : own) {
            if (names.contains(rule.provider())) {
                chain.add(rule);
            }
        }
        for (FailureRule rule : rules) {
            if (rule.effect() != FailureRule.Effect.DECIDE && names.contains(rule.provider())) {
                chain.add(rule); // what changes an answer must be asked before what decides it
            }
        }
        for (String name : names) {
            addAll(chain, name, true);
        }
        for (String name : names) {
            addAll(chain, name, false);
        }
        return List.copyOf(chain);
    }

    /** The provider, those whose errors it uses, and any. */
    private List<String> namesFor(Asked asked) {
        List<String> names = new ArrayList<>();
        String name = asked.provider();
        while (name != null && !names.contains(name)) { // a ring of formats ends where it began
            names.add(name);
            name = formatOf(name, asked);
        }
        if (!names.contains(FailureRule.ANY_PROVIDER)) {
            names.add(FailureRule.ANY_PROVIDER);
        }
        return names;
    }

    private @Nullable String formatOf(String name, Asked asked) {
        String said = likes.get(name);
        if (said != null) {
            return said;
        }
        if (!asked.format().isEmpty()) {
            return asked.format();
        }
        String format = formats.get(name);
        return format == null && name.equals(asked.provider()) && !isBuiltIn(name) ? DEFAULT_FORMAT : format;
    }

    private boolean isBuiltIn(String provider) {
        for (FailureRule rule : rules) {
            if (rule.provider().equals(provider)) {
                return true;
            }
        }
        return false;
    }

    private void addAll(List<FailureRule> chain, String provider, boolean withConditions) {
        for (FailureRule rule : rules) {
            if (rule.effect() == FailureRule.Effect.DECIDE
                    && rule.provider().equals(provider)
                    && rule.hasConditions() == withConditions) {
                chain.add(rule);
            }
        }
    }

    @Override
    public String toString() {
        return (own.size() + rules.size()) + " rules";
    }

    /** Read when it is first needed. */
    private static final class Standard {
        static final FailureTable TABLE = read();

        private static FailureTable read() {
            try (InputStream in = FailureTable.class.getResourceAsStream(RESOURCE)) {
                String text = new String(Objects.requireNonNull(in, RESOURCE).readAllBytes(), StandardCharsets.UTF_8);
                Builder builder = new Builder(null);
                FailureRules.read(text, RESOURCE, builder.rules::add, builder.formats::put);
                return builder.build();
            } catch (IOException e) {
                throw new UncheckedIOException("the failure table cannot be read from the jar", e);
            }
        }
    }

    /** Builds a {@link FailureTable}. Not safe for use by several threads. */
    public static final class Builder {
        private final List<FailureRule> own = new ArrayList<>();
        private final List<FailureRule> rules = new ArrayList<>();
        private final Map<String, String> formats = new HashMap<>();
        private final Map<String, String> likes = new HashMap<>();

        private Builder(@Nullable FailureTable from) {
            if (from != null) {
                own.addAll(from.own);
                rules.addAll(from.rules);
                formats.putAll(from.formats);
                likes.putAll(from.likes);
            }
        }

        /**
         * Adds rules of the application. They are asked after those added before them, and before all of the library's.
         *
         * @param rules one or several
         * @return this builder
         */
        public Builder rule(FailureRule... rules) {
            for (FailureRule rule : rules) {
                own.add(Objects.requireNonNull(rule, "rules"));
            }
            return this;
        }

        /**
         * Adds rules of the application that are written in the form of the library's own table: a header line, then
         * lines of provider, status, match, remedies, note and evidence with a tab between them.
         *
         * @param text the table
         * @param name what the text is called in errors: a file's name
         * @return this builder
         * @throws InvalidConfigurationException naming every line that cannot be read
         */
        public Builder rules(String text, String name) {
            FailureRules.read(text, name, own::add, likes::put);
            return this;
        }

        /**
         * Says whose errors a provider uses, whatever the format in which they come.
         *
         * @param provider the provider's name
         * @param format the name of the provider whose rules apply after its own
         * @return this builder
         */
        public Builder like(String provider, String format) {
            likes.put(provider.toLowerCase(Locale.ROOT), format.toLowerCase(Locale.ROOT));
            return this;
        }

        /**
         * Builds the table.
         *
         * @return an immutable table
         */
        public FailureTable build() {
            return new FailureTable(this);
        }
    }
}
