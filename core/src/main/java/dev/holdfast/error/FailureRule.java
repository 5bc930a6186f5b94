package dev.holdfast.error;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * One line of a {@link FailureTable}: which failures it is about, what may help, and how anybody knows. Immutable.
 *
 * <p>All that a rule asks for must hold. Texts are compared without regard to case. A failure that came within an answer
 * of status 200 has no status of its own, so there a rule applies by what it says of code, type or message, whatever
 * status it names; a code that is a number counts as the status.
 */
public final class FailureRule {
    /** The provider of a rule that is about all of them. */
    public static final String ANY_PROVIDER = "any";

    private final String provider;
    private final StatusRange status;
    private final List<Condition> conditions;
    private final Effect effect;
    private final Set<Remedy> remedies;
    private final String note;
    private final String evidence;
    private final Classification classification;

    /** What a rule does with the remedies that it names. */
    enum Effect {
        /** They are the answer. */
        DECIDE,
        /** They are added to the answer of the next rule that decides. */
        ADD,
        /** They are taken from the answer of the next rule that decides. */
        REMOVE
    }

    private FailureRule(Builder builder) {
        this.provider = builder.provider.toLowerCase(Locale.ROOT);
        this.status = builder.status;
        this.conditions = List.copyOf(builder.conditions);
        this.effect = builder.effect;
        this.remedies = builder.remedies;
        this.note = builder.note;
        this.evidence = builder.evidence;
        this.classification = Classification.of(describe(), remedies);
    }

    /**
     * Starts a rule: about any failure of any provider that nothing helps against, until said otherwise.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Whose failures it is about.
     *
     * @return the provider's name in lower case, or {@link #ANY_PROVIDER}
     */
    public String provider() {
        return provider;
    }

    /**
     * What may help.
     *
     * @return an immutable set, empty when nothing does
     */
    public Set<Remedy> remedies() {
        return remedies;
    }

    /**
     * What else there is to know.
     *
     * @return a remark for people, may be empty
     */
    public String note() {
        return note;
    }

    /**
     * How anybody knows.
     *
     * @return where it is documented or was seen, may be empty
     */
    public String evidence() {
        return evidence;
    }

    Effect effect() {
        return effect;
    }

    Classification classification() {
        return classification;
    }

    boolean hasConditions() {
        return !conditions.isEmpty();
    }

    boolean matches(FailureReading failure) {
        boolean told = false;
        for (int i = 0; i < conditions.size(); i++) {
            Condition condition = conditions.get(i);
            if (!condition.holds(failure)) {
                return false;
            }
            told |= condition.field() != Condition.Field.HEADER;
        }
        return status.contains(failure.status()) || (failure.isWithinAnswer() && told);
    }

    /** The rule without its note, in the words of the table. */
    String describe() {
        StringBuilder text = new StringBuilder(provider).append(' ').append(status);
        for (Condition condition : conditions) {
            text.append(' ').append(condition);
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return describe() + " → " + classification.remedies();
    }

    /** Builds a {@link FailureRule}. Not safe for use by several threads. */
    public static final class Builder {
        private String provider = ANY_PROVIDER;
        private StatusRange status = StatusRange.ALL;
        private final List<Condition> conditions = new ArrayList<>();
        private Effect effect = Effect.DECIDE;
        private Set<Remedy> remedies = Set.of();
        private String note = "";
        private String evidence = "";

        private Builder() {}

        /**
         * Sets whose failures it is about.
         *
         * @param name the provider's name, as in its endpoints
         * @return this builder
         */
        public Builder provider(String name) {
            this.provider = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * Sets the HTTP status.
         *
         * @param status one status
         * @return this builder
         */
        public Builder status(int status) {
            return status(status, status);
        }

        /**
         * Sets a range of HTTP statuses.
         *
         * @param from the lowest
         * @param to the highest
         * @return this builder
         */
        public Builder status(int from, int to) {
            return status(StatusRange.of(from, to));
        }

        Builder status(StatusRange range) {
            this.status = range;
            return this;
        }

        /**
         * Asks for the provider's code.
         *
         * @param anyOf the codes, of which one must be equal
         * @return this builder
         */
        public Builder code(String... anyOf) {
            return when(Condition.of(Condition.Field.CODE, "", List.of(anyOf)));
        }

        /**
         * Asks for the provider's type of error.
         *
         * @param anyOf the types, of which one must be equal
         * @return this builder
         */
        public Builder type(String... anyOf) {
            return when(Condition.of(Condition.Field.TYPE, "", List.of(anyOf)));
        }

        /**
         * Asks for something in the message.
         *
         * @param anyOf the texts, of which the message must contain one
         * @return this builder
         */
        public Builder message(String... anyOf) {
            return when(Condition.of(Condition.Field.MESSAGE, "", List.of(anyOf)));
        }

        /**
         * Asks for a header of the response.
         *
         * @param name the header's name
         * @param value what it must be; {@code *} when it only has to be there
         * @return this builder
         */
        public Builder header(String name, String value) {
            return when(Condition.of(Condition.Field.HEADER, name, List.of(value)));
        }

        Builder when(Condition condition) {
            conditions.add(condition);
            return this;
        }

        /**
         * Sets what may help.
         *
         * @param remedies the remedies; none means: do not try again
         * @return this builder
         */
        public Builder remedies(Remedy... remedies) {
            return effect(Effect.DECIDE, Set.of(remedies));
        }

        Builder effect(Effect effect, Set<Remedy> remedies) {
            this.effect = effect;
            this.remedies = remedies.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(remedies));
            return this;
        }

        /**
         * Sets a remark.
         *
         * @param note for people
         * @return this builder
         */
        public Builder note(String note) {
            this.note = Objects.requireNonNull(note, "note");
            return this;
        }

        /**
         * Sets how anybody knows.
         *
         * @param evidence where it is documented or was seen
         * @return this builder
         */
        public Builder evidence(String evidence) {
            this.evidence = Objects.requireNonNull(evidence, "evidence");
            return this;
        }

        /**
         * Builds the rule.
         *
         * @return an immutable rule
         * @throws InvalidConfigurationException when the provider is blank
         */
        public FailureRule build() {
            new Problems().requireText(provider, "provider").throwIfAny("failure rule");
            return new FailureRule(this);
        }
    }
}
