package dev.holdfast.internal.json;

/** Is told what of a Java type has no form in JSON. */
@FunctionalInterface
public interface Flaws {

    /**
     * Takes notice of one flaw.
     *
     * @param path where, as in {@code Order.lines[].price}
     * @param message what is wrong and how to mend it
     */
    void add(String path, String message);
}
