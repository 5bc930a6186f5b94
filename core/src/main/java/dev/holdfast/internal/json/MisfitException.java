package dev.holdfast.internal.json;

import java.util.List;

/** A JSON text that does not have the form that was asked for. The mistakes are words for a model. */
public final class MisfitException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> mistakes;

    MisfitException(List<String> mistakes) {
        super(String.join("\n", mistakes), null, false, false);
        this.mistakes = List.copyOf(mistakes);
    }

    /**
     * What is wrong.
     *
     * @return one line for each mistake, each with its JSON path
     */
    public List<String> mistakes() {
        return mistakes;
    }
}
