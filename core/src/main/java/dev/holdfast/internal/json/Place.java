package dev.holdfast.internal.json;

import org.jspecify.annotations.Nullable;

/** A place in a JSON text. Becomes a text only when there is a mistake to tell. */
final class Place {
    static final Place ROOT = new Place(null, "$", "$");

    private final @Nullable Place parent;
    private final String step;
    private final String outlined;

    private Place(@Nullable Place parent, String step, String outlined) {
        this.parent = parent;
        this.step = step;
        this.outlined = outlined;
    }

    /** A property that the form names. */
    Place property(String name) {
        String next = "." + name;
        return new Place(this, next, next);
    }

    /** A property that the text names. */
    Place key(String name) {
        return new Place(this, "." + Reading.shortened(name), ".*");
    }

    Place element(int index) {
        String next = "[" + index + "]";
        return new Place(this, next, next);
    }

    /** The place without anything of the text. */
    String outline() {
        return parent == null ? outlined : parent.outline() + outlined;
    }

    @Override
    public String toString() {
        return parent == null ? step : parent + step;
    }
}
