package dev.holdfast.budget;

/** What a budget counts. */
public enum BudgetUnit {
    /** Tokens, input and output together. */
    TOKENS("tokens"),
    /** Money, in nano-dollars. */
    MONEY("nano-dollars"),
    /** Calls that were sent, every attempt for itself. */
    CALLS("calls");

    private final String text;

    BudgetUnit(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
