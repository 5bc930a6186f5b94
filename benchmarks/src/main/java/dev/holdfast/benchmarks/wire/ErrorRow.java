package dev.holdfast.benchmarks.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A row of the table of error classes. Its condition is a line for people; this reads the forms that occur in it:
 * {@code code=a|b}, {@code type=a}, {@code 'a phrase'} with {@code ...} for anything, {@code x-should-retry: …},
 * {@code without Retry-After}, bare names such as {@code billing_error} and bare phrases, joined by {@code ;}, {@code ,},
 * {@code /} and {@code |} for either and by {@code +} and {@code and} for both.
 */
final class ErrorRow {
    private static final Pattern CODE = Pattern.compile("(code|type)=\"?([\\w.|-]+)\"?");
    /** A sketch of the body: its value, if it shows one, is a phrase; its field names tell nothing. */
    private static final Pattern SKETCH = Pattern.compile("\\{.*?(?::\"([^\"]+)\")?\\}");

    private static final Pattern QUOTED = Pattern.compile("['\"]([^'\"]+)['\"]");

    private final String provider;
    private final String status;
    private final String match;
    private final ErrorClass errorClass;
    private final int number;
    private final List<List<Term>> alternatives;

    /** One test on a failure; {@code weight} says how much it tells. */
    private record Term(Predicate<ErrorTable.Failure> test, int weight) {}

    private ErrorRow(String provider, String status, String match, ErrorClass errorClass, int number) {
        this.provider = provider;
        this.status = status;
        this.match = match;
        this.errorClass = errorClass;
        this.number = number;
        this.alternatives = alternatives(match);
    }

    static ErrorRow parse(String line, int number) {
        String[] cells = line.split("\t", -1);
        if (cells.length < 4) {
            throw new IllegalArgumentException(
                    "line " + number + " has " + cells.length + " columns instead of 4 or more");
        }
        return new ErrorRow(
                cells[0].strip(), cells[1].strip(), cells[2].strip(), ErrorClass.parse(cells[3].strip()), number);
    }

    String provider() {
        return provider;
    }

    ErrorClass errorClass() {
        return errorClass;
    }

    /** Whether the row asks for a code, a name or a phrase, rather than for a status alone. */
    boolean isNamed() {
        return weight() >= 2;
    }

    /** How much it takes to match: 0 for a status alone, 1 for a catch-all of a kind, more for codes and phrases. */
    int weight() {
        if (match.equals("-")) {
            return 0;
        }
        if (match.startsWith("other ") || match.endsWith(" other")) {
            return 1;
        }
        return alternatives.stream()
                .mapToInt(terms -> terms.stream().mapToInt(Term::weight).sum())
                .max()
                .orElse(0);
    }

    /** An error within an answer often names no status: then a row that names its code or its words is about it. */
    boolean statusMatches(int actual) {
        if (actual == 0) {
            return isNamed();
        }
        // "404 (chat), 400 (responses)": only chat is looked up here.
        for (String part : status.split(",", -1)) {
            String word = part.strip();
            if (word.endsWith("(responses)")) {
                continue;
            }
            IntPredicate test = word.equals("any") || word.equals("-")
                    ? value -> word.equals("any")
                    : word.startsWith(">=")
                            ? value -> value >= Integer.parseInt(word.substring(2))
                            : value -> value == Integer.parseInt(word.replaceAll("\\D", ""));
            if (test.test(actual)) {
                return true;
            }
        }
        return false;
    }

    boolean conditionMatches(ErrorTable.Failure failure) {
        return alternatives.isEmpty()
                || alternatives.stream().anyMatch(terms -> terms.stream().allMatch(term -> term.test.test(failure)));
    }

    private static List<List<Term>> alternatives(String match) {
        List<List<Term>> alternatives = new ArrayList<>();
        if (match.equals("-")) {
            return alternatives;
        }
        for (String either : match.split(";|, | / ", -1)) {
            // "A + 'b' | 'c'" means A with b, or A with c.
            List<List<Term>> product = List.of(List.of());
            for (String both : either.split(" \\+ | and ", -1)) {
                List<Term> choices = terms(both.strip());
                if (choices.isEmpty()) {
                    continue;
                }
                List<List<Term>> next = new ArrayList<>();
                for (List<Term> before : product) {
                    for (Term choice : choices) {
                        List<Term> joined = new ArrayList<>(before);
                        joined.add(choice);
                        next.add(joined);
                    }
                }
                product = next;
            }
            product.stream().filter(terms -> !terms.isEmpty()).forEach(alternatives::add);
        }
        return alternatives;
    }

    private static List<Term> terms(String part) {
        Matcher code = CODE.matcher(part);
        if (code.find()) {
            List<Term> terms = new ArrayList<>();
            for (String value : code.group(2).split("\\|", -1)) {
                terms.add(field(code.group(1), value.strip()));
            }
            return terms;
        }
        if (part.startsWith("x-should-retry")) {
            return List.of(new Term(failure -> false, 9));
        }
        if (part.toLowerCase(Locale.ROOT).equals("without retry-after")) {
            return List.of(new Term(failure -> !failure.headers().containsKey("retry-after"), 1));
        }
        if (part.startsWith("X-RateLimit-Reset")) {
            return List.of(new Term(failure -> failure.headers().containsKey("x-ratelimit-reset"), 2));
        }
        Matcher sketch = SKETCH.matcher(part);
        List<Term> phrases = new ArrayList<>();
        if (sketch.find() && sketch.group(1) != null) {
            return List.of(phrase(sketch.group(1)));
        }
        Matcher quoted = QUOTED.matcher(sketch.reset().replaceAll(""));
        while (quoted.find()) {
            phrases.add(phrase(quoted.group(1)));
        }
        if (!phrases.isEmpty()) {
            return phrases;
        }
        return bare(part);
    }

    /** Names such as {@code billing_error} and phrases count; a lone plain word is a remark for people. */
    private static List<Term> bare(String part) {
        List<Term> bare = new ArrayList<>();
        for (String word :
                part.replaceFirst("^other ", "").replaceFirst(" other$", "").split("\\|", -1)) {
            String text = word.replaceAll("\\(.*?\\)", "")
                    .replaceFirst(" message$", "")
                    .strip();
            boolean plain = text.matches("[a-z./]*|epoch ms");
            if (!plain) {
                bare.add(phrase(text));
            }
        }
        return bare;
    }

    /** A field of the error in any of the formats, as text or as number. */
    private static Term field(String name, String value) {
        Pattern pattern = Pattern.compile(
                "\\\\?\"" + name + "\\\\?\"\\s*:\\s*\\\\?\"?" + Pattern.quote(value) + "\\\\?\"?\\s*[,}\\n]");
        return new Term(failure -> pattern.matcher(failure.body()).find(), 3);
    }

    private static Term phrase(String text) {
        StringBuilder pattern = new StringBuilder();
        for (String piece : text.split("\\.\\.\\.|…", -1)) {
            pattern.append(pattern.isEmpty() ? "" : ".{0,200}").append(Pattern.quote(piece.strip()));
        }
        Pattern compiled = Pattern.compile(pattern.toString(), Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
        return new Term(
                failure -> compiled.matcher(failure.body()).find()
                        || compiled.matcher(failure.headers().getOrDefault("x-amzn-errortype", ""))
                                .find(),
                2);
    }

    @Override
    public String toString() {
        return "row " + number + ": " + provider + " " + status + " " + match;
    }
}
