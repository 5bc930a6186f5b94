package dev.holdfast.budget;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;

/**
 * The stretch of time over which a budget is spent before it starts afresh: an hour, a day or a month of the calendar in
 * a time zone, or the whole lifetime of the scope. Immutable.
 */
public final class Window {
    private static final Window LIFETIME = new Window(Length.LIFETIME, ZoneId.of("UTC"));

    private final Length length;
    private final ZoneId zone;

    private enum Length {
        HOUR,
        DAY,
        MONTH,
        LIFETIME
    }

    private Window(Length length, ZoneId zone) {
        this.length = length;
        this.zone = Objects.requireNonNull(zone, "zone");
    }

    /**
     * Hours of the clock on the wall.
     *
     * @param zone whose clock; matters where a zone is off by a part of an hour
     * @return the window
     */
    public static Window hour(ZoneId zone) {
        return new Window(Length.HOUR, zone);
    }

    /**
     * Days, from midnight to midnight.
     *
     * @param zone whose midnight
     * @return the window
     */
    public static Window day(ZoneId zone) {
        return new Window(Length.DAY, zone);
    }

    /**
     * Months, from the first midnight to the next month's.
     *
     * @param zone whose midnight
     * @return the window
     */
    public static Window month(ZoneId zone) {
        return new Window(Length.MONTH, zone);
    }

    /**
     * One window without end.
     *
     * @return the window
     */
    public static Window lifetime() {
        return LIFETIME;
    }

    Window in(ZoneId zone) {
        return length == Length.LIFETIME ? this : new Window(length, zone);
    }

    /**
     * When the window that holds an instant ends.
     *
     * @param instant any time
     * @return the first instant of the next window; empty for a lifetime
     */
    public Optional<Instant> end(Instant instant) {
        ZonedDateTime local = instant.atZone(zone);
        LocalDate day = local.toLocalDate();
        return switch (length) {
            case HOUR -> Optional.of(endOfHour(local));
            case DAY -> Optional.of(day.plusDays(1).atStartOfDay(zone).toInstant());
            case MONTH ->
                Optional.of(
                        day.withDayOfMonth(1).plusMonths(1).atStartOfDay(zone).toInstant());
            case LIFETIME -> Optional.empty();
        };
    }

    private static Instant endOfHour(ZonedDateTime local) {
        ZonedDateTime end = local.truncatedTo(ChronoUnit.HOURS).plusHours(1);
        // Where clocks go back by less than an hour, the hour that they go back into began before and has ended
        // already.
        return (end.isAfter(local) ? end : end.plusHours(1)).toInstant();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Window that && length == that.length && zone.equals(that.zone);
    }

    @Override
    public int hashCode() {
        return 31 * length.hashCode() + zone.hashCode();
    }

    /** What stands after a number: {@code per day}, {@code in a lifetime}. */
    @Override
    public String toString() {
        return switch (length) {
            case HOUR -> "per hour";
            case DAY -> "per day";
            case MONTH -> "per month";
            case LIFETIME -> "in a lifetime";
        };
    }
}
