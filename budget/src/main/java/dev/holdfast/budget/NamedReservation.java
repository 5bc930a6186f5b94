package dev.holdfast.budget;

/** A reservation that its ledger knows by an id. */
final class NamedReservation extends Reservation {
    private final Ledger ledger;
    private final ReservationId id;
    private final Ledger.Granted granted;

    NamedReservation(Ledger ledger, ReservationId id, Ledger.Granted granted) {
        this.ledger = ledger;
        this.id = id;
        this.granted = granted;
    }

    @Override
    long output() {
        return granted.output();
    }

    @Override
    long tokens() {
        return granted.reserved().tokens();
    }

    @Override
    long nanoDollars() {
        return granted.reserved().nanoDollars();
    }

    @Override
    Ledger.Settlement settle(long tokens, long nanoDollars) {
        return ledger.settle(
                id, new Amounts(tokens, nanoDollars, granted.reserved().calls()));
    }

    @Override
    boolean release() {
        return ledger.release(id);
    }
}
