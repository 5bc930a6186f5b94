package dev.holdfast.error;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Reads rules from lines of six columns with a tab between them.
 *
 * <pre>
 * provider   a name, or any
 * status     *, 429, 500-599, 408,409; or like, and then match names another provider whose rules apply as well
 * match      - or conditions with "; " between them: code=a|b, type=a, error=a (code or type), message~words,
 *            header.name=value (* for any value); | separates alternatives
 * remedies   none, or some of retry retry-once fallback shrink escalate with commas between them; all with a + or all
 *            with a - before them change the answer of the rule that decides
 * note       for people
 * evidence   how anybody knows
 * </pre>
 *
 * Lines that are blank or begin with # mean nothing.
 */
final class FailureRules {
    private static final List<String> COLUMNS = List.of("provider", "status", "match", "remedies", "note", "evidence");
    private static final String NOTHING = "-";
    private static final String LIKE = "like";

    private FailureRules() {}

    /**
     * Reads a table.
     *
     * @throws InvalidConfigurationException naming every line that cannot be read
     */
    static void read(String text, String name, Consumer<FailureRule> rules, BiConsumer<String, String> formats) {
        Problems problems = new Problems();
        boolean headed = false;
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].endsWith("\r") ? lines[i].substring(0, lines[i].length() - 1) : lines[i];
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] cells = line.split("\t", -1);
            try {
                if (!headed) {
                    headed = true;
                    requireHeader(cells);
                } else {
                    readLine(cells, rules, formats);
                }
            } catch (IllegalArgumentException e) {
                problems.add("line " + (i + 1), String.valueOf(e.getMessage()));
            }
        }
        problems.require(headed, "line 1", "is missing; begin with the names of the columns: " + COLUMNS);
        problems.throwIfAny("failure table '" + name + "'");
    }

    private static void requireHeader(String[] cells) {
        if (!List.of(cells).equals(COLUMNS)) {
            throw new IllegalArgumentException(
                    "is not the names of the columns; write " + String.join("<tab>", COLUMNS));
        }
    }

    private static void readLine(String[] cells, Consumer<FailureRule> rules, BiConsumer<String, String> formats) {
        if (cells.length != COLUMNS.size()) {
            throw new IllegalArgumentException("has " + cells.length + " columns; write " + COLUMNS.size()
                    + " with a tab between them, - for nothing");
        }
        for (int i = 0; i < cells.length; i++) {
            cells[i] = cells[i].strip();
            if (i < 4 && cells[i].isEmpty()) {
                throw new IllegalArgumentException("has no " + COLUMNS.get(i) + "; write - for nothing");
            }
        }
        if (cells[1].equals(LIKE)) {
            formats.accept(cells[0].toLowerCase(Locale.ROOT), cells[2].toLowerCase(Locale.ROOT));
            return;
        }
        FailureRule.Builder rule = FailureRule.builder()
                .provider(cells[0])
                .status(StatusRange.parse(cells[1]))
                .note(textOf(cells[4]))
                .evidence(textOf(cells[5]));
        readMatch(cells[2], rule);
        readRemedies(cells[3], rule);
        rules.accept(rule.build());
    }

    private static String textOf(String cell) {
        return cell.equals(NOTHING) ? "" : cell;
    }

    private static void readMatch(String cell, FailureRule.Builder rule) {
        if (cell.equals(NOTHING)) {
            return;
        }
        for (String part : cell.split(";", -1)) {
            rule.when(condition(part.strip()));
        }
    }

    private static Condition condition(String text) {
        for (Condition.Field field : Condition.Field.values()) {
            int operator = text.indexOf(field.operator());
            if (operator < 0 || !text.startsWith(field.word())) {
                continue;
            }
            String left = text.substring(0, operator);
            boolean header = field == Condition.Field.HEADER;
            if (header ? left.startsWith("header.") && left.length() > "header.".length() : left.equals(field.word())) {
                return Condition.of(
                        field,
                        header ? left.substring("header.".length()) : "",
                        List.of(text.substring(operator + 1).split("\\|", -1)));
            }
        }
        throw new IllegalArgumentException("match '" + text
                + "' is not one; write code=, type=, error=, message~ or header.name= and what is looked for");
    }

    private static void readRemedies(String cell, FailureRule.Builder rule) {
        if (cell.equals("none")) {
            rule.remedies();
            return;
        }
        char sign = cell.charAt(0);
        FailureRule.Effect effect = sign == '+'
                ? FailureRule.Effect.ADD
                : sign == '-' ? FailureRule.Effect.REMOVE : FailureRule.Effect.DECIDE;
        Set<Remedy> remedies = EnumSet.noneOf(Remedy.class);
        for (String word : cell.split(",", -1)) {
            String bare = effect == FailureRule.Effect.DECIDE || word.isEmpty() || word.charAt(0) != sign
                    ? word
                    : word.substring(1);
            remedies.add(remedy(bare, effect != FailureRule.Effect.DECIDE && bare.equals(word)));
        }
        rule.effect(effect, remedies);
    }

    private static Remedy remedy(String word, boolean signMissing) {
        for (Remedy remedy : Remedy.values()) {
            if (!signMissing
                    && remedy.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(word)) {
                return remedy;
            }
        }
        throw new IllegalArgumentException("remedy '" + word
                + "' is not one; write none, or some of retry, retry-once, fallback, shrink, escalate, with a comma"
                + " between them; or a sign before each of them");
    }
}
