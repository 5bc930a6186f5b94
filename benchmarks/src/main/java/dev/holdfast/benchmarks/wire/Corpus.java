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

    /** Answers with status 200, by id, in the order of the files. */
    final Map<String, Exchange> answered = new LinkedHashMap<>();
    /** Answers with another status. */
    final Map<String, Exchange> refused = new LinkedHashMap<>();

    final Optional<ErrorTable> classes;
    final List<String> unreadable;
    /** Lines of other formats, which are not ours to read. */
    final int others;

    private Corpus(WireFolder folder) throws CannotRun {
        List<Exchange> foreign = new ArrayList<>();
        for (String file : List.of(WireFolder.OPENAI, WireFolder.ANTHROPIC, WireFolder.ERRORS)) {
            folder.read(file, exchange -> {
                if (!exchange.api.equals(OPENAI) && !exchange.api.equals(ANTHROPIC)) {
                    foreign.add(exchange);
                } else if (exchange.status == 200) {
                    answered.put(exchange.id, exchange);
                } else {
                    refused.put(exchange.id, exchange);
                }
            });
        }
        others = foreign.size();
        classes = folder.classes();
        unreadable = folder.unreadable();
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
