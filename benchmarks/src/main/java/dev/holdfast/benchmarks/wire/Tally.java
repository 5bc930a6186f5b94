package dev.holdfast.benchmarks.wire;

import dev.holdfast.benchmarks.Report;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How many passed which check, by file. An exchange that is looked at several times passes when it does each time. Safe
 * for use by several threads.
 */
final class Tally {
    private static final int LONGEST = 220;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Check, Map<String, Count>> counts = new EnumMap<>(Check.class);

    private static final class Count {
        private final Set<String> seen = new TreeSet<>();
        private final Map<String, String> failed = new LinkedHashMap<>();
    }

    /**
     * Notes the result of a check.
     *
     * @param problem what is wrong; null when nothing is
     */
    void note(Check check, Exchange exchange, @Nullable String problem) {
        lock.lock();
        try {
            Count count = counts.computeIfAbsent(check, key -> new TreeMap<>())
                    .computeIfAbsent(exchange.file, key -> new Count());
            count.seen.add(exchange.id);
            if (problem != null) {
                count.failed.putIfAbsent(exchange.id, shortened(exchange.provider + ": " + problem));
            }
        } finally {
            lock.unlock();
        }
    }

    static String shortened(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    }

    /** Prints the table and every exception, and states the figures. */
    void tell(Report report) {
        lock.lock();
        try {
            Set<String> files = new TreeSet<>();
            counts.values().forEach(byFile -> files.addAll(byFile.keySet()));
            List<List<String>> rows = new ArrayList<>();
            List<String> head = new ArrayList<>(List.of("check"));
            head.addAll(files);
            rows.add(head);
            counts.forEach((check, byFile) -> {
                List<String> row = new ArrayList<>(List.of(check.key()));
                for (String file : files) {
                    Count count = byFile.get(file);
                    row.add(count == null ? "" : passed(count) + "/" + count.seen.size());
                }
                rows.add(row);
            });
            report.table(rows);
            counts.keySet().forEach(check -> report.line("  " + check.key() + ": " + check.meaning()));
            counts.forEach((check, byFile) -> byFile.forEach((file, count) -> {
                String figure = stem(file) + "." + check.key();
                report.figure(figure, passed(count), "of " + Report.number(count.seen.size()));
                report.atLeast(figure, count.seen.size());
            }));
            exceptions(report);
        } finally {
            lock.unlock();
        }
    }

    private void exceptions(Report report) {
        report.section("Exceptions");
        boolean none = true;
        for (Map.Entry<Check, Map<String, Count>> check : counts.entrySet()) {
            for (Map.Entry<String, Count> count : check.getValue().entrySet()) {
                for (Map.Entry<String, String> failed : count.getValue().failed.entrySet()) {
                    none = false;
                    report.line("%s %s %s: %s"
                            .formatted(check.getKey().key(), stem(count.getKey()), failed.getKey(), failed.getValue()));
                }
            }
        }
        if (none) {
            report.line("none");
        }
    }

    private static int passed(Count count) {
        return count.seen.size() - count.failed.size();
    }

    private static String stem(String file) {
        return file.endsWith(".jsonl") ? file.substring(0, file.length() - ".jsonl".length()) : file;
    }
}
