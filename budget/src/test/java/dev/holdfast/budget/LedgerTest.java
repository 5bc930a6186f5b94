package dev.holdfast.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.budget.Ledger.Balance;
import dev.holdfast.budget.Ledger.Exhausted;
import dev.holdfast.budget.Ledger.Granted;
import dev.holdfast.budget.Ledger.Line;
import dev.holdfast.context.CallContext;
import dev.holdfast.context.Caller;
import dev.holdfast.context.Scope;
import dev.holdfast.context.ScopeKey;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final Duration LEASE = Duration.ofMinutes(10);
    private static final Window HOUR = Window.hour(ZoneOffset.UTC);
    private static final Window DAY = Window.day(ZoneOffset.UTC);
    private static final ScopeKey ANN = ScopeKey.of(Scope.USER, "acme", "ann");
    private static final ScopeKey ACME = ScopeKey.of(Scope.TENANT, "acme");
    private static final Budget HOURLY = Budget.perUser().tokens(1_000).perHour();

    private final ManualRuntime runtime = new ManualRuntime("2026-03-01T10:59:00Z");
    private final InMemoryLedger ledger = new InMemoryLedger(runtime);

    private ReservationId id() {
        return ReservationId.random(runtime);
    }

    private static Demand exactly(long tokens) {
        return new Demand(1, tokens, 0, 0, 0, 0);
    }

    private ReservationId reserved(Line line, long tokens) {
        ReservationId id = id();
        assertThat(ledger.reserve(id, List.of(line), exactly(tokens), LEASE)).isInstanceOf(Granted.class);
        return id;
    }

    private Balance hour() {
        return ledger.balance(ANN, BudgetUnit.TOKENS, HOUR);
    }

    @Test
    void chargesAllLinesOrNone() {
        Budget tight = Budget.perTenant().tokens(100).perDay();
        List<Line> lines = List.of(new Line(ANN, HOURLY), new Line(ACME, tight));
        ledger.settle(reserved(new Line(ACME, tight), 50), new Amounts(50, 0, 1));

        Ledger.Decision decision = ledger.reserve(id(), lines, exactly(60), LEASE);

        assertThat(decision).isInstanceOfSatisfying(Exhausted.class, exhausted -> {
            assertThat(exhausted.key()).isEqualTo(ACME);
            assertThat(exhausted.balance()).isEqualTo(new Balance(50, 0));
            assertThat(exhausted.requested()).isEqualTo(60);
            assertThat(exhausted.retryAfter()).isEqualTo(Duration.ofHours(13).plusMinutes(1));
        });
        assertThat(hour()).isEqualTo(new Balance(0, 0));
    }

    private Exhausted refused(List<Line> lines, long tokens) {
        return (Exhausted) ledger.reserve(id(), lines, exactly(tokens), LEASE);
    }

    /** The one that stands in the way for the longest: whoever hears of another one waits for nothing. */
    @Test
    void tellsOfSeveralLimitsTheOneThatIsPassedLast() {
        Budget budget = Budget.perUser()
                .tokens(1_000)
                .perHour()
                .tokens(1_500)
                .perDay()
                .tokens(9_000)
                .perMonth();
        List<Line> line = List.of(new Line(ANN, budget));
        ReservationId first = reserved(line.get(0), 900);
        Exhausted running = refused(line, 700); // beyond the hour and the day, of which nothing is spent
        assertThat(running.balance()).isEqualTo(new Balance(0, 900));
        assertThat(running.isOnlyReserved()).isTrue();
        assertThat(running.retryAfter()).isNull();

        ledger.settle(first, new Amounts(900, 0, 1));
        runtime.advance(Duration.ofMinutes(1));
        ledger.settle(reserved(line.get(0), 500), new Amounts(500, 0, 1));
        runtime.advance(Duration.ofHours(1));
        ReservationId second = reserved(line.get(0), 90);
        assertThat(refused(line, 950)) // the hour is only reserved, the day is spent
                .isEqualTo(
                        new Exhausted(ANN, budget.limits().get(1), new Balance(1_400, 90), 950, Duration.ofHours(12)));
        assertThat(refused(line, 1_600)) // the day is the first that is never enough, whatever is spent of it
                .satisfies(never -> assertThat(never.isTooLarge()).isTrue())
                .isEqualTo(new Exhausted(ANN, budget.limits().get(0), new Balance(0, 90), 1_600, null));
        ledger.release(second);
        assertThat(refused(line, 950).balance()).isEqualTo(new Balance(1_400, 0));
    }

    @Test
    void whatIsSpentIsToldBeforeWhatIsOnlyReservedWhicheverLineComesFirst() {
        Line user = new Line(ANN, Budget.perUser().tokens(1_000).lifetime());
        Line tenant = new Line(ACME, Budget.perTenant().tokens(1_000).perHour());
        reserved(user, 800);
        ledger.settle(reserved(tenant, 800), new Amounts(800, 0, 1));
        for (List<Line> lines : List.of(List.of(user, tenant), List.of(tenant, user))) {
            Exhausted told = refused(lines, 300);
            assertThat(told.key()).isEqualTo(ACME);
            assertThat(told.isOnlyReserved()).isFalse();
            assertThat(told.retryAfter()).isEqualTo(Duration.ofMinutes(1));
        }
    }

    /** A ledger may have reasons of its own, such as a store that does not answer. */
    @Test
    void aWaitIsKeptWhereNothingContradictsIt() {
        Exhausted own = new Exhausted(ANN, HOURLY.limits().get(0), new Balance(0, 0), 10, Duration.ofSeconds(5));
        assertThat(own.isOnlyReserved()).isFalse();
        assertThat(own.retryAfter()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void aLeaseThatIsOverHoldsNothingButHasSpentIt() {
        Line line = new Line(ANN, Budget.perUser().tokens(1_000).perDay());
        reserved(line, 800);
        assertThat(refused(List.of(line), 300).isOnlyReserved()).isTrue();
        runtime.advance(LEASE);
        Exhausted told = refused(List.of(line), 300);
        assertThat(told.balance()).isEqualTo(new Balance(800, 0));
        assertThat(told.retryAfter()).isEqualTo(Duration.ofHours(12).plusMinutes(51));
    }

    @Test
    void grantsTheLongestOutputThatTheTightestLineAffords() {
        Budget money = Budget.perTenant().money("0.000001").perDay(); // 1,000 nano-dollars
        List<Line> lines = List.of(new Line(ANN, HOURLY), new Line(ACME, money));
        // 100 tokens in for 100,000 picos; a token out costs 600 picos and a half: 900,000 / 600 = 1,500 > 900
        assertThat(ledger.reserve(id(), lines, new Demand(1, 100, 100_000, 600, 1, 4_000), LEASE))
                .isEqualTo(new Granted(900, new Amounts(1_000, 640, 1)));
        assertThat(ledger.balance(ACME, BudgetUnit.MONEY, DAY)).isEqualTo(new Balance(0, 640));
    }

    @Test
    void settlingOrReleasingTwiceDoesNothingTheSecondTime() {
        Line line = new Line(ANN, HOURLY);
        ReservationId settled = reserved(line, 300);
        assertThat(ledger.settle(settled, new Amounts(200, 0, 1)).ended()).isTrue();
        assertThat(ledger.settle(settled, new Amounts(200, 0, 1)).ended()).isFalse();
        assertThat(ledger.release(settled)).isFalse();
        assertThat(hour()).isEqualTo(new Balance(200, 0));

        ReservationId released = reserved(line, 300);
        assertThat(ledger.release(released)).isTrue();
        assertThat(ledger.release(released)).isFalse();
        assertThat(ledger.settle(released, new Amounts(300, 0, 1)).ended()).isFalse();
        assertThat(hour()).isEqualTo(new Balance(200, 0));
    }

    @Test
    void reservingTheSameIdTwiceChargesOnce() {
        ReservationId id = id();
        List<Line> lines = List.of(new Line(ANN, HOURLY));
        Ledger.Decision first = ledger.reserve(id, lines, exactly(700), LEASE);
        assertThat(ledger.reserve(id, lines, exactly(700), LEASE)).isEqualTo(first);
        assertThat(hour()).isEqualTo(new Balance(0, 700));
    }

    @Test
    void anIdIsForgottenWithItsReservation() {
        ReservationId id = reserved(new Line(ANN, HOURLY), 300);
        ledger.release(id);
        assertThat(ledger.reserve(id, List.of(new Line(ANN, HOURLY)), exactly(200), LEASE))
                .isEqualTo(new Granted(0, new Amounts(200, 0, 1)));
        assertThat(hour()).isEqualTo(new Balance(0, 200));
    }

    @Test
    void debtIsKeptAndRefusesUntilTheWindowEnds() {
        Line line = new Line(ANN, HOURLY);
        ledger.settle(reserved(line, 900), new Amounts(1_500, 0, 1));

        assertThat(hour()).isEqualTo(new Balance(1_500, 0));
        assertThat(ledger.reserve(id(), List.of(line), exactly(0), LEASE)).isInstanceOf(Exhausted.class);
        runtime.advance(Duration.ofMinutes(1));
        assertThat(ledger.reserve(id(), List.of(line), exactly(1_000), LEASE)).isInstanceOf(Granted.class);
    }

    @Test
    void aDebtBeyondAllNumbersIsNoCredit() {
        Line line = new Line(ANN, HOURLY);
        ReservationId first = reserved(line, 10);
        ReservationId second = reserved(line, 10);

        ledger.settle(first, new Amounts(Long.MAX_VALUE, Long.MAX_VALUE, 1));
        ledger.settle(second, new Amounts(Long.MAX_VALUE, Long.MAX_VALUE, 1));

        assertThat(ledger.reserve(id(), List.of(line), exactly(1), LEASE)).isInstanceOf(Exhausted.class);
        assertThat(hour()).isEqualTo(new Balance(Long.MAX_VALUE, 0));
    }

    @Test
    void aRefundGoesToTheWindowThatItCameFrom() {
        Budget both = Budget.perUser().tokens(1_000).perHour().tokens(5_000).perDay();
        Line line = new Line(ANN, both);
        ReservationId before = reserved(line, 800);
        runtime.advance(Duration.ofMinutes(1)); // 11:00: the hour is over, the day is not
        reserved(line, 900);

        ledger.settle(before, new Amounts(100, 0, 1));

        assertThat(hour()).isEqualTo(new Balance(0, 900));
        assertThat(ledger.balance(ANN, BudgetUnit.TOKENS, DAY)).isEqualTo(new Balance(100, 900));
        assertThat(ledger.reserve(id(), List.of(line), exactly(101), LEASE)).isInstanceOf(Exhausted.class);
    }

    @Test
    void useNeitherProlongsAWindowNorLeavesARestOfIt() {
        Line line = new Line(ANN, HOURLY);
        ledger.settle(reserved(line, 1_000), new Amounts(1_000, 0, 1));
        runtime.advance(Duration.ofSeconds(59));
        for (int i = 0; i < 10; i++) {
            assertThat(ledger.reserve(id(), List.of(line), exactly(1), LEASE))
                    .isInstanceOfSatisfying(
                            Exhausted.class,
                            exhausted -> assertThat(exhausted.retryAfter()).isEqualTo(Duration.ofSeconds(1)));
        }
        runtime.advance(Duration.ofSeconds(1));
        assertThat(hour()).isEqualTo(new Balance(0, 0));
    }

    @Test
    void windowsFollowTheCalendarOfTheirZone() {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        Line line = new Line(
                ANN, Budget.perUser().in(berlin).tokens(100).perDay().calls(9).perMonth());
        runtime.advance(Duration.ofHours(24 * 28)); // 29 March, 10:59 UTC: the clocks went forward this morning
        ledger.settle(reserved(line, 100), new Amounts(100, 0, 1));
        assertThat(ledger.reserve(id(), List.of(line), exactly(1), LEASE))
                .isInstanceOfSatisfying(
                        Exhausted.class,
                        exhausted -> assertThat(exhausted.retryAfter())
                                .isEqualTo(Duration.ofHours(11).plusMinutes(1)));
        assertThat(Window.month(berlin).end(runtime.now()))
                .hasValueSatisfying(end -> assertThat(end).isEqualTo("2026-03-31T22:00:00Z"));
        assertThat(Window.day(berlin).end(runtime.now().minus(Duration.ofHours(11)))) // a day of 23 hours
                .hasValueSatisfying(end -> assertThat(end).isEqualTo("2026-03-29T22:00:00Z"));
    }

    @Test
    void anExpiredLeaseIsSettledAtItsFullAmount() {
        Line line = new Line(ANN, Budget.perUser().tokens(1_000).perDay());
        ReservationId lost = reserved(line, 600);
        runtime.advance(LEASE);
        reserved(line, 1);

        assertThat(ledger.balance(ANN, BudgetUnit.TOKENS, DAY)).isEqualTo(new Balance(600, 1));
        runtime.advance(LEASE);
        ReservationId later = reserved(line, 1);
        assertThat(ledger.settle(lost, new Amounts(10, 0, 1)).ended()).isFalse();
        assertThat(ledger.release(lost)).isFalse();
        assertThat(ledger.release(later)).isTrue();
        assertThat(ledger.balance(ANN, BudgetUnit.TOKENS, DAY)).isEqualTo(new Balance(601, 0));
    }

    @Test
    void aCallThatOutlivesItsLeaseIsChargedWhatItTook() {
        Line line =
                new Line(ANN, Budget.perUser().tokens(1_000).perDay().calls(9).perDay());
        ReservationId longer = reserved(line, 100);
        ReservationId shorter = reserved(line, 100);
        ReservationId unsent = reserved(line, 100);
        runtime.advance(LEASE);
        ReservationId other = reserved(line, 1); // by now the leases are over
        assertThat(ledger.balance(ANN, BudgetUnit.TOKENS, DAY)).isEqualTo(new Balance(300, 1));

        Ledger.Settlement settlement = ledger.settle(longer, new Amounts(700, 0, 1));
        assertThat(settlement.ended()).isTrue();
        assertThat(settlement.crossings()).extracting(Ledger.Crossing::percent).containsExactly(80);
        assertThat(ledger.balance(ANN, BudgetUnit.TOKENS, DAY)).isEqualTo(new Balance(900, 1));
        assertThat(ledger.settle(longer, new Amounts(700, 0, 1)).ended()).isFalse();

        assertThat(ledger.settle(shorter, new Amounts(30, 0, 1)).ended()).isTrue();
        assertThat(ledger.release(unsent)).isTrue();
        assertThat(ledger.release(unsent)).isFalse();
        assertThat(ledger.balance(ANN, BudgetUnit.TOKENS, DAY)).isEqualTo(new Balance(730, 1));
        assertThat(ledger.release(other)).isTrue();
        assertThat(ledger.balance(ANN, BudgetUnit.TOKENS, DAY)).isEqualTo(new Balance(730, 0));
        assertThat(ledger.balance(ANN, BudgetUnit.CALLS, DAY)).isEqualTo(new Balance(2, 0));
    }

    @Test
    void whoIsOwedAnAnswerIsNotForgotten() {
        Line line = new Line(ANN, Budget.perUser().tokens(1_000).perDay());
        ReservationId ofNothing = reserved(line, 0);
        runtime.advance(Duration.ofMinutes(2));
        reserved(new Line(ACME, Budget.perTenant().tokens(9).perDay()), 0);
        assertThat(ledger.size()).isEqualTo(2);

        assertThat(ledger.settle(ofNothing, new Amounts(70, 0, 1)).ended()).isTrue();
        assertThat(ledger.balance(ANN, BudgetUnit.TOKENS, DAY)).isEqualTo(new Balance(70, 0));
    }

    @Test
    void theEndOfOneReservationLeavesTheLeasesOfOthers() {
        Line line = new Line(ANN, Budget.perUser().tokens(1_000).perDay());
        List<ReservationId> all = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            all.add(reserved(line, 1 << i));
        }
        for (int i : new int[] {3, 2, 0, 6}) { // neighbours, and both ends
            ledger.release(all.get(i));
        }
        runtime.advance(LEASE);
        ledger.release(reserved(line, 1));
        assertThat(ledger.balance(ANN, BudgetUnit.TOKENS, DAY)).isEqualTo(new Balance(2 + 16 + 32, 0));
    }

    /** Nobody ends them; the keys that they hold are forgotten all the same. */
    @Test
    void abandonedReservationsAreForgottenAfterTwoLeases() {
        for (int i = 0; i < 300; i++) {
            reserved(
                    new Line(
                            ScopeKey.of(Scope.TENANT, "tenant-" + i),
                            Budget.perTenant().tokens(10).lifetime()),
                    0);
        }
        assertThat(ledger.size()).isEqualTo(300);
        for (int i = 0; i < 3; i++) {
            runtime.advance(LEASE);
            ledger.release(reserved(new Line(ANN, HOURLY), 1));
        }
        assertThat(ledger.size()).isEqualTo(1);
    }

    @Test
    void forgetsWhoHasNothingLeftToKnowAndNobodyElse() {
        Budget daily = Budget.perUser().tokens(1_000).perDay();
        for (int i = 0; i < 500; i++) {
            ledger.settle(reserved(new Line(ScopeKey.of(Scope.USER, "t" + i, "u"), HOURLY), 10), new Amounts(10, 0, 1));
        }
        ledger.settle(reserved(new Line(ANN, daily), 400), new Amounts(400, 0, 1));
        assertThat(ledger.size()).isEqualTo(501);

        runtime.advance(Duration.ofMinutes(61));
        reserved(new Line(ANN, daily), 1);

        assertThat(ledger.size()).isEqualTo(1);
        assertThat(ledger.balance(ANN, BudgetUnit.TOKENS, DAY)).isEqualTo(new Balance(400, 1));
    }

    @Test
    void tellsOfAThresholdNotBeforeItIsReached() {
        Line line = new Line(ANN, Budget.perUser().tokens(3).perHour().thresholds(50));

        assertThat(ledger.settle(reserved(line, 1), new Amounts(1, 0, 1)).crossings())
                .as("one of three is not half")
                .isEmpty();
        assertThat(ledger.settle(reserved(line, 1), new Amounts(1, 0, 1)).crossings())
                .hasSize(1);
    }

    /** There clocks go back by half an hour: from 2:00 to 1:30, in the midst of an hour. */
    @Test
    void anHourOnLordHoweIslandEndsAfterItHasBegun() {
        Window hour = Window.hour(ZoneId.of("Australia/Lord_Howe"));
        Instant back = Instant.parse("2026-04-04T15:00:00Z");
        for (int minutes = -120; minutes <= 120; minutes += 5) {
            Instant now = back.plus(Duration.ofMinutes(minutes));
            assertThat(hour.end(now).orElseThrow())
                    .as("at %s", now)
                    .isAfter(now)
                    .isBeforeOrEqualTo(now.plus(Duration.ofMinutes(90)));
        }
    }

    @Test
    void tellsOfAThresholdOncePerWindow() {
        Line line = new Line(ANN, HOURLY);
        List<Integer> told = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            for (Ledger.Crossing crossing :
                    ledger.settle(reserved(line, 100), new Amounts(100, 0, 1)).crossings()) {
                told.add(crossing.percent());
            }
        }
        assertThat(told).containsExactly(50, 80, 100);
    }

    /** Ends are spread over threads, keys and both orders of global and tenant; the sums must come out to the token. */
    @Test
    void balancesAreTheSumOfWhatWasSettledUnderManyThreads() throws Exception {
        Ledger shared = Ledger.inMemory();
        int keys = 6;
        AtomicLongArray settled = new AtomicLongArray(keys + 1);
        Budget perTenant = Budget.perTenant().tokens(40_000).lifetime();
        Budget everybody = Budget.global().tokens(150_000).lifetime();
        inThreads(16, seed -> {
            Random random = new Random(seed);
            for (int i = 0; i < 2_000; i++) {
                int tenant = random.nextInt(keys);
                Line own = new Line(ScopeKey.of(Scope.TENANT, "tenant-" + tenant), perTenant);
                Line all = new Line(ScopeKey.of(Scope.GLOBAL), everybody);
                ReservationId id = new ReservationId(seed, i);
                List<Line> lines = random.nextBoolean() ? List.of(own, all) : List.of(all, own);
                if (shared.reserve(id, lines, new Demand(1, 10, 0, 0, 1, 90), LEASE) instanceof Granted granted) {
                    if (random.nextInt(4) == 0) {
                        shared.release(id);
                    } else {
                        long actual = random.nextLong(granted.reserved().tokens() + 1);
                        shared.settle(id, new Amounts(actual, 0, 1));
                        settled.addAndGet(tenant, actual);
                        settled.addAndGet(keys, actual);
                    }
                }
            }
        });
        for (int tenant = 0; tenant < keys; tenant++) {
            ScopeKey key = ScopeKey.of(Scope.TENANT, "tenant-" + tenant);
            assertThat(shared.balance(key, BudgetUnit.TOKENS, Window.lifetime()))
                    .isEqualTo(new Balance(settled.get(tenant), 0));
            assertThat(settled.get(tenant)).isLessThanOrEqualTo(40_000);
        }
        assertThat(shared.balance(ScopeKey.of(Scope.GLOBAL), BudgetUnit.TOKENS, Window.lifetime()))
                .isEqualTo(new Balance(settled.get(keys), 0));
        assertThat(settled.get(keys)).isBetween(147_000L, 150_000L);
    }

    /**
     * By id and by what a layer keeps, ended in time, late, twice or never, while leases run out and keys are forgotten:
     * everybody pays what the ledger said that they pay, and nobody passes a limit.
     */
    @Test
    void nothingIsLostWhileLeasesEndAndCallsComeLate() throws Exception {
        ManualRuntime clock = new ManualRuntime("2026-03-01T10:00:00Z");
        InMemoryLedger shared = new InMemoryLedger(clock);
        Duration lease = Duration.ofSeconds(80);
        Budget[] budgets = {
            Budget.global().tokens(300_000).lifetime(),
            Budget.perUser().tokens(70_000).lifetime().tokens(5_000).perHour()
        };
        Purse purse = Purse.of(shared, List.of(budgets), lease, clock);
        int users = 5;
        AtomicLongArray charged = new AtomicLongArray(users);
        AtomicInteger forgotten = new AtomicInteger();
        inThreads(8, seed -> {
            Random random = new Random(seed);
            List<Runnable> late = new ArrayList<>();
            for (int i = 0; i < 3_000; i++) {
                int user = random.nextInt(users);
                Demand demand = new Demand(1, 10, 0, 0, 1, random.nextInt(90) + 1);
                CallContext context = CallContext.of(Caller.of("tenant-" + user, "ann"));
                Reservation made = random.nextBoolean()
                        ? byId(shared, new ReservationId(seed, i), context, budgets, demand, lease)
                        : purse.reserve(context, demand, clock.now().toEpochMilli()) instanceof Reservation reserved
                                ? reserved
                                : null;
                if (made != null) {
                    long actual = random.nextLong(made.tokens() + 1);
                    late.add(() -> {
                        boolean ended = actual == 0
                                ? made.release()
                                : made.settle(actual, 0).ended();
                        charged.addAndGet(user, ended ? actual : made.tokens());
                        forgotten.addAndGet(ended ? 0 : 1);
                        assertThat(made.settle(1_000, 0).ended()).isFalse();
                        assertThat(made.release()).isFalse();
                    });
                }
                clock.advance(Duration.ofMillis(random.nextInt(400)));
                while (late.size() > (i < 2_999 ? 40 : 0)) {
                    late.remove(random.nextInt(late.size())).run();
                }
            }
        });
        long all = 0;
        for (int user = 0; user < users; user++) {
            ScopeKey key = ScopeKey.of(Scope.USER, "tenant-" + user, "ann");
            assertThat(shared.balance(key, BudgetUnit.TOKENS, Window.lifetime()))
                    .isEqualTo(new Balance(charged.get(user), 0));
            assertThat(charged.get(user)).isBetween(4_000L, 70_000L);
            all += charged.get(user);
        }
        assertThat(shared.balance(ScopeKey.of(Scope.GLOBAL), BudgetUnit.TOKENS, Window.lifetime()))
                .isEqualTo(new Balance(all, 0));
        assertThat(all).isLessThanOrEqualTo(300_000);
        assertThat(forgotten).as("came after two leases").hasPositiveValue();
    }

    private static @Nullable Reservation byId(
            Ledger ledger, ReservationId id, CallContext context, Budget[] budgets, Demand demand, Duration lease) {
        List<Line> lines = new ArrayList<>();
        for (Budget budget : budgets) {
            lines.add(new Line(context.key(budget.scope()).orElseThrow(), budget));
        }
        return ledger.reserve(id, lines, demand, lease) instanceof Granted granted
                ? new NamedReservation(ledger, id, granted)
                : null;
    }

    @Test
    void findsTheStripeOfAKeyWithoutTheKey() {
        CallContext context = CallContext.builder(
                        Caller.of("acme", "ann").team("support").session("s-1").task("t-1"))
                .agent("desk")
                .build();
        for (Scope scope : Scope.values()) {
            assertThat(Stripes.bit(scope, context))
                    .as("%s", scope)
                    .isEqualTo(Stripes.bit(Stripes.of(context.key(scope).orElseThrow())));
        }
    }

    interface Seeded {
        void run(int seed) throws Exception;
    }

    static void inThreads(int threads, Seeded work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int seed = i;
                all.add(pool.submit(() -> {
                    work.run(seed);
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
