package dev.holdfast.error;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A builder, a file or a spec holds something that cannot work. All problems are named at once, each by the path of the
 * field and with how to mend it.
 */
public final class InvalidConfigurationException extends HoldfastException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable List<Problem> problems;

    /**
     * One wrong field.
     *
     * @param path the field, as in {@code models.cheap}
     * @param message what is wrong and how to mend it
     */
    public record Problem(String path, String message) {
        @Override
        public String toString() {
            return path + ": " + message;
        }
    }

    InvalidConfigurationException(String subject, List<Problem> problems) {
        this(
                subject + " cannot be built:\n"
                        + problems.stream().map(problem -> "  - " + problem).collect(Collectors.joining("\n")),
                problems,
                ErrorDetails.nothingSent());
    }

    private InvalidConfigurationException(String message, List<Problem> problems, ErrorDetails details) {
        super(message, details, null, true);
        this.problems = List.copyOf(problems);
    }

    /**
     * What is wrong.
     *
     * @return all problems, in the order of the fields; none where the error was serialized, but for its message
     */
    public List<Problem> problems() {
        List<Problem> known = problems;
        return known == null ? List.of() : known;
    }

    @Override
    HoldfastException copy(ErrorDetails details) {
        return new InvalidConfigurationException(text(), problems(), details);
    }
}
