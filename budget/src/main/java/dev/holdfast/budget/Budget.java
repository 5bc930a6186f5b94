package dev.holdfast.budget;

import dev.holdfast.chat.Money;
import dev.holdfast.context.Scope;
import dev.holdfast.error.InvalidConfigurationException.Problem;
import dev.holdfast.error.Problems;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What every holder of a scope may spend, in one or several windows. Immutable; every method returns a changed copy.
 *
 * <pre>{@code
 * Budget.perUser().tokens(10_000).perDay().tokens(1_000).perHour()
 * Budget.perTenant().money("500").perMonth().in(ZoneId.of("Europe/Berlin"))
 * Budget.perTask().calls(40).lifetime()
 * }</pre>
 *
 * <p>All limits hold at once. A call without a holder of the scope (no session, no agent) is not counted by it.
 *
 * <p><b>Errors.</b> Limits are checked where the budget is used, by {@link BudgetLayer.Builder#build}, which names all
 * that are wrong.
 */
public final class Budget {
    private static final int[] THRESHOLDS = {50, 80, 100};

    private final Scope scope;
    private final ZoneId zone;
    private final List<Limit> limits;
    private final int[] thresholds;
    private final List<Problem> problems;

    private Budget(Scope scope, ZoneId zone, List<Limit> limits, int[] thresholds, List<Problem> problems) {
        this.scope = Objects.requireNonNull(scope, "scope");
        this.zone = Objects.requireNonNull(zone, "zone");
        this.limits = limits;
        this.thresholds = thresholds;
        this.problems = problems;
    }

    /**
     * One limit of a budget.
     *
     * @param unit what it counts
     * @param amount how much may be spent in a window, in the unit
     * @param window when it starts afresh
     */
    public record Limit(BudgetUnit unit, long amount, Window window) {
        /** Checks the fields. */
        public Limit {
            Objects.requireNonNull(unit, "unit");
            Objects.requireNonNull(window, "window");
        }

        @Override
        public String toString() {
            return (unit == BudgetUnit.MONEY ? new Money(amount) : amount + " " + unit) + " " + window;
        }
    }

    /**
     * A budget for each holder of a scope.
     *
     * @param scope the scope
     * @return a budget without limits yet
     */
    public static Budget per(Scope scope) {
        return new Budget(scope, ZoneOffset.UTC, List.of(), THRESHOLDS, List.of());
    }

    /**
     * One budget for everybody together.
     *
     * @return a budget without limits yet
     */
    public static Budget global() {
        return per(Scope.GLOBAL);
    }

    /**
     * A budget for each tenant.
     *
     * @return a budget without limits yet
     */
    public static Budget perTenant() {
        return per(Scope.TENANT);
    }

    /**
     * A budget for each team.
     *
     * @return a budget without limits yet
     */
    public static Budget perTeam() {
        return per(Scope.TEAM);
    }

    /**
     * A budget for each user.
     *
     * @return a budget without limits yet
     */
    public static Budget perUser() {
        return per(Scope.USER);
    }

    /**
     * A budget for each agent of each tenant.
     *
     * @return a budget without limits yet
     */
    public static Budget perAgent() {
        return per(Scope.AGENT);
    }

    /**
     * A budget for each session.
     *
     * @return a budget without limits yet
     */
    public static Budget perSession() {
        return per(Scope.SESSION);
    }

    /**
     * A budget for each task.
     *
     * @return a budget without limits yet
     */
    public static Budget perTask() {
        return per(Scope.TASK);
    }

    /**
     * Limits tokens.
     *
     * @param tokens input and output together; at least 1
     * @return what asks for the window
     */
    public Draft tokens(long tokens) {
        return counted(BudgetUnit.TOKENS, tokens);
    }

    /**
     * Limits calls.
     *
     * @param calls attempts that are sent; at least 1
     * @return what asks for the window
     */
    public Draft calls(long calls) {
        return counted(BudgetUnit.CALLS, calls);
    }

    /**
     * Limits money.
     *
     * @param dollars a decimal number above 0, such as {@code "5.00"}
     * @return what asks for the window
     */
    public Draft money(String dollars) {
        try {
            return counted(BudgetUnit.MONEY, Money.dollars(dollars).nanos());
        } catch (IllegalArgumentException e) {
            return new Draft(this, BudgetUnit.MONEY, 1, List.of(problem("money", String.valueOf(e.getMessage()))));
        }
    }

    private Draft counted(BudgetUnit unit, long amount) {
        String field = unit.name().toLowerCase(Locale.ROOT);
        String told = unit == BudgetUnit.MONEY
                ? "is " + new Money(amount) + "; give more than 0"
                : "is " + amount + "; give a number of at least 1";
        List<Problem> wrong = amount > 0 ? List.of() : List.of(problem(field, told));
        return new Draft(this, unit, amount, wrong);
    }

    private Problem problem(String field, String message) {
        return new Problem("limits[" + limits.size() + "]." + field, message);
    }

    /**
     * Says whose calendar the windows follow; without it UTC's.
     *
     * @param zone the time zone, for all limits of this budget, given before or after
     * @return a copy
     */
    public Budget in(ZoneId zone) {
        List<Limit> moved = new ArrayList<>(limits.size());
        for (Limit limit : limits) {
            moved.add(new Limit(limit.unit(), limit.amount(), limit.window().in(zone)));
        }
        return new Budget(scope, zone, List.copyOf(moved), thresholds, problems);
    }

    /**
     * Says at which shares of a limit {@link BudgetThresholdReached} is told; without it at 50, 80 and 100 percent.
     *
     * @param percents from 1 to 100, ascending; none to be told nothing
     * @return a copy
     */
    public Budget thresholds(int... percents) {
        List<Problem> all = new ArrayList<>(problems);
        for (int i = 0; i < percents.length; i++) {
            if (percents[i] < 1 || percents[i] > 100 || (i > 0 && percents[i] <= percents[i - 1])) {
                all.add(new Problem(
                        "thresholds[" + i + "]", "is " + percents[i] + "; give percents from 1 to 100, ascending"));
            }
        }
        return new Budget(scope, zone, limits, percents.clone(), List.copyOf(all));
    }

    /**
     * Whose budget it is.
     *
     * @return the scope
     */
    public Scope scope() {
        return scope;
    }

    /**
     * What may be spent.
     *
     * @return all limits; immutable
     */
    public List<Limit> limits() {
        return limits;
    }

    /** The percents to tell of, ascending; not to be changed. */
    int[] thresholds() {
        return thresholds;
    }

    void check(Problems all, String path) {
        all.require(!limits.isEmpty(), path + ".limits", "is empty; say how much, as in .tokens(10_000).perDay()");
        for (Problem problem : problems) {
            all.add(path + "." + problem.path(), problem.message());
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Budget that
                && scope == that.scope
                && zone.equals(that.zone)
                && limits.equals(that.limits)
                && Arrays.equals(thresholds, that.thresholds)
                && problems.equals(that.problems);
    }

    @Override
    public int hashCode() {
        return 31 * scope.hashCode() + limits.hashCode();
    }

    @Override
    public String toString() {
        // The amount of a limit that is wrong is none: what is told is what is wrong.
        return "budget per " + scope.name().toLowerCase(Locale.ROOT) + " "
                + (problems.isEmpty() ? limits : "that cannot be used: " + problems);
    }

    /** A limit that waits for its window. Immutable. */
    public static final class Draft {
        private final Budget budget;
        private final BudgetUnit unit;
        private final long amount;
        private final List<Problem> wrong;

        private Draft(Budget budget, BudgetUnit unit, long amount, List<Problem> wrong) {
            this.budget = budget;
            this.unit = unit;
            this.amount = amount;
            this.wrong = wrong;
        }

        /**
         * In every hour.
         *
         * @return the budget with this limit
         */
        public Budget perHour() {
            return per(Window.hour(budget.zone));
        }

        /**
         * In every day.
         *
         * @return the budget with this limit
         */
        public Budget perDay() {
            return per(Window.day(budget.zone));
        }

        /**
         * In every month.
         *
         * @return the budget with this limit
         */
        public Budget perMonth() {
            return per(Window.month(budget.zone));
        }

        /**
         * Once and for all.
         *
         * @return the budget with this limit
         */
        public Budget lifetime() {
            return per(Window.lifetime());
        }

        private Budget per(Window window) {
            List<Limit> limits = new ArrayList<>(budget.limits);
            limits.add(new Limit(unit, amount, window));
            List<Problem> problems = new ArrayList<>(budget.problems);
            problems.addAll(wrong);
            return new Budget(budget.scope, budget.zone, List.copyOf(limits), budget.thresholds, List.copyOf(problems));
        }
    }
}
