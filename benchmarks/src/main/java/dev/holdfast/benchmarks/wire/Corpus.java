package dev.holdfast.benchmarks.wire;

import dev.holdfast.benchmarks.CannotRun;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All exchanges of a folder that belong to the two formats. */
final class Corpus {
    static final String OPENAI = "openai-chat";
    static final String ANTHROPIC = "anthropic-messages";

    /** Answers with a status below 300, by id, in the order of the files. */
    final Map<String, Exchange> answered = new LinkedHashMap<>();
    /** Answers with another status. */
    final Map<String, Exchange> refused = new LinkedHashMap<>();

    final Optional<ErrorTable> classes;
    final List<String> unreadable;
    /** Lines of other formats, which are not ours to read. */
    final int others;

    private Corpus(WireFolder folder) throws CannotRun {
        List<Exchange> foreign = new ArrayList<>();
        List<String> twice = new ArrayList<>();
        for (String file : List.of(WireFolder.OPENAI, WireFolder.ANTHROPIC, WireFolder.ERRORS)) {
            folder.read(file, exchange -> {
                if (!exchange.api.equals(OPENAI) && !exchange.api.equals(ANTHROPIC)) {
                    foreign.add(exchange);
                } else if (find(exchange.id).isPresent()) {
                    twice.add(file + ": " + exchange.id + " is there twice");
                } else if (exchange.isAnswer()) {
                    answered.put(exchange.id, exchange);
                } else {
                    refused.put(exchange.id, exchange);
                }
            });
        }
        others = foreign.size();
        classes = folder.classes();
        unreadable = new ArrayList<>(folder.unreadable());
        unreadable.addAll(twice);
    }

    /** The format that a file holds where its lines do not say; empty where that is not known either. */
    static String apiOf(String file) {
        return switch (file) {
            case WireFolder.OPENAI -> OPENAI;
            case WireFolder.ANTHROPIC -> ANTHROPIC;
            default -> "";
        };
    }

    static Corpus read(WireFolder folder) throws CannotRun {
        return new Corpus(folder);
    }

    Optional<Exchange> find(String id) {
        return Optional.ofNullable(answered.getOrDefault(id, refused.get(id)));
    }

    List<Exchange> all() {
        List<Exchange> all = new ArrayList<>(answered.values());
        all.addAll(refused.values());
        return all;
    }
}
