package dev.holdfast.benchmarks.wire;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The table of error classes by provider, status and what is in the answer. The most specific row wins: the provider's
 * own row before a relative's, a row that names a code or a phrase before one that names none.
 */
final class ErrorTable {
    /** Providers that speak OpenAI's chat format: where one has no row of its own, these say what its errors mean. */
    private static final Set<String> SPEAK_OPENAI =
            Set.of("openai", "azure", "openrouter", "groq", "xai", "vllm", "llama.cpp", "ollama");

    private final List<ErrorRow> rows;

    /** How a row came to decide. */
    enum Ground {
        /** The provider's own row. */
        OWN,
        /** A row of another provider that speaks the same format. */
        RELATED,
        /** A row for any provider. */
        GENERAL
    }

    /**
     * What an error should be taken for.
     *
     * @param row the row that decided
     * @param ground how
     * @param obeys the value of {@code x-should-retry}, which beats the status, or empty
     */
    record Verdict(ErrorRow row, Ground ground, String obeys) {
        ErrorClass errorClass() {
            return row.errorClass();
        }
    }

    /**
     * An error to look up.
     *
     * @param provider who answered
     * @param wire the format that it spoke, as in {@code api}
     * @param status HTTP status, or the one that the error within the body names
     * @param headers lower-case names
     * @param body its text
     */
    record Failure(String provider, String wire, int status, Map<String, String> headers, String body) {}

    private ErrorTable(List<ErrorRow> rows) {
        this.rows = List.copyOf(rows);
    }

    static ErrorTable read(List<String> lines) {
        List<ErrorRow> rows = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                rows.add(ErrorRow.parse(lines.get(i), i + 1));
            }
        }
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("the table of error classes holds no rows");
        }
        return new ErrorTable(rows);
    }

    Optional<Verdict> classify(Failure failure) {
        String family = failure.wire().startsWith("anthropic") ? "anthropic" : "openai";
        List<Verdict> found = new ArrayList<>();
        for (ErrorRow row : rows) {
            if (!row.statusMatches(failure.status()) || !row.conditionMatches(failure)) {
                continue;
            }
            Ground ground;
            if (row.provider().equals(failure.provider())) {
                ground = Ground.OWN;
            } else if (row.provider().equals("any")) {
                ground = Ground.GENERAL;
            } else if (row.provider().equals(family)
                    || (family.equals("openai") && row.isNamed() && SPEAK_OPENAI.contains(row.provider()))) {
                ground = Ground.RELATED;
            } else {
                continue;
            }
            String obeys = failure.headers().getOrDefault("x-should-retry", "");
            found.add(new Verdict(row, ground, obeys));
        }
        // A phrase or code that matches says more than whose row it is in; among equals the nearer relative wins.
        Comparator<Verdict> best = Comparator.comparing(
                        (Verdict verdict) -> -verdict.row().weight())
                .thenComparing(Verdict::ground)
                .thenComparing(verdict -> verdict.row().provider().equals(family) ? 0 : 1);
        return found.stream().min(best);
    }

    int size() {
        return rows.size();
    }
}
