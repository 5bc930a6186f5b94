package dev.holdfast.benchmarks;

/**
 * What a figure should reach.
 *
 * @param direction which side is good
 * @param value the bound, itself good enough
 */
record Goal(Direction direction, double value) {
    enum Direction {
        AT_MOST("≤", "at_most"),
        AT_LEAST("≥", "at_least");

        final String sign;
        final String key;

        Direction(String sign, String key) {
            this.sign = sign;
            this.key = key;
        }
    }

    boolean metBy(double figure) {
        // NaN meets nothing.
        return direction == Direction.AT_MOST ? figure <= value : figure >= value;
    }

    @Override
    public String toString() {
        return direction.sign + " " + Report.number(value);
    }
}
