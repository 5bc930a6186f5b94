package dev.holdfast.error;

import dev.holdfast.chat.Money;
import dev.holdfast.context.ScopeKey;
import dev.holdfast.internal.words.Durations;
import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a call was refused: which rule, whose, how much of what was used, and when it makes sense to come back.
 * Immutable. Serialized, it forgets the scope.
 */
public final class Refusal implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final String NANO_DOLLARS = "nano-dollars";

    private final Kind kind;
    private final String rule;
    private final String reason;
    private final transient @Nullable ScopeKey scope;
    private final @Nullable Quantity quantity;
    private final @Nullable Duration retryAfter;

    /** The meaning of a refusal. */
    public enum Kind {
        /** Too many requests or tokens in too short a time. */
        RATE_LIMIT,
        /** The money, tokens or calls of a window are used up, or reserved by calls that are running. */
        BUDGET,
        /** A tool, a model or an action that the caller may not use. */
        PERMISSION,
        /** The target fails, and is left alone for a while. */
        BREAKER_OPEN,
        /** Too much is going on at once. */
        OVERLOAD,
        /** Nothing that was configured can take this call. */
        NO_TARGET,
        /** A rule of the application's own: closed for the night, a customer who is blocked. Holdfast refuses nothing so. */
        RULE
    }

    /**
     * How much.
     *
     * @param used what was used or taken before this call
     * @param reserved what calls that are running hold beside it: the most that they may still use. It comes back as far
     *     as they do not use it, when they end
     * @param requested what this call asked for; of a budget the least that it can do with
     * @param limit what there is in all
     * @param unit the unit of the numbers, for people: {@code tokens}; {@code nano-dollars} of money, which the text of a
     *     refusal says in dollars
     */
    public record Quantity(long used, long reserved, long requested, long limit, String unit) implements Serializable {
        /**
         * Of a rule under which running calls hold nothing.
         *
         * @param used what was used or taken before this call
         * @param requested what this call asked for
         * @param limit what there is in all
         * @param unit the unit of the three numbers, for people
         */
        public Quantity(long used, long requested, long limit, String unit) {
            this(used, 0, requested, limit, unit);
        }
    }

    private Refusal(
            Kind kind,
            String rule,
            String reason,
            @Nullable ScopeKey scope,
            @Nullable Quantity quantity,
            @Nullable Duration retryAfter) {
        this.kind = Objects.requireNonNull(kind, "kind");
        this.rule = Objects.requireNonNull(rule, "rule");
        this.reason = Objects.requireNonNull(reason, "reason");
        this.scope = scope;
        this.quantity = quantity;
        this.retryAfter = retryAfter;
    }

    /**
     * A refusal.
     *
     * @param kind what it means
     * @param rule the rule that refused, as the user named or wrote it
     * @param reason one sentence for people
     * @return the refusal
     */
    public static Refusal of(Kind kind, String rule, String reason) {
        return new Refusal(kind, rule, reason, null, null, null);
    }

    /**
     * Says whose limit it is.
     *
     * @param scope the holder
     * @return a copy
     */
    public Refusal scope(ScopeKey scope) {
        return new Refusal(kind, rule, reason, scope, quantity, retryAfter);
    }

    /**
     * Says how much.
     *
     * @param used what was used before this call
     * @param requested what this call asked for
     * @param limit what there is in all
     * @param unit the unit of the three numbers, for people
     * @return a copy
     */
    public Refusal quantity(long used, long requested, long limit, String unit) {
        return quantity(new Quantity(used, requested, limit, unit));
    }

    /**
     * Says how much, with what calls that are running hold of it.
     *
     * @param quantity the numbers
     * @return a copy
     */
    public Refusal quantity(Quantity quantity) {
        return new Refusal(kind, rule, reason, scope, Objects.requireNonNull(quantity, "quantity"), retryAfter);
    }

    /**
     * Says when it makes sense to come back.
     *
     * @param wait from now
     * @return a copy
     */
    public Refusal retryAfter(Duration wait) {
        return new Refusal(kind, rule, reason, scope, quantity, wait);
    }

    /**
     * What it means.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * The rule that refused.
     *
     * @return as the user named or wrote it
     */
    public String rule() {
        return rule;
    }

    /**
     * Why.
     *
     * @return one sentence for people
     */
    public String reason() {
        return reason;
    }

    /**
     * Whose limit it is.
     *
     * @return the holder, where there is one
     */
    public Optional<ScopeKey> scope() {
        return Optional.ofNullable(scope);
    }

    /**
     * How much.
     *
     * @return the numbers, where the rule counts something
     */
    public Optional<Quantity> quantity() {
        return Optional.ofNullable(quantity);
    }

    /**
     * When it makes sense to come back.
     *
     * @return the wait from now; empty when waiting does not help or nobody knows, as where the limit is only held by
     *     calls that are running
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    private void append(Quantity quantity, StringBuilder text) {
        boolean money = quantity.unit().equals(NANO_DOLLARS);
        text.append("used ").append(amount(quantity.used(), money));
        if (quantity.reserved() > 0) {
            text.append(", reserved ").append(amount(quantity.reserved(), money));
            text.append(" by calls that are running");
        }
        text.append(kind == Kind.BUDGET ? ", requested at least " : ", requested ");
        text.append(amount(quantity.requested(), money));
        text.append(", limit ").append(amount(quantity.limit(), money));
        text.append(money ? "" : " " + quantity.unit());
    }

    private static String amount(long number, boolean money) {
        return money ? new Money(number).toString() : Long.toString(number);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(reason).append(" [rule: ").append(rule);
        if (scope != null) {
            text.append("; scope: ").append(scope);
        }
        if (quantity != null) {
            append(quantity, text.append("; "));
        }
        if (retryAfter != null) {
            text.append("; try again in ").append(Durations.inWords(retryAfter));
        }
        return text.append(']').toString();
    }
}
