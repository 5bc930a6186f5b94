package dev.holdfast.budget;

/** An open reservation of a layer. Ends once; ending it again does nothing. */
abstract non-sealed class Reservation implements Purse.Answer {

    /** How much output all who pay afford. */
    abstract long output();

    /** How many tokens are reserved. */
    abstract long tokens();

    /** How much money is reserved. */
    abstract long nanoDollars();

    /** Charges what the call took; a call is a call, however it ended. */
    abstract Ledger.Settlement settle(long tokens, long nanoDollars);

    /** Gives everything back. */
    abstract boolean release();
}
