package dev.holdfast.benchmarks;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The options behind a benchmark's name: {@code --key value}, {@code --key=value} or a bare {@code --flag}. */
public final class Arguments {
    private final Map<String, String> options;
    private final TreeSet<String> asked = new TreeSet<>();

    private Arguments(Map<String, String> options) {
        this.options = options;
    }

    /**
     * Reads the words of a command line.
     *
     * @param words what stood behind the name
     * @return the options
     * @throws CannotRun when a word is not an option
     */
    public static Arguments parse(List<String> words) throws CannotRun {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (!word.startsWith("--") || word.length() == 2) {
                throw new CannotRun("'" + word + "' is not an option; options look like --data DIR (see --help)");
            }
            int equals = word.indexOf('=');
            if (equals > 0) {
                options.put(word.substring(2, equals), word.substring(equals + 1));
            } else if (i + 1 < words.size() && !words.get(i + 1).startsWith("--")) {
                options.put(word.substring(2), words.get(++i));
            } else {
                options.put(word.substring(2), "");
            }
        }
        return new Arguments(options);
    }

    /**
     * Tells whether an option is there, with or without a value.
     *
     * @param key without the dashes
     * @return true when it was given
     */
    public boolean has(String key) {
        asked.add(key);
        return options.containsKey(key);
    }

    /**
     * The value of an option.
     *
     * @param key without the dashes
     * @return its value
     */
    public Optional<String> value(String key) {
        asked.add(key);
        return Optional.ofNullable(options.get(key)).filter(value -> !value.isEmpty());
    }

    /**
     * A whole number.
     *
     * @param key without the dashes
     * @param otherwise when the option is absent
     * @return the number
     * @throws CannotRun when it is not a whole number
     */
    public long number(String key, long otherwise) throws CannotRun {
        Optional<String> value = value(key);
        if (value.isEmpty()) {
            return otherwise;
        }
        try {
            return Long.parseLong(value.get());
        } catch (NumberFormatException e) {
            throw new CannotRun("--" + key + " is '" + value.get() + "'; it takes a whole number");
        }
    }

    /**
     * A folder that must exist.
     *
     * @param key without the dashes
     * @param what it should hold, for the message
     * @return the folder
     * @throws CannotRun when it is missing or not a readable folder
     */
    public Path folder(String key, String what) throws CannotRun {
        String value = value(key)
                .orElseThrow(() -> new CannotRun("--" + key + " DIR is missing: " + what + " (--help says more)"));
        try {
            Path folder = Path.of(value);
            if (!Files.isDirectory(folder)) {
                throw new CannotRun("--" + key + " is '" + value + "', which is not a folder: " + what);
            }
            if (!Files.isReadable(folder)) {
                throw new CannotRun("--" + key + " is '" + value + "', which this user cannot read");
            }
            return folder;
        } catch (InvalidPathException e) {
            throw new CannotRun("--" + key + " is '" + value + "', which is not a path: " + e.getReason());
        }
    }

    /**
     * Refuses options that the benchmark never asked for, so that a typing mistake does not pass for a default.
     *
     * @throws CannotRun when there is one
     */
    public void refuseOthers() throws CannotRun {
        List<String> unknown = new ArrayList<>(options.keySet());
        unknown.removeAll(asked);
        if (!unknown.isEmpty()) {
            throw new CannotRun("unknown option --" + String.join(", --", unknown)
                    + (asked.isEmpty()
                            ? "; this benchmark takes none"
                            : "; known are --" + String.join(", --", asked)));
        }
    }
}
