package dev.holdfast.error;

import java.util.Arrays;

/** The HTTP statuses of a rule: a few inclusive ranges. */
final class StatusRange {
    static final StatusRange ALL = new StatusRange("*", new int[] {Integer.MIN_VALUE, Integer.MAX_VALUE});

    private final String text;
    private final int[] bounds; // from and to, in turns

    private StatusRange(String text, int[] bounds) {
        this.text = text;
        this.bounds = bounds;
    }

    static StatusRange of(int from, int to) {
        if (from > to) {
            throw new IllegalArgumentException("failure rule: status " + from + "-" + to + " is empty; turn it round");
        }
        return new StatusRange(from == to ? Integer.toString(from) : from + "-" + to, new int[] {from, to});
    }

    /**
     * Reads {@code *}, {@code 429}, {@code 500-599}, or several of these with commas between them.
     *
     * @throws IllegalArgumentException when it is none of them
     */
    static StatusRange parse(String text) {
        if (text.equals("*")) {
            return ALL;
        }
        int[] bounds = new int[0];
        for (String range : text.split(",", -1)) {
            int dash = range.indexOf('-');
            int from = number(text, dash < 0 ? range : range.substring(0, dash));
            int to = dash < 0 ? from : number(text, range.substring(dash + 1));
            if (from > to) {
                throw badStatus(text);
            }
            bounds = Arrays.copyOf(bounds, bounds.length + 2);
            bounds[bounds.length - 2] = from;
            bounds[bounds.length - 1] = to;
        }
        return new StatusRange(text, bounds);
    }

    private static int number(String text, String number) {
        if (number.length() != 3 || number.charAt(0) < '1' || number.charAt(0) > '9') {
            throw badStatus(text);
        }
        try {
            return Integer.parseInt(number);
        } catch (NumberFormatException e) {
            throw badStatus(text);
        }
    }

    private static IllegalArgumentException badStatus(String text) {
        return new IllegalArgumentException("status '" + text + "' is not one; write *, 429, 500-599, or 408,409");
    }

    boolean contains(int status) {
        for (int i = 0; i < bounds.length; i += 2) {
            if (status >= bounds[i] && status <= bounds[i + 1]) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return text;
    }
}
