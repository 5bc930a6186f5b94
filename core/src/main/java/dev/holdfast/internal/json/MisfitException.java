package dev.holdfast.internal.json;

import java.util.List;

/** A JSON text that does not have the form that was asked for. The mistakes are words for a model. */
public final class MisfitException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> mistakes;
    private final transient List<String> outline;

    MisfitException(List<String> mistakes, List<String> outline) {
        super(String.join("; ", outline), null, false, false);
        this.mistakes = List.copyOf(mistakes);
        this.outline = List.copyOf(outline);
    }

    /**
     * What is wrong.
     *
     * @return one line for each mistake, each with its JSON path
     */
    public List<String> mistakes() {
        return mistakes;
    }

    /**
     * What is wrong, without anything of the text: for errors and logs, which must not hold an answer.
     *
     * @return the same lines without the values
     */
    public List<String> outline() {
        return outline;
    }
}
