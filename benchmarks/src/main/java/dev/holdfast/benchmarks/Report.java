package dev.holdfast.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a benchmark tells: text for people as it goes, figures with goals for the last line. Progress goes to the error
 * stream, so that the report can be kept without it.
 */
public final class Report {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String benchmark;
    private final PrintStream out;
    private final PrintStream progress;
    private final Path folder;
    private final Map<String, Figure> figures = new LinkedHashMap<>();
    private final Map<String, Goal> goals = new LinkedHashMap<>();

    private record Figure(double value, String unit) {}

    /**
     * Creates an empty report.
     *
     * @param benchmark the name for the last line
     * @param out where the report goes
     * @param progress where progress goes
     * @param folder where plots go
     */
    public Report(String benchmark, PrintStream out, PrintStream progress, Path folder) {
        this.benchmark = benchmark;
        this.out = out;
        this.progress = progress;
        this.folder = folder;
    }

    /**
     * Shows that something happens.
     *
     * @param text one line
     */
    public void progress(String text) {
        progress.println("… " + text);
        progress.flush();
    }

    /**
     * Begins a part of the report.
     *
     * @param title its title
     */
    public void section(String title) {
        out.println();
        out.println(title);
        out.println("-".repeat(title.length()));
    }

    /**
     * Prints a line.
     *
     * @param text the line
     */
    public void line(String text) {
        out.println(text);
    }

    /**
     * Prints rows as a table; the first row is the head. Columns of numbers are right-aligned.
     *
     * @param rows cells, all rows of the same length
     */
    public void table(List<List<String>> rows) {
        if (rows.isEmpty()) {
            return;
        }
        int columns = rows.get(0).size();
        int[] width = new int[columns];
        boolean[] right = new boolean[columns];
        for (int c = 0; c < columns; c++) {
            right[c] = c > 0;
            for (int r = 0; r < rows.size(); r++) {
                String cell = rows.get(r).get(c);
                width[c] = Math.max(width[c], cell.length());
                if (r > 0 && !cell.isEmpty() && !"+-0123456789.≤≥".contains(cell.substring(0, 1))) {
                    right[c] = false;
                }
            }
        }
        for (List<String> row : rows) {
            StringBuilder text = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                String pad = " ".repeat(width[c] - row.get(c).length());
                text.append(right[c] ? pad + row.get(c) : row.get(c) + pad).append("  ");
            }
            out.println(text.toString().stripTrailing());
        }
    }

    /**
     * States a figure.
     *
     * @param name dotted lower-case name, stable over releases
     * @param value its value
     * @param unit what it counts, empty for a plain number or ratio
     * @return this report
     */
    public Report figure(String name, double value, String unit) {
        figures.put(name, new Figure(value, unit));
        return this;
    }

    /**
     * States that a figure should not exceed a bound.
     *
     * @param name the figure
     * @param bound the bound, itself good enough
     * @return this report
     */
    public Report atMost(String name, double bound) {
        goals.put(name, new Goal(Goal.Direction.AT_MOST, bound));
        return this;
    }

    /**
     * States that a figure should reach a bound.
     *
     * @param name the figure
     * @param bound the bound, itself good enough
     * @return this report
     */
    public Report atLeast(String name, double bound) {
        goals.put(name, new Goal(Goal.Direction.AT_LEAST, bound));
        return this;
    }

    /**
     * Starts a plot.
     *
     * @param title its title
     * @return a plot to fill and then to {@link #write}
     */
    public Plot plot(String title) {
        return new Plot(title);
    }

    /**
     * Writes a plot beside the other reports.
     *
     * @param plot the plot
     * @param file its file name, without a folder
     * @throws java.io.IOException when it cannot be written
     */
    public void write(Plot plot, String file) throws java.io.IOException {
        Path written = plot.write(folder.resolve(file));
        line("plot: " + written);
    }

    /**
     * The figures that missed their goal, among them those that were never stated.
     *
     * @return their names
     */
    public List<String> missed() {
        List<String> missed = new ArrayList<>();
        goals.forEach((name, goal) -> {
            Figure figure = figures.get(name);
            if (figure == null || !goal.metBy(figure.value)) {
                missed.add(name);
            }
        });
        return missed;
    }

    /** Prints the figures and the last line. */
    void finish() {
        section("Figures");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("figure", "value", "unit", "goal", ""));
        figures.forEach((name, figure) -> {
            Goal goal = goals.get(name);
            rows.add(List.of(
                    name,
                    number(figure.value),
                    figure.unit,
                    goal == null ? "" : goal.toString(),
                    goal == null ? "" : goal.metBy(figure.value) ? "met" : "MISSED"));
        });
        goals.forEach((name, goal) -> {
            if (!figures.containsKey(name)) {
                rows.add(List.of(name, "not measured", "", goal.toString(), "MISSED"));
            }
        });
        table(rows);
        out.println();
        out.println(json());
        out.flush();
    }

    String json() {
        ObjectNode root = JSON.createObjectNode();
        root.put("benchmark", benchmark);
        ObjectNode values = root.putObject("figures");
        figures.forEach((name, figure) -> put(values, name, figure.value));
        ObjectNode bounds = root.putObject("goals");
        goals.forEach((name, goal) -> put(bounds.putObject(name), goal.direction().key, goal.value()));
        missed().forEach(root.putArray("missed")::add);
        try {
            return JSON.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of strings and numbers is always JSON", e);
        }
    }

    private static void put(ObjectNode node, String name, double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            node.put(name, (long) value);
        } else if (Double.isFinite(value)) {
            node.put(name, Double.parseDouble(String.format(Locale.ROOT, "%.6g", value)));
        } else {
            node.putNull(name);
        }
    }

    /**
     * A number as people like to read it: whole ones whole, others with three digits that matter.
     *
     * @param value the number
     * @return its text
     */
    public static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return String.format(Locale.ROOT, "%,d", (long) value);
        }
        double size = Math.abs(value);
        String format = size >= 1000 ? "%,.0f" : size >= 100 ? "%.1f" : size >= 10 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, size > 0 && size < 0.001 ? "%.3g" : format, value);
    }
}
