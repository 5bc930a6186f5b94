package dev.holdfast.routing;

import dev.holdfast.chat.ChatRequest;
import dev.holdfast.chat.Message;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.Role;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Counts what {@link Complexity#rules} looks at, in one pass over the characters. Not changed once it is made. */
final class SurfaceSignals implements Supplier<List<Score.Signal>> {
    private static final int MOST_READ = 8_192;
    private static final int FENCE_WORTH = 6; // a fence says more than a brace: two of them fill the share of code

    /** The small letter of each ASCII letter, 0 for any other character. */
    private static final byte[] LETTERS = new byte[128];

    static {
        for (char c = 'a'; c <= 'z'; c++) {
            LETTERS[c] = (byte) c;
            LETTERS[Character.toUpperCase(c)] = (byte) c;
        }
    }

    private int length;
    private int read;
    private int code;
    private int maths;
    private int questions;
    private int constraints;
    private int tools;
    private int turns;

    private SurfaceSignals() {}

    static SurfaceSignals of(ChatRequest request) {
        SurfaceSignals seen = new SurfaceSignals();
        seen.tools = request.tools().size();
        List<Message> messages = request.messages();
        Message last = null;
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            if (message.role() == Role.USER) {
                seen.turns++;
                last = message;
            }
        }
        if (last != null) {
            List<Part> parts = last.parts();
            for (int i = 0; i < parts.size(); i++) {
                if (parts.get(i) instanceof Part.Text text) {
                    seen.readText(text.text());
                }
            }
        }
        return seen;
    }

    double score() {
        double sum = Complexity.Kind.LENGTH.share(length)
                + Complexity.Kind.CODE.share(code)
                + Complexity.Kind.MATHS.share(maths)
                + Complexity.Kind.QUESTIONS.share(questions)
                + Complexity.Kind.CONSTRAINTS.share(constraints)
                + Complexity.Kind.TOOLS.share(tools)
                + Complexity.Kind.TURNS.share(earlierTurns());
        return Math.min(1, sum); // the shares add up to 1 but for rounding
    }

    /** What is asked now is no history. */
    private int earlierTurns() {
        return Math.max(0, turns - 1);
    }

    @Override
    public List<Score.Signal> get() {
        Score.Signal[] signals = new Score.Signal[Complexity.Kind.ALL.size()];
        int count = 0;
        for (int i = 0; i < signals.length; i++) {
            Complexity.Kind kind = Complexity.Kind.ALL.get(i);
            int amount = amount(kind);
            if (amount > 0) {
                signals[count++] = new Score.Signal(kind.label, amount, kind.share(amount));
            }
        }
        return List.of(Arrays.copyOf(signals, count));
    }

    private int amount(Complexity.Kind kind) {
        return switch (kind) {
            case LENGTH -> length;
            case CODE -> code;
            case MATHS -> maths;
            case QUESTIONS -> questions;
            case CONSTRAINTS -> constraints;
            case TOOLS -> tools;
            case TURNS -> earlierTurns();
        };
    }

    private void readText(String text) {
        int end = Math.min(text.length(), MOST_READ - read);
        read += end;
        length += text.length();
        int wordStart = -1;
        int hash = 0;
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            int lower = c < LETTERS.length ? LETTERS[c] : 0;
            if (lower != 0) {
                if (wordStart < 0) {
                    wordStart = i;
                    hash = 0;
                }
                hash = 31 * hash + lower;
                continue;
            }
            if (wordStart >= 0) {
                countWord(text, wordStart, i, hash);
                wordStart = -1;
            }
            if (c != ' ') {
                count(text, i, c);
            }
        }
        if (wordStart >= 0) {
            countWord(text, wordStart, end, hash);
        }
    }

    private void countWord(String text, int from, int to, int hash) {
        if (ConstraintWords.contains(text, from, to, hash)) {
            constraints++;
        }
    }

    private void count(String text, int i, char c) {
        switch (c) {
            case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> maths++;
            case '+', '=', '<', '>', '^', '%', '\u00d7', '\u00f7' -> maths++;
            case '{', '}', ';' -> code++;
            case '`' -> {
                if (endsFence(text, i)) {
                    code += FENCE_WORTH;
                }
            }
            case '?', '\uff1f' -> questions++;
            default -> {
                if (c >= '\u2200' && c <= '\u22ff') { // Unicode's block of mathematical operators
                    maths++;
                }
            }
        }
    }

    private static boolean endsFence(String text, int i) {
        return i >= 2 && text.charAt(i - 1) == '`' && text.charAt(i - 2) == '`' && (i < 3 || text.charAt(i - 3) != '`');
    }
}
